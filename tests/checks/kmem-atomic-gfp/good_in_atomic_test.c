// The code looks where it is before it chooses.
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static void *event_alloc(void)
{
	return kmalloc(64, in_atomic() || irqs_disabled() ? GFP_ATOMIC : GFP_KERNEL);
}

void *event_locked(spinlock_t *lock)
{
	unsigned long flags;
	void *event;

	spin_lock_irqsave(lock, flags);
	event = event_alloc();
	spin_unlock_irqrestore(lock, flags);
	return event;
}
