# -DKMEM_SANITIZE=address,undefined or thread.
set(KMEM_SANITIZE "" CACHE STRING "Sanitizers to build with")
if(KMEM_SANITIZE)
  target_compile_options(kmem_settings INTERFACE -fsanitize=${KMEM_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(kmem_settings INTERFACE -fsanitize=${KMEM_SANITIZE})
endif()
