// Turns bytes into a life of a small machine: allocations of every family, frees, snapshots, faults and contexts, all
// legal, so that any report of the kernel, any overlap of two allocations and any change of memory that nobody wrote to
// is a mistake of the simulation. A second kind of life misuses pointers; there only the host must survive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kmem::test {

/// Aborts, with the reason on stderr, when a law is broken. The first byte chooses the kind of life.
void runAllocationSequence(std::span<const uint8_t> bytes);

} // namespace kmem::test
