// Bottom halves and preemption go off and on again, nested.
#include <linux/bottom_half.h>
#include <linux/percpu.h>
#include <linux/slab.h>

void *staged(int *counter)
{
	local_bh_disable();
	*counter += get_cpu();
	put_cpu();
	local_bh_enable();
	return kmalloc(64, GFP_KERNEL);
}
