#include <linux/delay.h>
#include <linux/timer.h>

static void poll_status(struct timer_list *t)
{
	msleep(10); // expect: kmem-atomic-sleep
}

void poll_start(struct timer_list *t)
{
	timer_setup(t, poll_status, 0);
}
