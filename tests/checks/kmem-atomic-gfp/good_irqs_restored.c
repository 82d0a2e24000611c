// Nested disabling ends with the outermost restore.
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/slab.h>

static void sample(int *value)
{
	unsigned long flags;

	local_irq_save(flags);
	*value += 1;
	local_irq_restore(flags);
}

void *sampled(int *value)
{
	preempt_disable();
	sample(value);
	preempt_enable();
	return kmalloc(64, GFP_KERNEL);
}
