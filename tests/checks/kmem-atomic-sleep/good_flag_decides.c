// The callee sleeps only when told that it may.
#include <linux/delay.h>
#include <linux/spinlock.h>

static void settle(bool can_sleep)
{
	if (can_sleep)
		usleep_range(10, 20);
	else
		udelay(10);
}

void power_up(spinlock_t *lock, int *reg)
{
	settle(true);
	spin_lock(lock);
	*reg = 1;
	settle(false);
	spin_unlock(lock);
}
