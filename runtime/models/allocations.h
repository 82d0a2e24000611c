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
/// Runs `allocate` on the simulated kernel, which answers with an address or 0. Whether it may fail is asked before;
/// a failure is that of the kernel's fault injection: its checks run, its memory is not to be had.
Address allocateOrFail(ModelCall &call, const AllocationRequest &request, bool fallible,
                       llvm::function_ref<Address()> allocate, llvm::function_ref<void(Address)> undo);

/// The result of an allocation: remembers it, stores or returns it as the rule says, and NULL or an error pointer for
/// 0.
Values allocated(ModelCall &call, const AllocationRequest &request, Address address);

/// Notes memory of the rule's family.
void remember(ModelCall &call, const AllocationRequest &request, Address address);
/// What the simulated kernel has written there is known.
void takeBytes(ModelCall &call, Address address, uint64_t size);

/// The number of a family in Allocation::family; 0 for none.
uint32_t familyNumber(const rules::RuleSet &rules, llvm::StringRef family);

} // namespace kmem::replay
