# Installation: libraries, headers, programs, and what find_package(brigade) and pkg-config need.
# Included by host/CMakeLists.txt.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/brigade)

install(DIRECTORY include/brigade DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY data/ DESTINATION ${CMAKE_INSTALL_DATADIR}/brigade)
install(TARGETS brigade EXPORT brigade-targets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
# An export of its own: only who links statically needs to find what the library itself links to.
install(TARGETS brigade-static EXPORT brigade-static-targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(BRIGADE_BUILD_CLI)
  install(TARGETS brigade-cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

foreach(export brigade-targets brigade-static-targets)
  install(EXPORT ${export} NAMESPACE brigade:: DESTINATION ${package_dir})
endforeach()
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/brigade-config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/brigade-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/brigade-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/brigade-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/brigade-config-version.cmake
        DESTINATION ${package_dir})

# The file finds the prefix from where it lies, so that the installed tree can be moved.
file(RELATIVE_PATH pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(${PROJECT_SOURCE_DIR}/cmake/brigade.pc.in ${CMAKE_CURRENT_BINARY_DIR}/brigade.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/brigade.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
