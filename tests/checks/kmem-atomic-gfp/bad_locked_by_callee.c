// The callee returns with the lock held.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct hash {
	spinlock_t buckets[16];
	void *spare;
};

static spinlock_t *bucket_lock(struct hash *h, unsigned int key)
{
	spinlock_t *lock = &h->buckets[key & 15];

	spin_lock(lock);
	return lock;
}

void hash_prepare(struct hash *h, unsigned int key)
{
	spinlock_t *lock = bucket_lock(h, key);

	h->spare = kmalloc(32, GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock(lock);
}
