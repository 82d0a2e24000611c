#include <linux/interrupt.h>
#include <linux/vmalloc.h>

struct card {
	struct tasklet_struct bottom;
	void *image;
};

static void *image_new(void)
{
	return vzalloc(128 * 1024); // expect: kmem-atomic-vmalloc
}

static void card_bottom(struct tasklet_struct *t)
{
	struct card *card = container_of(t, struct card, bottom);

	card->image = image_new();
}

void card_init(struct card *card)
{
	tasklet_setup(&card->bottom, card_bottom);
}
