#include <linux/spinlock.h>
#include <linux/vmalloc.h>

struct log {
	spinlock_t lock;
	void *text;
};

void log_drop(struct log *log)
{
	spin_lock(&log->lock);
	vfree(log->text); // expect: kmem-atomic-vmalloc
	log->text = NULL;
	spin_unlock(&log->lock);
}
