/* The kernel's scalar types and the annotations that compile to nothing. */
#ifndef _STUB_TYPES_H
#define _STUB_TYPES_H

#define NULL ((void *)0)
typedef _Bool bool;
enum { false = 0, true = 1 };
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed int s32;
typedef signed long long s64;
typedef unsigned long size_t;
typedef long ssize_t;
typedef long long loff_t;
typedef u64 dma_addr_t;
typedef u64 phys_addr_t;
typedef u16 __le16, __be16, __sum16;
typedef u32 __le32, __be32;
typedef u64 __le64, __be64;
typedef unsigned int gfp_t;
typedef unsigned int slab_flags_t;
typedef struct { int counter; } atomic_t;

#define __user
#define __iomem
#define __percpu
#define __rcu
#define __init __attribute__((section(".init.text")))
#define __must_check __attribute__((warn_unused_result))
#define __always_inline inline __attribute__((always_inline))
#define __maybe_unused __attribute__((unused))
#define __cleanup(func) __attribute__((cleanup(func)))
#define noinline __attribute__((noinline))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define barrier() asm volatile("" ::: "memory")

#define offsetof(type, member) __builtin_offsetof(type, member)
#define container_of(ptr, type, member) ((type *)((void *)(ptr)-offsetof(type, member)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define min_t(type, a, b) ({ type _a = (a); type _b = (b); _a < _b ? _a : _b; })
#define min(a, b) min_t(typeof(a), a, b)

struct list_head {
	struct list_head *next, *prev;
};
struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}
static inline void list_add(struct list_head *entry, struct list_head *head)
{
	head->next->prev = entry;
	entry->next = head->next;
	entry->prev = head;
	head->next = entry;
}
static inline void list_del(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	entry->prev->next = entry->next;
}
static inline bool list_empty(const struct list_head *head) { return head->next == head; }
#define list_first_entry(ptr, type, member) container_of((ptr)->next, type, member)

#define EINVAL 22
#define ENOMEM 12
#define EFAULT 14
#define EBUSY 16
#define ENODEV 19
#define EMSGSIZE 90

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#ifndef STUB_MAX_PAGE_ORDER
#define STUB_MAX_PAGE_ORDER 10
#endif
#define MAX_PAGE_ORDER STUB_MAX_PAGE_ORDER
#define NUMA_NO_NODE (-1)

void *memcpy(void *to, const void *from, size_t n);
void *memset(void *s, int c, size_t n);

#endif
