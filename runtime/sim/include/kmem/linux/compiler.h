/* Annotations that mean something to the kernel's tools and nothing to a native build. */
#ifndef KMEM_LINUX_COMPILER_H
#define KMEM_LINUX_COMPILER_H

#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __nocast
#define __safe
#define __private
#define __bitwise
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __acquire(x) ((void)0)
#define __release(x) ((void)0)

#define __init
#define __exit
#define __initdata
#define __exitdata
#define __initconst
#define __read_mostly
#define __ro_after_init
#define __refdata
#define __cold __attribute__((cold))
#define __used __attribute__((used))
#define __maybe_unused __attribute__((unused))
#define __always_unused __attribute__((unused))
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define noinline __attribute__((noinline))
#define __must_check __attribute__((warn_unused_result))
#define __packed __attribute__((packed))
#ifndef __aligned
#define __aligned(x) __attribute__((aligned(x)))
#endif
#define ____cacheline_aligned __attribute__((aligned(64)))
#define ____cacheline_aligned_in_smp ____cacheline_aligned
#define __printf(text, first) __attribute__((format(printf, text, first)))
#define __malloc __attribute__((malloc))
#define __weak __attribute__((weak))
#define fallthrough __attribute__((fallthrough))
#define __counted_by(member)

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define barrier() __asm__ __volatile__("" ::: "memory")
#define unreachable() __builtin_unreachable()

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))

#define __same_type(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))
#define static_assert _Static_assert
#define offsetofend(type, member) (__builtin_offsetof(type, member) + sizeof(((type *)0)->member))
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define struct_group(name, ...)                                                                                        \
  struct {                                                                                                             \
    __VA_ARGS__                                                                                                        \
  }

#define __stringify_1(...) #__VA_ARGS__
#define __stringify(...) __stringify_1(__VA_ARGS__)
#define __kmem_paste_1(a, b) a##b
#define __kmem_paste(a, b) __kmem_paste_1(a, b)
#define __UNIQUE_ID(prefix) __kmem_paste(__unique_id_##prefix, __COUNTER__)

#endif
