#include "runtime/driver/commands.h"

int main(int argc, char **argv) { return kmem::sim::runSimProgram(llvm::ArrayRef<const char *>(argv, size_t(argc))); }
