// A controller that can only address the first 4 GiB allocates its command blocks.
#include <linux/dma-mapping.h>

#define COMMANDS_SIZE (64 * sizeof(struct command))

struct command {
	u64 sector;
	u32 blocks;
	u32 status;
};

struct controller {
	struct device *dev;
	struct command *commands;
	dma_addr_t address;
};

int controller_init(struct controller *c)
{
	c->commands = dma_alloc_coherent(c->dev, COMMANDS_SIZE, &c->address, GFP_KERNEL);
	return c->commands ? 0 : -ENOMEM;
}

void controller_release(struct controller *c)
{
	dma_free_coherent(c->dev, COMMANDS_SIZE, c->commands, c->address);
}
