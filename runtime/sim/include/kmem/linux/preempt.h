#ifndef KMEM_LINUX_PREEMPT_H
#define KMEM_LINUX_PREEMPT_H

#include "../native.h"
#include <linux/types.h>

#define PREEMPT_MASK 0x000000ffUL
#define SOFTIRQ_MASK 0x0000ff00UL
#define SOFTIRQ_OFFSET 0x00000100UL
#define HARDIRQ_MASK 0x000f0000UL
#define NMI_MASK 0x00f00000UL

#define preempt_count() ((int)kmem_native_preempt_count())
#define in_nmi() ((kmem_native_preempt_count() & NMI_MASK) != 0)
#define in_hardirq() ((kmem_native_preempt_count() & HARDIRQ_MASK) != 0)
#define in_irq() in_hardirq()
#define in_serving_softirq() ((kmem_native_preempt_count() & SOFTIRQ_OFFSET) != 0)
#define in_softirq() ((kmem_native_preempt_count() & SOFTIRQ_MASK) != 0)
#define in_interrupt() ((kmem_native_preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK)) != 0)
#define in_task() (!(kmem_native_preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))
#define in_atomic() (kmem_native_preempt_count() != 0)
#define preemptible() (!in_atomic() && !kmem_native_irqs_disabled())

static inline void preempt_disable(void) { kmem_native_preempt_disable(); }
static inline void preempt_enable(void) { kmem_native_preempt_enable(); }

#endif
