// in_interrupt() is true with bottom halves off: vfree defers.
#include <linux/bottom_half.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

void drop(spinlock_t *lock, void *text)
{
	spin_lock_bh(lock);
	vfree(text);
	spin_unlock_bh(lock);
}
