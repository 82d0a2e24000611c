#include <linux/mm.h>

struct priv {
	int users;
	void *ring;
};

int b_open(struct priv *p, size_t size)
{
	p->ring = vzalloc(size);
	return p->ring ? 0 : -ENOMEM;
}

void b_close(struct priv *p)
{
	vfree(p->ring);
}
