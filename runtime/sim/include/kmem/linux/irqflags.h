#ifndef KMEM_LINUX_IRQFLAGS_H
#define KMEM_LINUX_IRQFLAGS_H

#include "../native.h"

#define local_irq_save(flags) ((flags) = kmem_native_irq_save())
#define local_irq_restore(flags) kmem_native_irq_restore(flags)
#define local_irq_disable() ((void)kmem_native_irq_save())
#define local_irq_enable() kmem_native_irq_restore(0)
#define irqs_disabled() kmem_native_irqs_disabled()

static inline void local_bh_disable(void) { kmem_native_bh_disable(); }
static inline void local_bh_enable(void) { kmem_native_bh_enable(); }

#endif
