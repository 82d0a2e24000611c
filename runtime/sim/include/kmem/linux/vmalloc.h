#ifndef KMEM_LINUX_VMALLOC_H
#define KMEM_LINUX_VMALLOC_H

#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>

#define VM_ALLOC 0x2UL
#define VM_MAP 0x4UL
#define VM_MAP_PUT_PAGES 0x200UL
typedef struct {
  unsigned long pgprot;
} pgprot_t;
#define PAGE_KERNEL ((pgprot_t){0})

static inline void *vmalloc(unsigned long size) { return kmem_native_vmalloc(size, KMEM_VMALLOC); }
static inline void *vzalloc(unsigned long size) { return kmem_native_vmalloc(size, KMEM_VZALLOC); }
static inline void *vmalloc_user(unsigned long size) { return kmem_native_vmalloc(size, KMEM_VMALLOC_USER); }
static inline void *vmalloc_32(unsigned long size) { return kmem_native_vmalloc(size, KMEM_VMALLOC_32); }
#define vmalloc_node(size, node) vmalloc(size)
#define vzalloc_node(size, node) vzalloc(size)
static inline void *__vmalloc(unsigned long size, gfp_t gfp) { return kmem_native_vmalloc_gfp(size, gfp); }
static inline void *vmalloc_array(size_t count, size_t size) { return vmalloc(size_mul(count, size)); }
static inline void *vcalloc(size_t count, size_t size) { return vzalloc(size_mul(count, size)); }
static inline void vfree(const void *address) { kmem_native_vfree(address); }
static inline void vfree_atomic(const void *address) { kmem_native_vfree_atomic(address); }
/* Mappings are PAGE_KERNEL, whatever `protection` says. */
static inline void *vmap(struct page **pages, unsigned count, unsigned long flags, pgprot_t protection) {
  return kmem_native_vmap(pages, count, flags);
}
static inline void vunmap(const void *address) { kmem_native_vunmap(address); }
static inline struct page *vmalloc_to_page(const void *address) { return kmem_native_vmalloc_to_page(address); }
static inline bool is_vmalloc_addr(const void *address) { return kmem_native_is_vmalloc(address); }

#endif
