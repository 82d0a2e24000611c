#include <linux/slab.h>

void *arena_new(size_t size);

int arena_test(size_t size)
{
	int *arena = arena_new(size);

	if (!arena)
		return -ENOMEM;
	arena[0] = 1;
	kfree(arena); // expect: kmem-mismatched-free
	return 0;
}
