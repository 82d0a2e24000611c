# -DKMEM_SANITIZE=address,undefined or thread.
set(KMEM_SANITIZE "" CACHE STRING "Sanitizers to build with")
if(KMEM_SANITIZE)
  target_compile_options(kmem_settings INTERFACE -fsanitize=${KMEM_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(kmem_settings INTERFACE -fsanitize=${KMEM_SANITIZE})
endif()

# libFuzzer, where a sanitizer would notice what it finds and the compiler has it. The runtime layers count their coverage then.
set(KMEM_FUZZER OFF)
if(KMEM_SANITIZE MATCHES "address")
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS -fsanitize=fuzzer)
  check_cxx_source_compiles("extern \"C\" int LLVMFuzzerTestOneInput(const char *, unsigned long) { return 0; }" KMEM_HAS_LIBFUZZER)
  unset(CMAKE_REQUIRED_FLAGS)
  set(KMEM_FUZZER ${KMEM_HAS_LIBFUZZER})
endif()
