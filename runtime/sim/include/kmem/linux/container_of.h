#ifndef KMEM_LINUX_CONTAINER_OF_H
#define KMEM_LINUX_CONTAINER_OF_H

#include <stddef.h>

#define container_of(pointer, type, member)                                                                            \
  ({                                                                                                                   \
    const __typeof__(((type *)0)->member) *__member = (pointer);                                                       \
    (type *)((char *)(unsigned long)__member - offsetof(type, member));                                                \
  })
#define container_of_const(pointer, type, member) container_of(pointer, type, member)

#endif
