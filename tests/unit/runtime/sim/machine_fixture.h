// A machine of the C API for tests.
#pragma once

#include "runtime/sim/include/kmem/sim.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>

namespace kmem::test {

using MachineHandle = std::unique_ptr<kmem_sim, decltype(&kmem_sim_destroy)>;

/// kmem_options, all optional.
struct MachineOptions {
  const char *profile = nullptr;
  uint64_t seed = 0;
  bool native = false;
  bool faultInjection = false;
};

inline MachineHandle makeMachine(const MachineOptions &wanted) {
  kmem_options options{};
  options.profile = wanted.profile;
  options.memory_bytes = uint64_t(64) << 20;
  options.seed = wanted.seed;
  options.native = wanted.native;
  options.fault_injection = wanted.faultInjection;
  kmem_sim *machine = nullptr;
  char problem[200] = "";
  EXPECT_EQ(kmem_sim_create(&options, &machine, problem, sizeof(problem)), KMEM_OK) << problem;
  return {machine, kmem_sim_destroy};
}

inline bool printed(kmem_sim *machine, const char *text, uint64_t from = 0) {
  return std::string(kmem_sim_console(machine, from)).find(text) != std::string::npos;
}

inline kmem_address kmalloc(kmem_sim *machine, uint64_t size, kmem_gfp gfp = KMEM_GFP_KERNEL) {
  kmem_address object = ~kmem_address(0);
  EXPECT_EQ(kmem_sim_kmalloc(machine, size, gfp, &object), KMEM_OK);
  return object;
}

} // namespace kmem::test
