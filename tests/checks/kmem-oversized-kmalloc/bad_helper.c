// The helper multiplies what its caller passes.
#include <linux/slab.h>

static void *matrix_new(size_t rows, size_t columns)
{
	return kmalloc(rows * columns * sizeof(u64), GFP_KERNEL); // expect: kmem-oversized-kmalloc
}

void *transform_table(void)
{
	return matrix_new(1024, 1024);
}
