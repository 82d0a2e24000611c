#include <linux/interrupt.h>
#include <linux/slab.h>

struct card {
	struct tasklet_struct bottom;
	void *frame;
};

static void card_bottom(struct tasklet_struct *t)
{
	struct card *card = container_of(t, struct card, bottom);

	card->frame = kmalloc(1500, GFP_KERNEL); // expect: kmem-atomic-gfp
}

void card_init(struct card *card)
{
	tasklet_setup(&card->bottom, card_bottom);
}
