# What every target of ours is compiled with. LLVM's headers are system headers: their warnings are not ours.
add_library(kmem_settings INTERFACE)
target_compile_features(kmem_settings INTERFACE cxx_std_20)
target_compile_options(kmem_settings INTERFACE -Wall -Wextra -Wpedantic -Wno-unused-parameter -Werror=return-type)
target_include_directories(kmem_settings INTERFACE ${PROJECT_SOURCE_DIR})
target_include_directories(kmem_settings SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
target_compile_definitions(kmem_settings INTERFACE KMEM_SOURCE_DIR="${PROJECT_SOURCE_DIR}" KMEM_VERSION="${PROJECT_VERSION}"
  KMEM_CLANG_RESOURCE_DIR="${LLVM_LIBRARY_DIR}/clang/${LLVM_VERSION_MAJOR}")
