// The helper's parameter must be slab memory; one caller has something else.
#include <linux/slab.h>

void blob_put(void *blob)
{
	if (blob)
		kfree(blob); // expect: kmem-mismatched-free
}
