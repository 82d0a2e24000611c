#ifndef KMEM_LINUX_RWSEM_H
#define KMEM_LINUX_RWSEM_H

#include <linux/spinlock.h>

struct rw_semaphore {
  struct kmem_native_lock kmem;
  const char *name;
};

#define DECLARE_RWSEM(name) struct rw_semaphore name = __KMEM_LOCK(name)
#define init_rwsem(lock) __kmem_lock_init(lock, #lock)
#define down_read(lock) __kmem_take(lock, RWSEM, SHARED, PLAIN)
#define down_read_trylock(lock) __kmem_try(lock, RWSEM, SHARED, PLAIN)
#define up_read(lock) __kmem_give(lock, RWSEM, SHARED, PLAIN)
#define down_write(lock) __kmem_take(lock, RWSEM, EXCLUSIVE, PLAIN)
#define down_write_trylock(lock) __kmem_try(lock, RWSEM, EXCLUSIVE, PLAIN)
#define up_write(lock) __kmem_give(lock, RWSEM, EXCLUSIVE, PLAIN)

#endif
