#ifndef KMEM_LINUX_HARDIRQ_H
#define KMEM_LINUX_HARDIRQ_H
#include <linux/irqflags.h>
#include <linux/preempt.h>
#endif
