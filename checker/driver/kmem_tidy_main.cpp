#include "checker/driver/pipeline.h"

int main(int argc, char **argv) { return kmem::runTidyProgram(llvm::ArrayRef<const char *>(argv, size_t(argc))); }
