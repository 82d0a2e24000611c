#include "runtime/replay/program.h"

int main(int argc, char **argv) {
  return kmem::replay::runReplayProgram(llvm::ArrayRef<const char *>(argv, size_t(argc)));
}
