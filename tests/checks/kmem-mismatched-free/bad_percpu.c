#include <linux/percpu.h>
#include <linux/slab.h>

struct stats {
	u64 packets;
};
struct port {
	struct stats __percpu *stats;
};

int port_init(struct port *port)
{
	port->stats = alloc_percpu(struct stats);
	return port->stats ? 0 : -ENOMEM;
}

void port_release(struct port *port)
{
	kfree(port->stats); // expect: kmem-mismatched-free
}
