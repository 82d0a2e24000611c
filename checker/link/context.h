// Stage: link. The absolute context at a point of a path, and what it forbids.
#pragma once

#include "checker/summary/summary.h"
#include "rules/lib/rules.h"

#include <algorithm>

namespace kmem::link {

struct Context {
  uint8_t preempt = 0, softirq = 0, rcu = 0;
  bool irqsOff = false, servingSoftirq = false, hardirq = false, nmi = false;

  static Context entered(ContextSet runsIn) {
    Context c;
    c.preempt = runsIn.contains(ContextComponent::Preempt);
    c.softirq = runsIn.contains(ContextComponent::Softirq);
    c.rcu = runsIn.contains(ContextComponent::Rcu);
    c.irqsOff = runsIn.contains(ContextComponent::IrqsOff);
    c.servingSoftirq = runsIn.contains(ContextComponent::ServingSoftirq);
    c.hardirq = runsIn.contains(ContextComponent::Hardirq);
    c.nmi = runsIn.contains(ContextComponent::Nmi);
    return c;
  }

  Context after(const summary::ContextDelta &delta) const {
    auto depth = [](int base, int change) {
      return uint8_t(std::clamp(base + change, 0, int(summary::maxContextDepth)));
    };
    Context c = *this;
    c.preempt = depth(preempt, delta.preempt);
    c.softirq = depth(softirq, delta.softirq);
    c.rcu = depth(rcu, delta.rcu);
    if (delta.irqs != summary::IrqState::Unchanged)
      c.irqsOff = delta.irqs == summary::IrqState::Off;
    return c;
  }

  ContextSet components() const {
    ContextSet set;
    auto put = [&](bool present, ContextComponent c) {
      if (present)
        set.insert(c);
    };
    put(preempt, ContextComponent::Preempt);
    put(softirq, ContextComponent::Softirq);
    put(servingSoftirq, ContextComponent::ServingSoftirq);
    put(hardirq, ContextComponent::Hardirq);
    put(nmi, ContextComponent::Nmi);
    put(irqsOff, ContextComponent::IrqsOff);
    put(rcu, ContextComponent::Rcu);
    return set;
  }
  bool atomic() const { return !components().empty(); }
  /// in_interrupt(): NMI, hardirq, or softirq bits of preempt_count (include/linux/preempt.h).
  bool inInterrupt() const { return softirq || servingSoftirq || hardirq || nmi; }

  uint32_t raw() const {
    return preempt | softirq << 4 | rcu << 8 | irqsOff << 12 | servingSoftirq << 13 | hardirq << 14 | nmi << 15;
  }
  bool operator==(const Context &) const = default;
};

} // namespace kmem::link
