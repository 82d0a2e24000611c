// What the functions of kmem/native.h remember of a machine: which simulated lock, item or callback belongs to which
// object of host code. Native machines have no snapshots, hence ordinary containers.
#pragma once

#include "runtime/sim/host_code.h"

#include <array>
#include <map>
#include <unordered_map>

namespace kmem::sim {

/// A tasklet, timer or work item of host code.
struct NativeItem {
  DeferredId id = 0;
  void (*run)(void *item) = nullptr;
};

struct NativeIrq {
  int (*handler)(int irq, void *data) = nullptr;
  int (*thread)(int irq, void *data) = nullptr;
  void *data = nullptr;
  std::string name;
  Address action = 0; ///< struct irqaction
};
inline constexpr uint64_t irqActionSize = 128; ///< sizeof(struct irqaction)

struct NativeState {
  std::map<std::pair<LockKind, std::string>, LockId> lockClasses;
  std::array<std::unordered_map<const void *, NativeItem>, deferredKindCount> items;
  std::array<CallbackId, deferredKindCount> runners{}; ///< the callback that runs the items of a kind
  CallbackId freeAfterGracePeriod = 0;
  std::array<NativeIrq, maxIrqLines> irqs;
};

/// The machine whose thread the caller is; without one the process is aborted, as host code has called the kernel from
/// outside.
kmem_sim &nativeMachine(const char *caller);

/// Runs `work(machine)` as the simulated kernel, called from host code. Does not return when the thread dies.
template <typename Work> auto inKernel(const char *caller, Work work) {
  kmem_sim &machine = nativeMachine(caller);
  RunningMachine &running = runningMachine();
  running.inHostCode = false;
  DeathKind kind;
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Work, kmem_sim &>>) {
      work(machine);
      running.inHostCode = true;
      return;
    } else {
      auto result = work(machine);
      running.inHostCode = true;
      return result;
    }
  } catch (const Death &death) {
    kind = death.kind;
  }
  machine.diedOf(kind);
  __builtin_unreachable();
}

/// Host code's view of an address: NULL, ZERO_SIZE_PTR and error pointers are themselves.
void *toHost(const kmem_sim &machine, Address address);
/// What the kernel sees in a pointer of host code. Memory of the host alone is no address of the kernel's.
Address fromHost(const kmem_sim &machine, const void *pointer);

} // namespace kmem::sim
