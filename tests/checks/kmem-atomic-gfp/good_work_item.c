// The timer only schedules; the work item may sleep.
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

struct monitor {
	struct timer_list timer;
	struct work_struct work;
	void *report;
};

static void monitor_work(struct work_struct *work)
{
	struct monitor *m = container_of(work, struct monitor, work);

	m->report = kzalloc(256, GFP_KERNEL);
}

static void monitor_tick(struct timer_list *t)
{
	struct monitor *m = from_timer(m, t, timer);

	schedule_work(&m->work);
}

void monitor_init(struct monitor *m)
{
	INIT_WORK(&m->work, monitor_work);
	timer_setup(&m->timer, monitor_tick, 0);
}
