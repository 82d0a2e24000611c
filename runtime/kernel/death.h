// How a simulated thread stops in the middle of a call: thrown by what the kernel would not return from, after its text
// has been printed. The thread is gone and the locks it held stay held, as in the kernel: guards do not release while
// this flies (see LockScope). Whoever ran the thread catches it: the scenario runner, the C API, the replay.
#pragma once

namespace kmem::sim {

enum class DeathKind {
  Oops,   ///< the thread is killed, the machine lives
  Panic,  ///< the machine is dead: an oops in interrupt context, or panic()
  Hang,   ///< the thread waits for something that never comes, such as a lock it holds itself
  Signal, ///< a user process got a signal that kills it; the kernel is well
};

/// Whether others on the machine go on.
constexpr bool machineLives(DeathKind kind) { return kind == DeathKind::Oops || kind == DeathKind::Signal; }

struct Death {
  DeathKind kind;
};

} // namespace kmem::sim
