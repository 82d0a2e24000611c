#include "checker/driver/compiler_program.h"

int main(int argc, char **argv) { return kmem::runCompilerProgram(llvm::ArrayRef<const char *>(argv, size_t(argc))); }
