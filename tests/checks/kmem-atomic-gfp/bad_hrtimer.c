// The callback is stored in a field by hand.
#include <linux/hrtimer.h>
#include <linux/slab.h>

struct pwm {
	struct hrtimer timer;
	void *step;
};

static enum hrtimer_restart pwm_tick(struct hrtimer *timer)
{
	struct pwm *pwm = container_of(timer, struct pwm, timer);

	pwm->step = kmalloc(16, GFP_KERNEL); // expect: kmem-atomic-gfp
	return HRTIMER_NORESTART;
}

void pwm_init(struct pwm *pwm)
{
	hrtimer_init(&pwm->timer, 1, 0);
	pwm->timer.function = pwm_tick;
}
