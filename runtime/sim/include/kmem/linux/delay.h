#ifndef KMEM_LINUX_DELAY_H
#define KMEM_LINUX_DELAY_H

#include "../native.h"

static inline void msleep(unsigned milliseconds) { kmem_native_sleep((uint64_t)milliseconds * 1000000); }
static inline unsigned long msleep_interruptible(unsigned milliseconds) {
  msleep(milliseconds);
  return 0;
}
static inline void ssleep(unsigned seconds) { msleep(seconds * 1000); }
static inline void usleep_range(unsigned long least, unsigned long most) { kmem_native_sleep(most * 1000); }
static inline void fsleep(unsigned long microseconds) { kmem_native_sleep(microseconds * 1000); }
static inline void ndelay(unsigned long nanoseconds) { kmem_native_spin(nanoseconds); }
static inline void udelay(unsigned long microseconds) { kmem_native_spin(microseconds * 1000); }
static inline void mdelay(unsigned long milliseconds) { kmem_native_spin(milliseconds * 1000000); }

#endif
