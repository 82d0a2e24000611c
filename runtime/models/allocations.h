// What every allocator's model has in common: it may fail, its memory is remembered, bytes that the simulated kernel
// wrote are known.
#pragma once

#include "runtime/models/model_call.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace kmem::replay {

inline constexpr int noMemory = -12; ///< -ENOMEM

/// What is asked for, by the positions in the callee's rule.
struct AllocationRequest {
  uint64_t size = 0;      ///< bytes
  bool overflows = false; ///< the product of the arguments does
  unsigned order = 0;
  sim::Gfp gfp = 0;
  Address cache = 0; ///< the program's
};
AllocationRequest requestOf(ModelCall &call);

/// Whether the allocation is to fail: asked before anything has changed.
bool isToFail(ModelCall &call, const AllocationRequest &request, bool fallible = true);
/// Runs an allocator of the simulated kernel. To fail is what the kernel's fault injection does: its checks run, new
/// memory is not to be had.
Address runAllocator(ModelCall &call, bool toFail, llvm::function_ref<Address()> allocate);

/// Both.
struct Attempt {
  Address address;
  bool shouldFail;
};
Attempt attempt(ModelCall &call, const AllocationRequest &request, bool fallible,
                llvm::function_ref<Address()> allocate);

/// A whole allocation. An allocator that has something in reserve takes it back with `undo` when it is to fail.
struct Allocator {
  bool fallible;
  llvm::function_ref<Address()> allocate;
  llvm::function_ref<void(Address)> undo;
};
Values allocateBytes(ModelCall &call, const AllocationRequest &request, const Allocator &allocator);

/// A block that grows or shrinks and may move: on the simulated kernel, or, when its origin is unknown, to a new one.
struct Reallocator {
  Address old;
  bool fallible;
  llvm::function_ref<Address()> reallocate, allocate;
};
Values reallocateBytes(ModelCall &call, const AllocationRequest &request, const Reallocator &reallocator);

/// The result of an allocation: remembers it, stores or returns it as the rule says; NULL or an error pointer for 0.
Values allocated(ModelCall &call, const AllocationRequest &request, Address address);

/// Notes memory of the rule's family.
void remember(ModelCall &call, const AllocationRequest &request, Address address);
/// What the simulated kernel has written there is known.
void takeBytes(ModelCall &call, Address address, uint64_t size);

/// Bytes from `address` to the end of its object, 0 when that is not known.
uint64_t bytesFrom(const ModelCall &call, Address address);

/// The number of a family in Allocation::family; 0 for none.
uint32_t familyNumber(const rules::RuleSet &rules, llvm::StringRef family);

} // namespace kmem::replay
