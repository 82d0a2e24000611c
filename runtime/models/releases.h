// What every release's model has in common: memory that the models gave out is the simulated kernel's to check; an
// object that was only made on first use has an unknown origin, so its first release is taken as right.
#pragma once

#include "runtime/models/model_call.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace kmem::replay {

/// The object whose origin nobody knows at `address`.
bool hasUnknownOrigin(const ModelCall &call, Address address);

/// Releases what lies at `address`: with `release` on the simulated kernel, or by noting it when its origin is unknown.
void releaseAt(ModelCall &call, Address address, llvm::function_ref<void()> release);

/// Nobody may use it any more.
void noteFreed(ModelCall &call, Address address);

} // namespace kmem::replay
