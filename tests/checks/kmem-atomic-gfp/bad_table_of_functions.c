#include <linux/slab.h>
#include <linux/spinlock.h>

struct card {
	spinlock_t lock;
	void *entry;
};

static int reset(struct card *card)
{
	card->entry = NULL;
	return 0;
}

static int refill(struct card *card)
{
	card->entry = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	return card->entry ? 0 : -ENOMEM;
}

static int (*const commands[])(struct card *card) = { reset, refill };

int card_command(struct card *card, unsigned int command)
{
	int result;

	spin_lock(&card->lock);
	result = commands[command](card);
	spin_unlock(&card->lock);
	return result;
}
