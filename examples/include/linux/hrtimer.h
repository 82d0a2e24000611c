#ifndef _STUB_HRTIMER_H
#define _STUB_HRTIMER_H
#include <linux/types.h>

enum hrtimer_restart { HRTIMER_NORESTART, HRTIMER_RESTART };
struct hrtimer {
	s64 expires;
	enum hrtimer_restart (*function)(struct hrtimer *);
};
void hrtimer_init(struct hrtimer *timer, int clock_id, int mode);

#endif
