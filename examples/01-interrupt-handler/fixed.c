// A temperature sensor queues its readings from its interrupt handler.
#include <linux/interrupt.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct reading {
	struct list_head node;
	int millidegrees;
};

struct sensor {
	spinlock_t lock;
	struct list_head readings;
	int (*sample)(struct sensor *sensor);
};

static struct reading *reading_new(int millidegrees)
{
	struct reading *r = kzalloc(sizeof(*r), GFP_ATOMIC);

	if (r)
		r->millidegrees = millidegrees;
	return r;
}

static void sensor_collect(struct sensor *sensor)
{
	struct reading *r = reading_new(sensor->sample(sensor));

	if (!r)
		return;
	spin_lock(&sensor->lock);
	list_add(&r->node, &sensor->readings);
	spin_unlock(&sensor->lock);
}

static irqreturn_t sensor_irq(int irq, void *data)
{
	sensor_collect(data);
	return IRQ_HANDLED;
}

int sensor_start(struct sensor *sensor, unsigned int irq)
{
	return request_irq(irq, sensor_irq, IRQF_SHARED, "sensor", sensor);
}
