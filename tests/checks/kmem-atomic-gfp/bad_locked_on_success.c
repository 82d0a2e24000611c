// The helper holds the lock when it says so, and then the caller allocates.
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

int port_fill(struct port *port)
{
	if (!port_lock_alive(port))
		return -ENODEV;
	port->spare = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock(&port->lock);
	return 0;
}
