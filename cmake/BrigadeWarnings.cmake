# brigade_warnings(target): the warnings that all of Brigade's own code is compiled with.
function(brigade_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wshadow -Wpointer-arith -Wcast-qual -Wvla -Wundef
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>
    $<$<BOOL:${BRIGADE_WERROR}>:-Werror>)
endfunction()
