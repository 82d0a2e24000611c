// sizeof is a constant like any other.
#include <linux/slab.h>

struct shadow {
	u64 entries[1024][1024];
	u32 used;
};

struct shadow *shadow_new(void)
{
	struct shadow *shadow = kzalloc(sizeof(*shadow), GFP_KERNEL); // expect: kmem-oversized-kmalloc

	if (shadow)
		shadow->used = 1;
	return shadow;
}
