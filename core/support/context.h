// What the CPU is allowed to do, as the kernel's own oracle sees it (__might_resched in kernel/sched/core.c): a vector,
// because APIs forbid different components. Shared words of rules, summaries and findings; plain data.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>
#include <string>

namespace kmem {

enum class ContextComponent : uint8_t {
  Preempt,        ///< preempt_count's preemption field: spinlocks, preempt_disable, get_cpu, kmap_atomic
  Softirq,        ///< bottom halves disabled by this task
  ServingSoftirq, ///< running in a softirq: timer, tasklet, NAPI, RCU callback
  Hardirq,
  Nmi,
  IrqsOff,
  Rcu, ///< rcu_read_lock nesting
};
inline constexpr unsigned contextComponentCount = 7;

/// The name rules and reports use: preempt, softirq, serving_softirq, hardirq, nmi, irqs_off, rcu.
llvm::StringRef contextComponentName(ContextComponent component);
std::optional<ContextComponent> parseContextComponent(llvm::StringRef name);

/// A set of components.
class ContextSet {
public:
  void insert(ContextComponent c) { bits |= bit(c); }
  bool contains(ContextComponent c) const { return bits & bit(c); }
  bool empty() const { return bits == 0; }
  bool intersects(ContextSet other) const { return bits & other.bits; }
  uint8_t raw() const { return bits; }
  static ContextSet fromRaw(uint8_t raw) {
    ContextSet s;
    s.bits = raw;
    return s;
  }
  bool operator==(const ContextSet &) const = default;

private:
  static uint8_t bit(ContextComponent c) { return uint8_t(1u << unsigned(c)); }
  uint8_t bits = 0;
};

/// "preempt, irqs_off"; "process" when empty.
std::string describe(ContextSet set);

} // namespace kmem
