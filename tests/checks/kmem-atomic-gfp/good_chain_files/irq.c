// The interrupt passes GFP_ATOMIC through the whole chain.
#include <linux/interrupt.h>
#include <linux/gfp.h>

void *frame_parse(void *port, gfp_t gfp);

static irqreturn_t port_irq(int irq, void *data)
{
	return frame_parse(data, GFP_ATOMIC) ? IRQ_HANDLED : IRQ_NONE;
}

int port_open(unsigned int irq, void *port)
{
	if (!frame_parse(port, GFP_KERNEL))
		return -ENOMEM;
	return request_irq(irq, port_irq, 0, "port", port);
}
