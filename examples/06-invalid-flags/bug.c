// A controller that can only address the first 4 GiB allocates its command blocks.
#include <linux/slab.h>

struct command {
	u64 sector;
	u32 blocks;
	u32 status;
};

struct controller {
	struct command *commands;
	dma_addr_t address;
};

static void *low_memory(size_t size, gfp_t gfp)
{
	return kzalloc(size, gfp | GFP_DMA32);
}

int controller_init(struct controller *c)
{
	c->commands = low_memory(64 * sizeof(struct command), GFP_KERNEL);
	return c->commands ? 0 : -ENOMEM;
}

void controller_release(struct controller *c)
{
	kfree(c->commands);
}
