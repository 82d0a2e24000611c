/* Semaphores that count from 1. */
#ifndef KMEM_LINUX_SEMAPHORE_H
#define KMEM_LINUX_SEMAPHORE_H

#include <linux/spinlock.h>

struct semaphore {
  struct kmem_native_lock kmem;
  const char *name;
};

#define DEFINE_SEMAPHORE(name, one) struct semaphore name = __KMEM_LOCK(name)
static inline void sema_init(struct semaphore *semaphore, int count) {
  BUG_ON(count != 1);
  __kmem_lock_init(semaphore, "semaphore");
}
#define down(semaphore) __kmem_take(semaphore, SEMAPHORE, EXCLUSIVE, PLAIN)
#define down_interruptible(semaphore) (down(semaphore), 0)
#define down_trylock(semaphore) (!__kmem_try(semaphore, SEMAPHORE, EXCLUSIVE, PLAIN))
#define up(semaphore) __kmem_give(semaphore, SEMAPHORE, EXCLUSIVE, PLAIN)

#endif
