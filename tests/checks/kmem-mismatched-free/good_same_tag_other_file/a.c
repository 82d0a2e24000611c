// Two drivers, each with a struct of its own that happens to be called priv.
#include <linux/mm.h>

struct priv {
	void *ring;
};

int a_open(struct priv *p)
{
	p->ring = kzalloc(512, GFP_KERNEL);
	return p->ring ? 0 : -ENOMEM;
}

void a_close(struct priv *p)
{
	kfree(p->ring);
}
