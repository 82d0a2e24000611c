// The simulated kernel's locks, caches, pools and devices that stand for the program's: made on the first use of an
// address, named as the program names what lies there.
#pragma once

#include "runtime/models/model_call.h"

namespace kmem::replay {

/// 0 when the address has none yet.
uint32_t counterpartAt(const ModelCall &call, Counterpart kind, Address address);
void setCounterpart(ModelCall &call, Counterpart kind, Address address, uint32_t number);

/// "&dev->lock" as lockdep would name it; `otherwise` for memory without a name.
std::string nameFor(const ModelCall &call, Address address, llvm::StringRef otherwise);

/// NULL faults in the callee, as in the kernel.
void refuseNull(ModelCall &call, Address address);

sim::CacheId cacheAt(ModelCall &call, Address address);
sim::MempoolId mempoolAt(ModelCall &call, Address address);
sim::DeviceId deviceAt(ModelCall &call, Address address);
sim::DmaPoolId dmaPoolAt(ModelCall &call, Address address);

} // namespace kmem::replay
