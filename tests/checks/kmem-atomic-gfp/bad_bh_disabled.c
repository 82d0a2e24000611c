// Bottom halves off is atomic, too, although no lock is in sight.
#include <linux/bottom_half.h>
#include <linux/slab.h>

void *stats_snapshot(void)
{
	void *copy;

	local_bh_disable();
	copy = kzalloc(256, GFP_NOFS); // expect: kmem-atomic-gfp
	local_bh_enable();
	return copy;
}
