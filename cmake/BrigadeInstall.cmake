# Installation: libraries, headers, programs, and what find_package(brigade) and pkg-config need.
include(CMakePackageConfigHelpers)

install(TARGETS brigade EXPORT brigade-targets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS brigade-static ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/brigade DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(BRIGADE_BUILD_CLI)
  install(TARGETS brigade-cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/brigade)
install(EXPORT brigade-targets NAMESPACE brigade:: DESTINATION ${package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/brigade-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/brigade-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/brigade-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/brigade-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/brigade-config-version.cmake
        DESTINATION ${package_dir})

configure_file(${PROJECT_SOURCE_DIR}/cmake/brigade.pc.in ${CMAKE_CURRENT_BINARY_DIR}/brigade.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/brigade.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
