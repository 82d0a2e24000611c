// The helper holds the lock only when it says so.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct port {
	spinlock_t lock;
	bool alive;
	void *spare;
};

static bool port_lock_alive(struct port *port)
{
	spin_lock(&port->lock);
	if (port->alive)
		return true;
	spin_unlock(&port->lock);
	return false;
}

void *port_take(struct port *port)
{
	void *spare;

	if (!port_lock_alive(port))
		return kmalloc(64, GFP_KERNEL);
	spare = port->spare;
	spin_unlock(&port->lock);
	return spare;
}
