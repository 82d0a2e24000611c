// The reference is taken inside, the copy is made outside.
#include <linux/rcupdate.h>
#include <linux/slab.h>

struct route {
	int metric;
};

int *route_metric(struct route **slot)
{
	struct route *route;
	int metric = 0, *copy;

	rcu_read_lock();
	route = rcu_dereference(*slot);
	if (route)
		metric = route->metric;
	rcu_read_unlock();
	copy = kmalloc(sizeof(*copy), GFP_KERNEL);
	if (copy)
		*copy = metric;
	return copy;
}
