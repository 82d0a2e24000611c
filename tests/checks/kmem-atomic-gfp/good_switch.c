// The lock and the allocation belong to different modes.
#include <linux/slab.h>
#include <linux/spinlock.h>

enum mode { FAST, SLOW };

void *convert(spinlock_t *lock, enum mode mode, void **cached)
{
	void *object = NULL;

	if (mode == FAST)
		spin_lock(lock);
	switch (mode) {
	case FAST:
		object = *cached;
		break;
	case SLOW:
		object = kmalloc(64, GFP_KERNEL);
		break;
	}
	if (mode == FAST)
		spin_unlock(lock);
	return object;
}
