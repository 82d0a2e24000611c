#ifndef KMEM_LINUX_SCHED_MM_H
#define KMEM_LINUX_SCHED_MM_H

#include "../../native.h"

static inline unsigned memalloc_noio_save(void) { return kmem_native_scope_enter(KMEM_SCOPE_NOIO); }
static inline void memalloc_noio_restore(unsigned before) { kmem_native_scope_leave(KMEM_SCOPE_NOIO, before); }
static inline unsigned memalloc_nofs_save(void) { return kmem_native_scope_enter(KMEM_SCOPE_NOFS); }
static inline void memalloc_nofs_restore(unsigned before) { kmem_native_scope_leave(KMEM_SCOPE_NOFS, before); }
static inline unsigned memalloc_noreclaim_save(void) { return kmem_native_scope_enter(KMEM_SCOPE_MEMALLOC); }
static inline void memalloc_noreclaim_restore(unsigned before) { kmem_native_scope_leave(KMEM_SCOPE_MEMALLOC, before); }

#endif
