#ifndef _STUB_PREEMPT_H
#define _STUB_PREEMPT_H
#include <linux/types.h>

extern int __preempt_count;
static __always_inline int preempt_count(void) { return __preempt_count; }
static __always_inline void __preempt_count_add(int val) { __preempt_count += val; }
static __always_inline void __preempt_count_sub(int val) { __preempt_count -= val; }
#define preempt_count_add(val) __preempt_count_add(val)
#define preempt_count_sub(val) __preempt_count_sub(val)
#define preempt_disable() do { preempt_count_add(1); barrier(); } while (0)
#define preempt_enable() do { barrier(); preempt_count_sub(1); } while (0)

#define SOFTIRQ_OFFSET (1UL << 8)
#define SOFTIRQ_DISABLE_OFFSET (2 * SOFTIRQ_OFFSET)
#define SOFTIRQ_MASK 0x0000ff00UL
#define HARDIRQ_MASK 0x000f0000UL
#define NMI_MASK 0x00f00000UL
#define irq_count() (preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK))
#define in_interrupt() (irq_count())
#define in_hardirq() (preempt_count() & HARDIRQ_MASK)
#define in_atomic() (preempt_count() != 0)

#endif
