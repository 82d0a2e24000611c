// Five calls over five files between the interrupt and the allocation.
#include <linux/interrupt.h>

void rx_frame(void *port);

static irqreturn_t port_irq(int irq, void *data)
{
	rx_frame(data);
	return IRQ_HANDLED;
}

int port_open(unsigned int irq, void *port)
{
	return request_irq(irq, port_irq, 0, "port", port);
}
