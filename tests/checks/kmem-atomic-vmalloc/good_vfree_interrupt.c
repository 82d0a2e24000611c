#include <linux/interrupt.h>
#include <linux/mm.h>

struct card {
	struct tasklet_struct bottom;
	void *image;
};

static void card_bottom(struct tasklet_struct *t)
{
	struct card *card = container_of(t, struct card, bottom);

	vfree(card->image);
}

static irqreturn_t card_irq(int irq, void *data)
{
	kvfree(data);
	return IRQ_HANDLED;
}

int card_init(struct card *card, unsigned int irq, void *table)
{
	tasklet_setup(&card->bottom, card_bottom);
	return request_irq(irq, card_irq, 0, "card", table);
}
