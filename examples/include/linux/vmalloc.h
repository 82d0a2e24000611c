#ifndef _STUB_VMALLOC_H
#define _STUB_VMALLOC_H
#include <linux/gfp.h>

#define VM_MAP 4
void *vmalloc_noprof(unsigned long size);
void *vzalloc_noprof(unsigned long size);
void *__vmalloc_noprof(unsigned long size, gfp_t gfp);
void vfree(const void *addr);
void vfree_atomic(const void *addr);
void *vmap(struct page **pages, unsigned int count, unsigned long flags, unsigned long prot);
void vunmap(const void *addr);
#define vmalloc(...) alloc_hooks(vmalloc_noprof(__VA_ARGS__))
#define vzalloc(...) alloc_hooks(vzalloc_noprof(__VA_ARGS__))
#define __vmalloc(...) alloc_hooks(__vmalloc_noprof(__VA_ARGS__))

#endif
