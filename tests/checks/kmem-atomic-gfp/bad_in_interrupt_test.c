// in_interrupt() does not see a plain spinlock.
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

void *message_new(spinlock_t *lock)
{
	void *message;

	spin_lock(lock);
	message = kmalloc(64, in_interrupt() ? GFP_ATOMIC : GFP_KERNEL); // expect: kmem-atomic-gfp
	spin_unlock(lock);
	return message;
}
