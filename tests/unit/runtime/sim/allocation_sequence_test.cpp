// The laws of the fuzz target on inputs that follow from a seed, for builds without libFuzzer.
#include "tests/fuzz/allocation_sequence.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace {

class AllocationSequence : public testing::TestWithParam<unsigned> {};

TEST_P(AllocationSequence, keepsTheLaws) {
  std::mt19937 random(GetParam());
  for (unsigned run = 0; run < 40; ++run) {
    std::vector<uint8_t> bytes(random() % 1000);
    for (uint8_t &byte : bytes)
      byte = uint8_t(random());
    if (!bytes.empty())
      bytes[0] = uint8_t(run);
    kmem::test::runAllocationSequence(bytes);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, AllocationSequence, testing::Range(1u, 6u));

} // namespace
