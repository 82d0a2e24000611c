#include <linux/irqflags.h>
#include <linux/slab.h>

void *sample(void)
{
	void *record;

	local_irq_disable();
	record = kmalloc(32, GFP_KERNEL); // expect: kmem-atomic-gfp
	local_irq_enable();
	return record;
}

void *sample_saved(void)
{
	unsigned long flags;
	void *record;

	local_irq_save(flags);
	record = kmalloc(32, GFP_NOIO); // expect: kmem-atomic-gfp
	local_irq_restore(flags);
	return record;
}
