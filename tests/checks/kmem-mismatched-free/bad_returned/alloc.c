// The allocation hides behind two returns.
#include <linux/vmalloc.h>

static void *arena_raw(size_t size)
{
	return vzalloc(size);
}

void *arena_new(size_t size)
{
	return size ? arena_raw(size) : NULL;
}
