#ifndef KMEM_LINUX_BOTTOM_HALF_H
#define KMEM_LINUX_BOTTOM_HALF_H
#include <linux/irqflags.h>
#endif
