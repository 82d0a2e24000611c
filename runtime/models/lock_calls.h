// Locks by address. A lock whose first use in the run is its release was taken by the caller before the run began: the
// release only undoes what that did to the CPU.
#pragma once

#include "runtime/models/model_call.h"

namespace kmem::replay {

/// What a locking function does.
struct LockCall {
  sim::LockKind kind;
  sim::LockMode mode = sim::LockMode::Exclusive;
  sim::LockVariant variant = sim::LockVariant::Plain;
};

void acquireAt(ModelCall &call, Address address, const LockCall &lock);
void releaseAt(ModelCall &call, Address address, const LockCall &lock);
/// False when somebody else holds it, which is asked unless the run's own task does.
bool tryAcquireAt(ModelCall &call, Address address, const LockCall &lock);

// Saved interrupt flags, as the processor's flags word
Value savedFlags(bool irqsWereOff);
bool saysIrqsOff(uint64_t flags);
/// Where the callee's rule says the flags go: the result, or through a pointer. The callee's results.
Values giveFlags(ModelCall &call, bool irqsWereOff, uint64_t result = 0);
/// The argument the rule says the flags come from.
bool irqsOffInArgument(ModelCall &call);

// Leaving what the run, or its caller, has entered; what nobody has entered stays as it is.
void leavePreemption(ModelCall &call, uint32_t amount = sim::preemptOffset);
void leaveBottomHalves(ModelCall &call, uint32_t preemption = 0);
void leaveRcu(ModelCall &call);

} // namespace kmem::replay
