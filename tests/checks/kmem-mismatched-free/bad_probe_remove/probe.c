// Allocated in one file, freed in another; only the field connects them.
#include <linux/mm.h>
#include "chip.h"

int chip_alloc_fifo(struct chip *chip, unsigned int depth)
{
	chip->fifo = kvmalloc_array(depth, sizeof(u32), GFP_KERNEL);
	return chip->fifo ? 0 : -ENOMEM;
}

static int chip_probe(struct platform_device *pdev)
{
	struct chip *chip = devm_kzalloc(&pdev->dev, sizeof(*chip), GFP_KERNEL);

	if (!chip)
		return -ENOMEM;
	platform_set_drvdata(pdev, chip);
	chip->image = vmalloc(65536);
	return chip_alloc_fifo(chip, 512);
}

static void chip_remove(struct platform_device *pdev)
{
	struct chip *chip = platform_get_drvdata(pdev);

	vfree(chip->image);
	chip_free_fifo(chip);
}

const struct platform_driver chip_driver = { .probe = chip_probe, .remove = chip_remove };
