#include <linux/slab.h>
#include "chip.h"

void chip_free_fifo(struct chip *chip)
{
	kfree(chip->fifo); // expect: kmem-mismatched-free
	chip->fifo = NULL;
}
