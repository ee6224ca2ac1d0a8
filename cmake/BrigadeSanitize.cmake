# Builds everything with the sanitizers named in BRIGADE_SANITIZE ("address,undefined", "thread").
if(BRIGADE_SANITIZE)
  add_compile_options(-fsanitize=${BRIGADE_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${BRIGADE_SANITIZE})
endif()
