#ifndef _STUB_TIMER_H
#define _STUB_TIMER_H
#include <linux/types.h>

struct timer_list {
	struct list_head entry;
	unsigned long expires;
	void (*function)(struct timer_list *);
	u32 flags;
};
struct lock_class_key;
void init_timer_key(struct timer_list *timer, void (*func)(struct timer_list *), unsigned int flags, const char *name,
		    struct lock_class_key *key);
#define timer_setup(timer, callback, flags) init_timer_key((timer), (callback), (flags), NULL, NULL)
#define from_timer(var, callback_timer, field) container_of(callback_timer, typeof(*var), field)
int mod_timer(struct timer_list *timer, unsigned long expires);

#endif
