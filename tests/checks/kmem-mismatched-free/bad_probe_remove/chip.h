#include <linux/device.h>

struct chip {
	u32 *fifo;
	void *image;
};

int chip_alloc_fifo(struct chip *chip, unsigned int depth);
void chip_free_fifo(struct chip *chip);
