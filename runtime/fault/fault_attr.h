// One fault capability's knobs as debugfs shows them (include/linux/fault-inject.h), and lib/fault-inject.c's order of
// asking them: fail-nth, probability 0, task filter, times, space, interval, the draw. What a request costs of `space`
// and what it advances of `count` depends on that order.
#pragma once

#include "runtime/kernel/kernel.h"

#include <optional>
#include <string_view>

namespace kmem::sim {

/// FAULT_ATTR_INITIALIZER; no rate limit on what it prints.
struct FaultAttr {
  uint64_t probability = 0; ///< percent
  uint64_t interval = 1;    ///< only every so many-th request that comes that far may fail
  int32_t times = 1;        ///< failures left; -1: without end
  int32_t space = 0;        ///< requests succeed while their sizes fit in here
  uint64_t verbose = 2;     ///< 0: silent, 1: the message, 2: and the stack
  bool taskFilter = false;  ///< only tasks with make-it-fail, and not interrupts
  uint64_t count = 0;       ///< requests that reached the interval
  bool operator==(const FaultAttr &) const = default;
};

/// A boot parameter such as failslab=: "<interval>,<probability>,<space>,<times>".
std::optional<FaultAttr> parseFaultAttr(std::string_view text);

/// Random numbers of a machine: the same seed, the same draws.
struct FaultRandom {
  uint64_t state = 0;
  uint32_t below(uint32_t limit);
  bool operator==(const FaultRandom &) const = default;
};

/// should_fail_ex() for a request of `size`; `quiet` is FAULT_NOWARN. Prints as `name` when it fails.
bool shouldFail(Kernel &kernel, FaultAttr &attr, FaultRandom &random, const char *name, int64_t size, bool quiet);

} // namespace kmem::sim
