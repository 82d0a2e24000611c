// udelay spins.
#include <linux/delay.h>
#include <linux/spinlock.h>

void chip_reset(spinlock_t *lock, int *reg)
{
	spin_lock(lock);
	*reg = 1;
	udelay(10);
	*reg = 0;
	spin_unlock(lock);
	msleep(5);
}
