#ifndef _STUB_MM_H
#define _STUB_MM_H
#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

bool is_vmalloc_addr(const void *x);

#endif
