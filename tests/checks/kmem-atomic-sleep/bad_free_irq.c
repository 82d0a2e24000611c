#include <linux/interrupt.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

void device_stop(spinlock_t *lock, unsigned int irq, struct work_struct *work)
{
	unsigned long flags;

	spin_lock_irqsave(lock, flags);
	free_irq(irq, lock);	// expect: kmem-atomic-sleep
	cancel_work_sync(work); // expect: kmem-atomic-sleep
	spin_unlock_irqrestore(lock, flags);
}
