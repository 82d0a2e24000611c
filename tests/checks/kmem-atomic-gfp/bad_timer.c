#include <linux/slab.h>
#include <linux/timer.h>

struct watchdog {
	struct timer_list timer;
	void *report;
};

static void watchdog_expired(struct timer_list *t)
{
	struct watchdog *dog = from_timer(dog, t, timer);

	dog->report = kzalloc(128, GFP_KERNEL); // expect: kmem-atomic-gfp
}

void watchdog_init(struct watchdog *dog)
{
	timer_setup(&dog->timer, watchdog_expired, 0);
}
