/* User memory is named by addresses of the running thread's address space, which host code cannot follow. A test makes
 * one with kmem_sim_user_map(). */
#ifndef KMEM_LINUX_UACCESS_H
#define KMEM_LINUX_UACCESS_H

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/types.h>

static inline bool access_ok(const void __user *address, unsigned long size) {
  return size <= 0x7ffffffff000UL && (unsigned long)address <= 0x7ffffffff000UL - size;
}
static inline __must_check unsigned long copy_to_user(void __user *to, const void *from, unsigned long size) {
  return kmem_native_copy_to_user((unsigned long)to, from, size);
}
static inline __must_check unsigned long copy_from_user(void *to, const void __user *from, unsigned long size) {
  return kmem_native_copy_from_user(to, (unsigned long)from, size);
}
static inline __must_check unsigned long clear_user(void __user *to, unsigned long size) {
  return kmem_native_clear_user((unsigned long)to, size);
}
#define get_user(variable, from)                                                                                       \
  ({                                                                                                                   \
    __typeof__(*(from)) __value = 0;                                                                                   \
    const int __fault = copy_from_user(&__value, from, sizeof(__value)) ? -EFAULT : 0;                                 \
    (variable) = __value;                                                                                              \
    __fault;                                                                                                           \
  })
#define put_user(value, to)                                                                                            \
  ({                                                                                                                   \
    const __typeof__(*(to)) __value = (value);                                                                         \
    copy_to_user(to, &__value, sizeof(__value)) ? -EFAULT : 0;                                                         \
  })

#endif
