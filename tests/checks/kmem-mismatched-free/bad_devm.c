#include <linux/device.h>
#include <linux/slab.h>

struct sensor {
	int value;
};

static int sensor_probe(struct platform_device *pdev)
{
	struct sensor *sensor = devm_kzalloc(&pdev->dev, sizeof(*sensor), GFP_KERNEL);

	if (!sensor)
		return -ENOMEM;
	if (!pdev->dev.driver_data) {
		kfree(sensor); // expect: kmem-mismatched-free
		return -ENODEV;
	}
	return 0;
}

const struct platform_driver sensor_driver = { .probe = sensor_probe };
