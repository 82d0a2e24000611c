// The callee drops the lock that its caller took.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct rb {
	spinlock_t lock;
	void *spare;
};

static void rb_prealloc(struct rb *rb)
{
	spin_unlock(&rb->lock);
	rb->spare = kmalloc(64, GFP_KERNEL);
	spin_lock(&rb->lock);
}

void rb_insert(struct rb *rb)
{
	spin_lock(&rb->lock);
	if (!rb->spare)
		rb_prealloc(rb);
	spin_unlock(&rb->lock);
}
