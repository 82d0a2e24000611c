#ifndef KMEM_LINUX_RWLOCK_H
#define KMEM_LINUX_RWLOCK_H
#include "spinlock.h"
#endif
