// What is behind a handle of kmem/sim.h: a System, the threads that host code runs as, and the boundary at which a
// simulated death becomes a status. Nothing that throws crosses it.
#pragma once

#include "runtime/sim/flag_numbers.h"
#include "runtime/sim/include/kmem/sim.h"
#include "runtime/sim/system.h"

#include <new>
#include <setjmp.h>
#include <string>
#include <type_traits>
#include <vector>

namespace kmem::sim {

/// A context of the C API that was entered and not yet left.
struct EnteredContext {
  kmem_context context;
  Context::InterruptedState interrupted; ///< of hardirq and NMI
  bool irqsWereOff;                      ///< of local_irq_save()
};

/// What a handle remembers besides the System; part of its snapshots.
struct HandleState {
  std::vector<EnteredContext> entered;
  CowArray<uint8_t> locks;    ///< by number: 1 when created through the handle
  CowArray<uint8_t> deferred; ///< by number: the DeferredKind plus 1
};

/// A function that host code gave a number, and the numbers that the parts of the machine have for it.
struct RegisteredCallback {
  kmem_callback function;
  void *data;
  CallbackId deferred;
  uint32_t action; ///< of Devres
};

/// Host code that runs as code of the machine's kernel, the innermost one first. A death inside leaves it.
struct HostFrame {
  HostFrame *outer;
  sigjmp_buf leave;
  DeathKind death;
};

struct NativeState;

} // namespace kmem::sim

/// What a call that ended in this death returns.
kmem_status statusOf(kmem::sim::DeathKind kind);

struct kmem_sim {
  kmem_sim(const kmem::sim::Profile &profile, uint64_t seed, std::unique_ptr<kmem::sim::HostWindow> window);
  ~kmem_sim();

  kmem::sim::System system;
  const kmem::sim::GfpNumbers gfp;
  const uint64_t serial; ///< no other machine of this process has it
  bool dead = false;
  kmem::sim::HandleState handle;
  std::vector<kmem::sim::RegisteredCallback> callbacks;
  std::unique_ptr<kmem::sim::Oracle> backEnd; ///< instead of the kernel's own fault injection
  kmem::sim::HostFrame *frame = nullptr;
  std::unique_ptr<kmem::sim::NativeState> native; ///< of the functions of kmem/native.h
  std::string consoleText, decisionText;

  /// Runs `work` on the machine. It may return a kmem_status of its own.
  template <typename Work> kmem_status call(Work work);
  /// What to tell of a death, after the machine has gone on as the kernel does. Inside kmem_sim_run() it does not
  /// return: the thread is left.
  kmem_status diedOf(kmem::sim::DeathKind kind);
  /// The next thread of a machine whose thread was killed: process context, nothing disabled.
  void startThread(const char *name);
  kmem_callback_id registerCallback(kmem_callback function, void *data);
  bool hasCallback(kmem_callback_id callback) const { return callback && callback <= callbacks.size(); }
};

struct kmem_snapshot {
  const kmem_sim *machine;
  kmem::sim::System::Snapshot state;
  kmem::sim::HandleState handle;
};

template <typename Work> kmem_status kmem_sim::call(Work work) {
  if (dead)
    return KMEM_DEAD;
  kmem::sim::DeathKind kind;
  try {
    if constexpr (std::is_same_v<std::invoke_result_t<Work, kmem::sim::System &>, kmem_status>) {
      return work(system);
    } else {
      work(system);
      return KMEM_OK;
    }
  } catch (const kmem::sim::Death &death) {
    kind = death.kind;
  } catch (const std::bad_alloc &) {
    dead = true;
    return KMEM_NO_MEMORY;
  }
  return diedOf(kind);
}

namespace kmem::sim {

/// For every function of the C API that takes a machine.
template <typename Work> kmem_status onMachine(kmem_sim *machine, Work work) {
  return machine ? machine->call(work) : KMEM_BAD_ARGUMENT;
}

/// Results that the caller did not ask for are dropped.
template <typename Result, typename Value> void give(Result *result, Value value) {
  if (result)
    *result = Result(value);
}

} // namespace kmem::sim
