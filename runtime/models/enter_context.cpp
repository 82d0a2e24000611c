#include "core/support/context.h"
#include "runtime/models/models.h"

namespace kmem::replay {

/// In an order in which the kernel could have got there: what tasks do before what interrupts them.
static constexpr ContextComponent order[] = {
    ContextComponent::Softirq, ContextComponent::ServingSoftirq, ContextComponent::Hardirq, ContextComponent::Nmi,
    ContextComponent::IrqsOff, ContextComponent::Preempt,        ContextComponent::Rcu};
static_assert(std::size(order) == std::tuple_size<ContextCounts>());

static void enterOnce(sim::Kernel &kernel, ContextComponent component) {
  switch (component) {
  case ContextComponent::Softirq:
    return kernel.context.bhDisable();
  case ContextComponent::ServingSoftirq:
    return kernel.context.enterSoftirq();
  case ContextComponent::Hardirq:
    kernel.context.enterHardirq();
    kernel.context.markInterruptThreaded(); // as every handler without IRQF_NO_THREAD is
    return;
  case ContextComponent::Nmi:
    kernel.context.enterNmi();
    return;
  case ContextComponent::IrqsOff:
    kernel.context.irqSave();
    return;
  case ContextComponent::Preempt:
    return kernel.context.preemptDisable();
  case ContextComponent::Rcu:
    return kernel.locks.rcuReadLock();
  }
}

void Models::enter(const ContextCounts &context) {
  for (ContextComponent component : order)
    for (unsigned i = 0; i < context[unsigned(component)]; ++i)
      enterOnce(machine.system.kernel, component);
}

} // namespace kmem::replay
