#ifndef KMEM_LINUX_HARDIRQ_H
#define KMEM_LINUX_HARDIRQ_H
#include "irqflags.h"
#include "preempt.h"
#endif
