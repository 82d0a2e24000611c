#include <linux/mutex.h>
#include <linux/spinlock.h>

struct bus {
	spinlock_t lock;
	struct mutex config;
	int rate;
};

void bus_set_rate(struct bus *bus, int rate)
{
	spin_lock(&bus->lock);
	mutex_lock(&bus->config); // expect: kmem-atomic-sleep
	bus->rate = rate;
	mutex_unlock(&bus->config);
	spin_unlock(&bus->lock);
}
