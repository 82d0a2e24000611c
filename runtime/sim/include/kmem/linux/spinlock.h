/* Locks come into being on a machine at their first use, so that static ones work on any number of machines. */
#ifndef KMEM_LINUX_SPINLOCK_H
#define KMEM_LINUX_SPINLOCK_H

#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/preempt.h>

typedef struct spinlock {
  struct kmem_native_lock kmem;
  const char *name;
} spinlock_t;
typedef struct raw_spinlock {
  struct kmem_native_lock kmem;
  const char *name;
} raw_spinlock_t;
typedef struct {
  struct kmem_native_lock kmem;
  const char *name;
} rwlock_t;

#define __KMEM_LOCK(name) {{0, 0, 0}, #name}
#define __SPIN_LOCK_UNLOCKED(name) __KMEM_LOCK(name)
#define DEFINE_SPINLOCK(name) spinlock_t name = __KMEM_LOCK(name)
#define DEFINE_RAW_SPINLOCK(name) raw_spinlock_t name = __KMEM_LOCK(name)
#define DEFINE_RWLOCK(name) rwlock_t name = __KMEM_LOCK(name)

#define __kmem_lock_init(lock, text)                                                                                   \
  do {                                                                                                                 \
    kmem_native_lock_init(&(lock)->kmem);                                                                              \
    (lock)->name = (text);                                                                                             \
  } while (0)
#define __kmem_lock_name(lock) ((lock)->name ? (lock)->name : "lock")
#define __kmem_take(lock, kind, mode, variant)                                                                         \
  kmem_native_lock(&(lock)->kmem, KMEM_LOCK_##kind, __kmem_lock_name(lock), KMEM_LOCK_##mode, KMEM_LOCK_##variant)
#define __kmem_try(lock, kind, mode, variant)                                                                          \
  kmem_native_trylock(&(lock)->kmem, KMEM_LOCK_##kind, __kmem_lock_name(lock), KMEM_LOCK_##mode, KMEM_LOCK_##variant)
#define __kmem_give(lock, kind, mode, variant)                                                                         \
  kmem_native_unlock(&(lock)->kmem, KMEM_LOCK_##kind, __kmem_lock_name(lock), KMEM_LOCK_##mode, KMEM_LOCK_##variant)

#define spin_lock_init(lock) __kmem_lock_init(lock, #lock)
#define spin_lock(lock) __kmem_take(lock, SPIN, EXCLUSIVE, PLAIN)
#define spin_unlock(lock) __kmem_give(lock, SPIN, EXCLUSIVE, PLAIN)
#define spin_trylock(lock) __kmem_try(lock, SPIN, EXCLUSIVE, PLAIN)
#define spin_lock_bh(lock) __kmem_take(lock, SPIN, EXCLUSIVE, BH)
#define spin_unlock_bh(lock) __kmem_give(lock, SPIN, EXCLUSIVE, BH)
#define spin_lock_irq(lock) __kmem_take(lock, SPIN, EXCLUSIVE, IRQ)
#define spin_unlock_irq(lock) __kmem_give(lock, SPIN, EXCLUSIVE, IRQ)
/* The lock itself remembers the state of interrupts. */
#define spin_lock_irqsave(lock, flags) ((flags) = 0, __kmem_take(lock, SPIN, EXCLUSIVE, IRQSAVE))
#define spin_unlock_irqrestore(lock, flags) ((void)(flags), __kmem_give(lock, SPIN, EXCLUSIVE, IRQSAVE))
#define spin_trylock_irqsave(lock, flags) ((flags) = 0, __kmem_try(lock, SPIN, EXCLUSIVE, IRQSAVE))
#define spin_is_locked(lock) kmem_native_is_locked(&(lock)->kmem)
#define assert_spin_locked(lock) BUG_ON(!spin_is_locked(lock))
#define lockdep_assert_held(lock) WARN_ON(!kmem_native_is_locked(&(lock)->kmem))

#define raw_spin_lock_init(lock) __kmem_lock_init(lock, #lock)
#define raw_spin_lock(lock) __kmem_take(lock, RAW_SPIN, EXCLUSIVE, PLAIN)
#define raw_spin_unlock(lock) __kmem_give(lock, RAW_SPIN, EXCLUSIVE, PLAIN)
#define raw_spin_lock_irqsave(lock, flags) ((flags) = 0, __kmem_take(lock, RAW_SPIN, EXCLUSIVE, IRQSAVE))
#define raw_spin_unlock_irqrestore(lock, flags) ((void)(flags), __kmem_give(lock, RAW_SPIN, EXCLUSIVE, IRQSAVE))

#define rwlock_init(lock) __kmem_lock_init(lock, #lock)
#define read_lock(lock) __kmem_take(lock, RW, SHARED, PLAIN)
#define read_unlock(lock) __kmem_give(lock, RW, SHARED, PLAIN)
#define write_lock(lock) __kmem_take(lock, RW, EXCLUSIVE, PLAIN)
#define write_unlock(lock) __kmem_give(lock, RW, EXCLUSIVE, PLAIN)
#define read_lock_bh(lock) __kmem_take(lock, RW, SHARED, BH)
#define read_unlock_bh(lock) __kmem_give(lock, RW, SHARED, BH)
#define write_lock_bh(lock) __kmem_take(lock, RW, EXCLUSIVE, BH)
#define write_unlock_bh(lock) __kmem_give(lock, RW, EXCLUSIVE, BH)
#define read_lock_irqsave(lock, flags) ((flags) = 0, __kmem_take(lock, RW, SHARED, IRQSAVE))
#define read_unlock_irqrestore(lock, flags) ((void)(flags), __kmem_give(lock, RW, SHARED, IRQSAVE))
#define write_lock_irqsave(lock, flags) ((flags) = 0, __kmem_take(lock, RW, EXCLUSIVE, IRQSAVE))
#define write_unlock_irqrestore(lock, flags) ((void)(flags), __kmem_give(lock, RW, EXCLUSIVE, IRQSAVE))

#endif
