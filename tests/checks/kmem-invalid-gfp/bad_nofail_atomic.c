// Nobody can promise that without reclaim.
#include <linux/slab.h>

void *journal_entry(void)
{
	return kmalloc(64, GFP_ATOMIC | __GFP_NOFAIL); // expect: kmem-invalid-gfp
}
