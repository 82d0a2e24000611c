// kmem/native.h: tasklets, timers, work items, RCU callbacks and interrupts of host code.
#include "runtime/sim/include/kmem/native.h"
#include "runtime/sim/native_state.h"

using namespace kmem::sim;

namespace {

constexpr int noMemory = -12, busy = -16, invalid = -22;
constexpr int irqWakeThread = 2; ///< IRQ_WAKE_THREAD

/// Runs the item that lies at `argument`.
CallbackId runnerOf(kmem_sim &machine, DeferredKind kind) {
  CallbackId &runner = machine.native->runners[unsigned(kind)];
  if (!runner)
    runner = machine.system.kernel.deferred.registerCallback([&machine, kind](uint64_t argument) {
      void *item = reinterpret_cast<void *>(argument);
      const auto run = machine.native->items[unsigned(kind)][item].run;
      callHost(machine, [&] { run(item); });
    });
  return runner;
}

DeferredId idOf(kmem_sim &machine, DeferredKind kind, const void *item) {
  NativeItem &known = machine.native->items[unsigned(kind)][item];
  if (!known.id)
    known.id = machine.system.kernel.deferred.create(kind, runnerOf(machine, kind), reinterpret_cast<uint64_t>(item));
  return known.id;
}

DeferredId idOf(kmem_sim &machine, DeferredKind kind, const void *item, void (*run)(void *)) {
  const DeferredId id = idOf(machine, kind, item);
  machine.native->items[unsigned(kind)][item].run = run;
  return id;
}

int handleIrq(kmem_sim &machine, unsigned irq) {
  int result = 0;
  const NativeIrq line = machine.native->irqs[irq];
  callHost(machine, [&] { result = line.handler(int(irq), line.data); });
  if (result == irqWakeThread)
    machine.system.kernel.deferred.wakeThread(irq);
  return result;
}

/// The default handler of a request that has only a thread.
int onlyWakeThread(int, void *) { return irqWakeThread; }

} // namespace

