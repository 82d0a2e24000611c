#include <linux/spinlock.h>

int regs_write(void *regs, int reg, int value);

int chip_reset(spinlock_t *lock, void *regs)
{
	int ret;

	spin_lock(lock);
	ret = regs_write(regs, 0, 1);
	spin_unlock(lock);
	return ret;
}
