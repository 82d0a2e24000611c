// kmem/sim.h: callbacks, what runs later, interrupts, and a device's actions.
#include "runtime/sim/machine.h"

using namespace kmem::sim;

namespace {

constexpr DeferredKind kinds[] = {DeferredKind::Tasklet, DeferredKind::Timer, DeferredKind::Work,
                                  DeferredKind::IrqWork};
constexpr int busy = -16; ///< -EBUSY

bool isCallback(const kmem_sim *machine, kmem_callback_id callback) {
  return machine && machine->hasCallback(callback);
}
CallbackId deferredNumber(const kmem_sim *machine, kmem_callback_id callback) {
  return machine->callbacks[callback - 1].deferred;
}
bool isItem(const kmem_sim *machine, kmem_deferred_id item) { return machine && machine->handle.deferred[item]; }
bool isLine(unsigned line) { return line < maxIrqLines; }

void start(Deferred &deferred, DeferredKind kind, DeferredId item, uint64_t jiffies, uint64_t now) {
  switch (kind) {
  case DeferredKind::Tasklet:
    deferred.scheduleTasklet(item);
    break;
  case DeferredKind::Timer:
    deferred.modifyTimer(item, now + jiffies);
    break;
  case DeferredKind::IrqWork:
    deferred.queueIrqWork(item);
    break;
  default:
    if (jiffies)
      deferred.queueDelayedWork(item, jiffies);
    else
      deferred.queueWork(item);
  }
}

} // namespace

extern "C" {

kmem_status kmem_sim_register(kmem_sim *machine, kmem_callback function, void *data, kmem_callback_id *callback) {
  if (!function)
    return KMEM_BAD_ARGUMENT;
  return onMachine(machine, [&](System &) { give(callback, machine->registerCallback(function, data)); });
}

kmem_status kmem_sim_deferred_create(kmem_sim *machine, kmem_deferred_kind kind, kmem_callback_id callback,
                                     uint64_t argument, kmem_deferred_id *item) {
  if (!isCallback(machine, callback) || unsigned(kind) > KMEM_DEFERRED_IRQ_WORK)
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) {
    const DeferredId created = system.kernel.deferred.create(kinds[kind], deferredNumber(machine, callback), argument);
    machine->handle.deferred.write(created) = uint8_t(kinds[kind]) + 1;
    give(item, created);
  });
}

kmem_status kmem_sim_deferred_start(kmem_sim *machine, kmem_deferred_id item, uint64_t jiffies) {
  if (!isItem(machine, item))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) {
    start(system.kernel.deferred, DeferredKind(machine->handle.deferred[item] - 1), item, jiffies,
          system.kernel.context.jiffies());
  });
}

kmem_status kmem_sim_deferred_cancel(kmem_sim *machine, kmem_deferred_id item, int *was_pending) {
  if (!isItem(machine, item))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { give(was_pending, system.kernel.deferred.cancel(item)); });
}

kmem_status kmem_sim_call_rcu(kmem_sim *machine, kmem_callback_id callback, uint64_t argument) {
  if (!isCallback(machine, callback))
    return KMEM_BAD_ARGUMENT;
  return machine->call(
      [&](System &system) { system.kernel.deferred.callRcu(deferredNumber(machine, callback), argument); });
}

kmem_status kmem_sim_request_irq(kmem_sim *machine, unsigned line, const char *name, kmem_callback_id handler,
                                 uint64_t argument, int *error) {
  if (!name || !isLine(line) || !isCallback(machine, handler))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) {
    give(error,
         system.kernel.deferred.requestIrq(line, name, deferredNumber(machine, handler), 0, argument) ? 0 : busy);
  });
}

kmem_status kmem_sim_free_irq(kmem_sim *machine, unsigned line) {
  if (!isLine(line))
    return KMEM_BAD_ARGUMENT;
  return onMachine(machine, [&](System &system) { system.kernel.deferred.freeIrq(line); });
}

kmem_status kmem_sim_raise_irq(kmem_sim *machine, unsigned line) {
  if (!isLine(line))
    return KMEM_BAD_ARGUMENT;
  return onMachine(machine, [&](System &system) { system.kernel.deferred.raise(line); });
}

kmem_status kmem_sim_run_pending(kmem_sim *machine) {
  return onMachine(machine, [](System &system) { system.kernel.deferred.runPending(); });
}

kmem_status kmem_sim_advance(kmem_sim *machine, uint64_t nanoseconds) {
  return onMachine(machine, [&](System &system) { system.kernel.deferred.advance(nanoseconds); });
}

uint64_t kmem_sim_nanoseconds(const kmem_sim *machine) {
  return machine ? machine->system.kernel.context.nanoseconds() : 0;
}

kmem_status kmem_sim_devm_add_action(kmem_sim *machine, kmem_device_id device, kmem_callback_id action,
                                     uint64_t argument, int *error) {
  if (!isCallback(machine, action) || !device)
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) {
    give(error, system.devres.addAction(device, machine->callbacks[action - 1].action, argument));
  });
}

} // extern "C"
