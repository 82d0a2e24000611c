// The request carries its flags; nothing says that a sleeping one gets here.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct request {
	gfp_t gfp;
	void *buffer;
};

void request_fill(spinlock_t *lock, struct request *req)
{
	spin_lock(lock);
	req->buffer = kmalloc(64, req->gfp);
	spin_unlock(lock);
}

void request_run(spinlock_t *lock, struct request *req)
{
	req->gfp = GFP_ATOMIC;
	request_fill(lock, req);
}
