// A logger doubles its buffer when it is full.
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

struct logger {
	spinlock_t lock;
	char *text;
	size_t used, size;
};

static int logger_grow(struct logger *log)
{
	char *bigger = vmalloc(2 * log->size);

	if (!bigger)
		return -ENOMEM;
	memcpy(bigger, log->text, log->used);
	vfree(log->text);
	log->text = bigger;
	log->size *= 2;
	return 0;
}

int logger_add(struct logger *log, const char *line, size_t length)
{
	int ret = 0;

	spin_lock(&log->lock);
	if (log->used + length > log->size)
		ret = logger_grow(log);
	if (!ret) {
		memcpy(log->text + log->used, line, length);
		log->used += length;
	}
	spin_unlock(&log->lock);
	return ret;
}
