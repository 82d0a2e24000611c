// The second function of a threaded interrupt runs in a thread.
#include <linux/interrupt.h>
#include <linux/slab.h>

static irqreturn_t sensor_hard(int irq, void *data)
{
	return IRQ_WAKE_THREAD;
}

static irqreturn_t sensor_thread(int irq, void *data)
{
	void *sample = kmalloc(64, GFP_KERNEL);

	*(void **)data = sample;
	return IRQ_HANDLED;
}

int sensor_start(unsigned int irq, void **slot)
{
	return request_threaded_irq(irq, sensor_hard, sensor_thread, 0, "sensor", slot);
}
