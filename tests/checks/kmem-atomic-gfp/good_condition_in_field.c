// The same field, read again, with nothing stored in between.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct tracer {
	spinlock_t lock;
	bool polling;
};

void *tracer_record(struct tracer *t)
{
	void *record;

	if (t->polling)
		spin_lock(&t->lock);
	record = kmalloc(64, t->polling ? GFP_ATOMIC : GFP_KERNEL);
	if (t->polling)
		spin_unlock(&t->lock);
	return record;
}
