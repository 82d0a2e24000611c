/* Messages go to the machine's console. Formats are the C library's: of the kernel's extensions of %p only the plain
 * pointer is printed. */
#ifndef KMEM_LINUX_PRINTK_H
#define KMEM_LINUX_PRINTK_H

#include "../native.h"
#include <linux/compiler.h>

#define KERN_SOH "\001"
#define KERN_EMERG KERN_SOH "0"
#define KERN_ALERT KERN_SOH "1"
#define KERN_CRIT KERN_SOH "2"
#define KERN_ERR KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE KERN_SOH "5"
#define KERN_INFO KERN_SOH "6"
#define KERN_DEBUG KERN_SOH "7"
#define KERN_CONT KERN_SOH "c"

#ifndef pr_fmt
#define pr_fmt(format) format
#endif

#define printk(...) kmem_native_printk(__VA_ARGS__)
#define pr_emerg(format, ...) printk(KERN_EMERG pr_fmt(format), ##__VA_ARGS__)
#define pr_alert(format, ...) printk(KERN_ALERT pr_fmt(format), ##__VA_ARGS__)
#define pr_crit(format, ...) printk(KERN_CRIT pr_fmt(format), ##__VA_ARGS__)
#define pr_err(format, ...) printk(KERN_ERR pr_fmt(format), ##__VA_ARGS__)
#define pr_warn(format, ...) printk(KERN_WARNING pr_fmt(format), ##__VA_ARGS__)
#define pr_notice(format, ...) printk(KERN_NOTICE pr_fmt(format), ##__VA_ARGS__)
#define pr_info(format, ...) printk(KERN_INFO pr_fmt(format), ##__VA_ARGS__)
#define no_printk(...)                                                                                                 \
  ({                                                                                                                   \
    if (0)                                                                                                             \
      printk(__VA_ARGS__);                                                                                             \
    0;                                                                                                                 \
  })
#ifdef DEBUG
#define pr_debug(format, ...) printk(KERN_DEBUG pr_fmt(format), ##__VA_ARGS__)
#else
#define pr_debug(format, ...) no_printk(KERN_DEBUG pr_fmt(format), ##__VA_ARGS__)
#endif
#define __kmem_once(call)                                                                                              \
  do {                                                                                                                 \
    static bool __printed;                                                                                             \
    if (!__printed) {                                                                                                  \
      __printed = true;                                                                                                \
      call;                                                                                                            \
    }                                                                                                                  \
  } while (0)
#define pr_err_once(format, ...) __kmem_once(pr_err(format, ##__VA_ARGS__))
#define pr_warn_once(format, ...) __kmem_once(pr_warn(format, ##__VA_ARGS__))
#define pr_info_once(format, ...) __kmem_once(pr_info(format, ##__VA_ARGS__))
#define pr_err_ratelimited pr_err
#define pr_warn_ratelimited pr_warn
#define pr_info_ratelimited pr_info

#define panic(...) kmem_native_panic(__VA_ARGS__)

#endif
