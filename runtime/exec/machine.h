// Everything a run works on: the simulated kernel with the program loaded into it, memory with its symbolic bytes, the
// objects made on first use. Its state is a handful of references: taking it and going back to it is O(1).
#pragma once

#include "runtime/exec/lazy_objects.h"
#include "runtime/exec/program.h"
#include "runtime/exec/run_memory.h"
#include "runtime/sim/system.h"

namespace kmem::replay {

class Machine {
public:
  /// Boots `profile` and loads `program`, which must outlive the machine. With `pool`, values may be symbolic.
  Machine(const sim::Profile &profile, Program &program, TermPool &pool);

  sim::System system;
  Program &program;
  TermPool &pool;
  RunMemory memory;
  LazyObjects objects;
  const Address stackBottom, stackTop; ///< of the task that runs

  struct State {
    sim::System::Snapshot system;
    RunMemory::State memory;
    LazyObjects::State objects;
  };
  State state() const { return {system.snapshot(), memory.state(), objects.state()}; }
  void restore(const State &state);
};

} // namespace kmem::replay
