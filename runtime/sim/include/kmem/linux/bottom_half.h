#ifndef KMEM_LINUX_BOTTOM_HALF_H
#define KMEM_LINUX_BOTTOM_HALF_H
#include "irqflags.h"
#endif
