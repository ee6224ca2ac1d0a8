# brigade_embed(output directory): makes a C file that holds every .cl file of the directory byte for
# byte, as the table declared in host/device/kernel_source.h.
function(brigade_embed output directory)
  file(GLOB sources CONFIGURE_DEPENDS ${directory}/*.cl)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DDIRECTORY=${directory}
            -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/embed.cmake
    DEPENDS ${sources} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/embed.cmake
    COMMENT "Embedding kernels" VERBATIM)
endfunction()
