#include <linux/percpu.h>
#include <linux/slab.h>

void *per_cpu_buffer(void **slots)
{
	int cpu;

	preempt_disable();
	slots[0] = kmalloc(128, GFP_KERNEL); // expect: kmem-atomic-gfp
	preempt_enable();

	cpu = get_cpu();
	slots[cpu] = kmalloc(128, GFP_KERNEL); // expect: kmem-atomic-gfp
	put_cpu();
	return slots[0];
}
