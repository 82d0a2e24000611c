#ifndef KMEM_LINUX_RWLOCK_H
#define KMEM_LINUX_RWLOCK_H
#include <linux/spinlock.h>
#endif
