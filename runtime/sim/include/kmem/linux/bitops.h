/* One simulated CPU runs at a time, so that plain accesses are atomic. */
#ifndef KMEM_LINUX_BITOPS_H
#define KMEM_LINUX_BITOPS_H

#include <linux/bits.h>
#include <linux/types.h>

static inline void set_bit(long n, volatile unsigned long *bits) { bits[BIT_WORD(n)] |= BIT_MASK(n); }
static inline void clear_bit(long n, volatile unsigned long *bits) { bits[BIT_WORD(n)] &= ~BIT_MASK(n); }
static inline void change_bit(long n, volatile unsigned long *bits) { bits[BIT_WORD(n)] ^= BIT_MASK(n); }
static inline bool test_bit(long n, const volatile unsigned long *bits) { return bits[BIT_WORD(n)] >> (n % 64) & 1; }
static inline bool test_and_set_bit(long n, volatile unsigned long *bits) {
  const bool was = test_bit(n, bits);
  set_bit(n, bits);
  return was;
}
static inline bool test_and_clear_bit(long n, volatile unsigned long *bits) {
  const bool was = test_bit(n, bits);
  clear_bit(n, bits);
  return was;
}
#define __set_bit set_bit
#define __clear_bit clear_bit
#define __test_and_set_bit test_and_set_bit
#define __test_and_clear_bit test_and_clear_bit

static inline unsigned long find_next_bit(const unsigned long *bits, unsigned long size, unsigned long from) {
  while (from < size && !test_bit((long)from, bits))
    ++from;
  return from < size ? from : size;
}
static inline unsigned long find_next_zero_bit(const unsigned long *bits, unsigned long size, unsigned long from) {
  while (from < size && test_bit((long)from, bits))
    ++from;
  return from < size ? from : size;
}
#define find_first_bit(bits, size) find_next_bit(bits, size, 0)
#define find_first_zero_bit(bits, size) find_next_zero_bit(bits, size, 0)
#define for_each_set_bit(bit, bits, size)                                                                              \
  for ((bit) = find_first_bit(bits, size); (bit) < (size); (bit) = find_next_bit(bits, size, (bit) + 1))

static inline int fls(unsigned x) { return x ? 32 - __builtin_clz(x) : 0; }
static inline int fls64(u64 x) { return x ? 64 - __builtin_clzll(x) : 0; }
static inline unsigned long __ffs(unsigned long x) { return (unsigned long)__builtin_ctzl(x); }
static inline unsigned long __fls(unsigned long x) { return 63 - (unsigned long)__builtin_clzl(x); }
static inline unsigned hweight32(u32 x) { return (unsigned)__builtin_popcount(x); }
static inline unsigned hweight64(u64 x) { return (unsigned)__builtin_popcountll(x); }
#define hweight_long hweight64

#endif
