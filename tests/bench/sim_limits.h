// What the simulated kernel's speed is held against: ratios of times that were measured in the same run, and two
// absolute figures. Prints one line a limit.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace kmem::bench {

/// Nanoseconds of CPU time per iteration by the benchmark's name.
using Times = std::map<std::string, double>;

/// Bytes of the host's heap beyond the simulated memory itself, for a machine in which `objects` of 64 bytes are live.
struct Bookkeeping {
  uint64_t simulated; ///< bytes of the live objects
  uint64_t host;      ///< bytes besides
};
Bookkeeping measureBookkeeping(uint64_t objects);

/// False when a limit is missed.
bool printLimits(const Times &times, const Bookkeeping &bookkeeping);

} // namespace kmem::bench
