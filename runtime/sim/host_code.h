// The boundary between the simulated kernel and host code that runs as part of it: a thread's function, a handler, a
// constructor. Host code is left by a long jump, so that C code needs no unwind tables; on the simulation's side of the
// boundary a death is an exception again, so that the frames of the simulation end as they should.
//
// On a native machine a bad pointer in host code is a fault of the host; it becomes the oops that the kernel would
// print, with the machine's address.
#pragma once

#include "runtime/sim/machine.h"

namespace kmem::sim {

/// What the calling host thread runs. The functions of kmem/native.h have no machine among their arguments, as the
/// kernel's have none; this is where they find it.
struct RunningMachine {
  kmem_sim *machine;
  bool inHostCode; ///< a host fault is the code's own, not the simulation's
};
RunningMachine &runningMachine();

inline constexpr int leftByDeath = 1;
inline constexpr int leftByFault = 2;

/// Runs host code on the machine. Throws Death when it died.
void callHost(kmem_sim &machine, const std::function<void()> &code);

} // namespace kmem::sim
