#ifndef _STUB_WORKQUEUE_H
#define _STUB_WORKQUEUE_H
#include <linux/types.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);
struct work_struct {
	unsigned long data;
	struct list_head entry;
	work_func_t func;
};
#define INIT_WORK(_work, _func)                                                                                        \
	do {                                                                                                           \
		INIT_LIST_HEAD(&(_work)->entry);                                                                       \
		(_work)->func = (_func);                                                                               \
	} while (0)
bool schedule_work(struct work_struct *work);
bool cancel_work_sync(struct work_struct *work);

#endif
