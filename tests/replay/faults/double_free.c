// The callee cleans up after itself, and its caller does so again.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct port {
	spinlock_t lock;
	void *buffer, *table;
};

static int port_setup(struct port *port)
{
	port->table = kmalloc(256, GFP_KERNEL);
	if (!port->table) {
		kfree(port->buffer);
		return -ENOMEM;
	}
	return 0;
}

int port_open(struct port *port)
{
	int ret = -ENOMEM;

	spin_lock(&port->lock);
	port->buffer = kmalloc(128, GFP_ATOMIC);
	if (port->buffer) {
		ret = port_setup(port);
		if (ret)
			kfree(port->buffer); // fault: kmem-fault-double-free
	}
	spin_unlock(&port->lock);
	return ret;
}
