// Each factor looks small.
#include <linux/slab.h>

#define CHANNELS 96
#define SAMPLES 16384

struct sample {
	u32 left, right;
};

struct sample *mixer_buffer(void)
{
	return kcalloc(CHANNELS, SAMPLES * sizeof(struct sample), GFP_KERNEL); // expect: kmem-oversized-kmalloc
}

void *frame_store(bool wide)
{
	size_t lines = wide ? 2160 : 1080;

	return kzalloc(lines * 3840 * 4, GFP_KERNEL); // expect: kmem-oversized-kmalloc
}