extern "C" {

void kmem_native_tasklet_schedule(void *item, void (*run)(void *item)) {
  inKernel("tasklet_schedule", [&](kmem_sim &machine) {
    machine.system.kernel.deferred.scheduleTasklet(idOf(machine, DeferredKind::Tasklet, item, run));
  });
}
void kmem_native_tasklet_kill(void *item) {
  inKernel("tasklet_kill", [&](kmem_sim &machine) {
    machine.system.kernel.deferred.killTasklet(idOf(machine, DeferredKind::Tasklet, item));
  });
}

void kmem_native_timer_set(void *item, void (*run)(void *item), uint64_t expires) {
  inKernel("mod_timer", [&](kmem_sim &machine) {
    machine.system.kernel.deferred.modifyTimer(idOf(machine, DeferredKind::Timer, item, run), expires);
  });
}
bool kmem_native_timer_delete(void *item) {
  return inKernel("del_timer", [&](kmem_sim &machine) {
    return machine.system.kernel.deferred.cancel(idOf(machine, DeferredKind::Timer, item));
  });
}
bool kmem_native_timer_delete_sync(void *item) {
  return inKernel("del_timer_sync", [&](kmem_sim &machine) {
    return machine.system.kernel.deferred.deleteTimerSync(idOf(machine, DeferredKind::Timer, item));
  });
}
bool kmem_native_timer_pending(const void *item) {
  return inKernel("timer_pending", [&](kmem_sim &machine) {
    return machine.system.kernel.deferred.isPending(idOf(machine, DeferredKind::Timer, item));
  });
}

bool kmem_native_work_queue(void *item, void (*run)(void *item), uint64_t delay_jiffies) {
  return inKernel("queue_work", [&](kmem_sim &machine) {
    Deferred &deferred = machine.system.kernel.deferred;
    const DeferredId work = idOf(machine, DeferredKind::Work, item, run);
    return delay_jiffies ? deferred.queueDelayedWork(work, delay_jiffies) : deferred.queueWork(work);
  });
}
bool kmem_native_work_cancel(void *item) {
  return inKernel("cancel_work", [&](kmem_sim &machine) {
    return machine.system.kernel.deferred.cancel(idOf(machine, DeferredKind::Work, item));
  });
}
bool kmem_native_work_cancel_sync(void *item) {
  return inKernel("cancel_work_sync", [&](kmem_sim &machine) {
    return machine.system.kernel.deferred.cancelDelayedWorkSync(idOf(machine, DeferredKind::Work, item));
  });
}
bool kmem_native_work_flush(void *item) {
  return inKernel("flush_work", [&](kmem_sim &machine) {
    return machine.system.kernel.deferred.flushWork(idOf(machine, DeferredKind::Work, item));
  });
}
bool kmem_native_work_pending(const void *item) {
  return inKernel("work_pending", [&](kmem_sim &machine) {
    return machine.system.kernel.deferred.isPending(idOf(machine, DeferredKind::Work, item));
  });
}
void kmem_native_work_flush_all(void) {
  inKernel("flush_workqueue", [](kmem_sim &machine) {
    const auto items = machine.native->items[unsigned(DeferredKind::Work)];
    for (const auto &[item, known] : items)
      if (machine.system.kernel.deferred.isPending(known.id))
        machine.system.kernel.deferred.flushWork(known.id);
  });
}

void kmem_native_call_rcu(void *item, void (*run)(void *item)) {
  inKernel("call_rcu", [&](kmem_sim &machine) {
    const CallbackId runner = runnerOf(machine, DeferredKind::RcuCallback);
    machine.native->items[unsigned(DeferredKind::RcuCallback)][item].run = run;
    machine.system.kernel.deferred.callRcu(runner, reinterpret_cast<uint64_t>(item));
  });
}
/// kvfree_rcu(): batched in the kernel; here each object is a callback of its own.
void kmem_native_kfree_rcu(const void *object) {
  inKernel("kfree_rcu", [&](kmem_sim &machine) {
    CallbackId &runner = machine.native->freeAfterGracePeriod;
    if (!runner)
      runner = machine.system.kernel.deferred.registerCallback(
          [&machine](uint64_t address) { machine.system.kvmalloc.kvfree(address); });
    machine.system.kernel.deferred.callRcu(runner, fromHost(machine, object));
  });
}
void kmem_native_synchronize_rcu(void) {
  inKernel("synchronize_rcu", [](kmem_sim &machine) { machine.system.kernel.deferred.synchronizeRcu(); });
}
void kmem_native_rcu_barrier(void) {
  inKernel("rcu_barrier", [](kmem_sim &machine) { machine.system.kernel.deferred.rcuBarrier(); });
}

int kmem_native_request_irq(unsigned irq, int (*handler)(int irq, void *data), int (*thread)(int irq, void *data),
                            unsigned long, const char *name, void *data) {
  return inKernel("request_irq", [&](kmem_sim &machine) {
    if (irq >= maxIrqLines || (!handler && !thread))
      return invalid;
    Deferred &deferred = machine.system.kernel.deferred;
    // request_threaded_irq() allocates its struct irqaction.
    const Address action = machine.system.kmalloc.kzalloc(irqActionSize, machine.system.profile().gfp.kernel());
    if (!action)
      return noMemory;
    const CallbackId onIrq =
        deferred.registerCallback([&machine](uint64_t line) { handleIrq(machine, unsigned(line)); });
    const CallbackId inThread = thread ? deferred.registerCallback([&machine](uint64_t line) {
      const NativeIrq request = machine.native->irqs[line];
      callHost(machine, [&] { request.thread(int(line), request.data); });
    })
                                       : 0;
    if (!deferred.requestIrq(irq, name, onIrq, inThread, irq)) {
      machine.system.kmalloc.kfree(action);
      return busy;
    }
    machine.native->irqs[irq] = {handler ? handler : onlyWakeThread, thread, data, name, action};
    return 0;
  });
}
const void *kmem_native_free_irq(unsigned irq, void *data) {
  return inKernel("free_irq", [&](kmem_sim &machine) -> const void * {
    if (irq >= maxIrqLines || !machine.native->irqs[irq].handler || machine.native->irqs[irq].data != data) {
      machine.system.kernel.console.print("Trying to free already-free IRQ " + std::to_string(irq));
      machine.system.kernel.reports.warn({"free_irq", "kernel/irq/manage.c", 0});
      return nullptr;
    }
    machine.system.kernel.deferred.freeIrq(irq);
    const NativeIrq freed = std::exchange(machine.native->irqs[irq], {});
    machine.system.kmalloc.kfree(freed.action);
    return freed.data;
  });
}
void kmem_native_disable_irq(unsigned irq, bool wait) {
  inKernel("disable_irq", [&](kmem_sim &machine) {
    if (irq >= maxIrqLines)
      return;
    if (wait)
      machine.system.kernel.deferred.disableIrqSync(irq);
    else
      machine.system.kernel.deferred.disableIrq(irq);
  });
}
void kmem_native_enable_irq(unsigned irq) {
  inKernel("enable_irq", [&](kmem_sim &machine) {
    if (irq < maxIrqLines)
      machine.system.kernel.deferred.enableIrq(irq);
  });
}

} // extern "C"
