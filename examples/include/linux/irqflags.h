#ifndef _STUB_IRQFLAGS_H
#define _STUB_IRQFLAGS_H
#include <linux/cleanup.h>

static __always_inline void arch_local_irq_disable(void) { asm volatile("cli" ::: "memory"); }
static __always_inline void arch_local_irq_enable(void) { asm volatile("sti" ::: "memory"); }
static __always_inline unsigned long arch_local_save_flags(void)
{
	unsigned long flags;

	asm volatile("pushf ; pop %0" : "=rm"(flags) : : "memory");
	return flags;
}
static __always_inline bool arch_irqs_disabled_flags(unsigned long flags) { return !(flags & (1UL << 9)); }
static __always_inline bool arch_irqs_disabled(void) { return arch_irqs_disabled_flags(arch_local_save_flags()); }
static __always_inline unsigned long arch_local_irq_save(void)
{
	unsigned long flags = arch_local_save_flags();

	arch_local_irq_disable();
	return flags;
}
static __always_inline void arch_local_irq_restore(unsigned long flags)
{
	if (!arch_irqs_disabled_flags(flags))
		arch_local_irq_enable();
}

#define local_irq_disable() do { arch_local_irq_disable(); } while (0)
#define local_irq_enable() do { arch_local_irq_enable(); } while (0)
#define local_irq_save(flags) do { flags = arch_local_irq_save(); } while (0)
#define local_irq_restore(flags) do { arch_local_irq_restore(flags); } while (0)
#define irqs_disabled() arch_irqs_disabled()

#endif
