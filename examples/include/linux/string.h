#ifndef _STUB_STRING_H
#define _STUB_STRING_H
#include <linux/slab.h>

char *kstrdup(const char *s, gfp_t gfp);
const char *kstrdup_const(const char *s, gfp_t gfp);
void kfree_const(const void *x);
void *kmemdup_noprof(const void *src, size_t len, gfp_t gfp);
#define kmemdup(...) alloc_hooks(kmemdup_noprof(__VA_ARGS__))
void *memdup_user(const void __user *src, size_t len);
char *kasprintf(gfp_t gfp, const char *fmt, ...);
size_t strlen(const char *s);

#endif
