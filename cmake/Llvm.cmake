# LLVM and Clang 19 as shared libraries. Debian's 19.1.7 does not count itself compatible with a request for 19.
find_package(LLVM 19.1 REQUIRED CONFIG)
find_package(Clang REQUIRED CONFIG)
message(STATUS "LLVM ${LLVM_PACKAGE_VERSION} in ${LLVM_DIR}")
