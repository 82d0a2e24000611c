#include <linux/delay.h>
#include <linux/types.h>

int regs_write(void *regs, int reg, int value)
{
	if (!regs)
		return -ENODEV;
	usleep_range(100, 200); // expect: kmem-atomic-sleep
	return 0;
}
