// Two disables, one enable.
#include <linux/preempt.h>
#include <linux/slab.h>

void *staged(bool deep)
{
	void *p;

	preempt_disable();
	preempt_disable();
	preempt_enable();
	p = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	preempt_enable();
	return p;
}
