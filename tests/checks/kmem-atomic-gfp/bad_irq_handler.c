// The handler allocates through a helper that does not know where it is called.
#include <linux/interrupt.h>
#include <linux/slab.h>

struct event {
	struct list_head node;
	int code;
};

static struct event *event_new(int code)
{
	struct event *e = kmalloc(sizeof(*e), GFP_KERNEL); // expect: kmem-atomic-gfp

	if (e)
		e->code = code;
	return e;
}

static irqreturn_t card_irq(int irq, void *data)
{
	struct event *e = event_new(irq);

	if (!e)
		return IRQ_NONE;
	list_add(&e->node, data);
	return IRQ_HANDLED;
}

int card_start(unsigned int irq, struct list_head *events)
{
	return request_irq(irq, card_irq, IRQF_SHARED, "card", events);
}
