#ifndef KMEM_LINUX_CACHE_H
#define KMEM_LINUX_CACHE_H
#include <linux/compiler.h>
#define L1_CACHE_BYTES 64
#define SMP_CACHE_BYTES L1_CACHE_BYTES
#endif
