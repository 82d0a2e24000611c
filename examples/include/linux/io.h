#ifndef _STUB_IO_H
#define _STUB_IO_H
#include <linux/types.h>

static inline u32 readl(const volatile void __iomem *addr)
{
	u32 value;

	asm volatile("movl %1,%0" : "=r"(value) : "m"(*(volatile u32 *)addr) : "memory");
	return value;
}
static inline void writel(u32 value, volatile void __iomem *addr)
{
	asm volatile("movl %0,%1" : : "r"(value), "m"(*(volatile u32 *)addr) : "memory");
}

#endif
