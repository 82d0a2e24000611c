// What KASAN (or another watcher of memory) wants to know from the slab allocator, under the names of
// include/linux/kasan.h. Each default does nothing.
#pragma once

#include "runtime/alloc/kmem_cache.h"
#include "runtime/kernel/gfp.h"

namespace kmem::sim {

class SlabSanitizer {
public:
  virtual ~SlabSanitizer() = default;
  virtual void poisonSlab(CacheId, Address /*start*/, uint64_t /*bytes*/) {}
  virtual void initSlabObject(CacheId, Address /*object*/) {} ///< when its slab is made
  /// Around a constructor.
  virtual void unpoisonNewObject(CacheId, Address /*object*/) {}
  virtual void poisonNewObject(CacheId, Address /*object*/) {}
  virtual void slabAlloc(CacheId, Address /*object*/, Gfp) {}
  /// The first `size` bytes are the user's; after slabAlloc().
  virtual void kmallocRedZone(CacheId, Address /*object*/, uint64_t /*size*/, Gfp) {}
  virtual void kmallocLarge(Address /*object*/, uint64_t /*size*/, Gfp) {}
  virtual void kreallocInPlace(Address /*object*/, uint64_t /*size*/, Gfp) {}
  /// True: the free is wrong, was reported, and must not happen.
  virtual bool slabPreFree(CacheId, Address /*object*/) { return false; }
  /// True: the object goes to quarantine; Slub::freeLate() gives it back.
  virtual bool slabFree(CacheId, Address /*object*/, bool /*stillAccessible*/) { return false; }
  virtual void kfreeLarge(Address /*object*/) {}
  /// Whether the byte may be accessed; reports when not (ksize(), krealloc()).
  virtual bool checkByte(Address) { return true; }
  virtual void unpoisonRange(Address, uint64_t /*bytes*/) {}
  virtual void cacheShrink(CacheId) {}
  virtual void cacheShutdown(CacheId) {}
};

} // namespace kmem::sim
