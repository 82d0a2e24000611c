// What the models remember beside the simulated kernel: which of its caches and locks stands for which address of the
// program, and what was allocated as what. Copying it is O(1).
#pragma once

#include "runtime/exec/value.h"
#include "runtime/kernel/layout.h"
#include "runtime/kernel/ordered_map.h"

#include <array>
#include <cstdint>

namespace kmem::replay {

using sim::Address;

/// How many of each component, in the order of kmem::ContextComponent (core/support/context.h).
using ContextCounts = std::array<uint8_t, 7>;

/// Memory that a model gave out, or that was released without one having given it out.
struct Allocation {
  Address address = 0;
  uint64_t size = 0;   ///< bytes asked for; for pages the whole block; 0 when not known
  Address cache = 0;   ///< the program's pointer to the cache, pool or device it belongs to, 0 for none
  uint32_t family = 0; ///< index in RuleSet::families plus one; 0 when the rule names none
  uint8_t order = 0;   ///< of pages
  bool freed = false;
};

/// Objects of the program that one of the simulated kernel's stands for.
enum class Counterpart : uint8_t { Lock, Cache, Mempool, DmaPool, Device };
inline constexpr unsigned counterpartCount = 5;

struct ModelState {
  sim::OrderedMap<Allocation> allocations;                              ///< by address
  std::array<sim::OrderedMap<uint32_t>, counterpartCount> counterparts; ///< the simulated kernel's numbers, by address
  Address currentTask = 0;                       ///< what get_current() gives, 0 before the first time
  sim::OrderedMap<Address> pageAddresses;        ///< memory of struct pages of unknown origin
  Address waitQueue = 0;                         ///< that the task has put itself on
  Value nanoseconds = Value::known(0, maxWidth); ///< that have passed on top of the simulated clock
};

} // namespace kmem::replay
