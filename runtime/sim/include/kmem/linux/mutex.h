#ifndef KMEM_LINUX_MUTEX_H
#define KMEM_LINUX_MUTEX_H

#include <linux/spinlock.h>

struct mutex {
  struct kmem_native_lock kmem;
  const char *name;
};

#define DEFINE_MUTEX(name) struct mutex name = __KMEM_LOCK(name)
#define mutex_init(lock) __kmem_lock_init(lock, #lock)
#define mutex_destroy(lock) ((void)(lock))
#define mutex_lock(lock) __kmem_take(lock, MUTEX, EXCLUSIVE, PLAIN)
#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
/* Nobody signals a thread of the simulation. */
#define mutex_lock_interruptible(lock) (mutex_lock(lock), 0)
#define mutex_lock_killable(lock) (mutex_lock(lock), 0)
#define mutex_trylock(lock) __kmem_try(lock, MUTEX, EXCLUSIVE, PLAIN)
#define mutex_unlock(lock) __kmem_give(lock, MUTEX, EXCLUSIVE, PLAIN)
#define mutex_is_locked(lock) kmem_native_is_locked(&(lock)->kmem)

#endif
