// libFuzzer's entry.
#include "tests/fuzz/allocation_sequence.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  kmem::test::runAllocationSequence({data, size});
  return 0;
}
