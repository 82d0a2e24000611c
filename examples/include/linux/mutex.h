#ifndef _STUB_MUTEX_H
#define _STUB_MUTEX_H
#include <linux/cleanup.h>

struct mutex {
	int owner;
};
#define DEFINE_MUTEX(name) struct mutex name
void mutex_lock(struct mutex *lock);
int mutex_trylock(struct mutex *lock);
void mutex_unlock(struct mutex *lock);

DEFINE_LOCK_GUARD(mutex, struct mutex, mutex_lock(_T->lock), mutex_unlock(_T->lock))

#endif
