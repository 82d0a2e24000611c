// SLAB_* flags as one kernel numbers them: fixed in 6.1, an enumeration of what the configuration has since 6.9
// (include/linux/slab.h of each). Code asks the machine: `slub.flags.hwcacheAlign`.
#pragma once

#include "runtime/kernel/profile.h"

namespace kmem::sim {

using SlabFlagWord = uint32_t;

/// The value of every flag; 0 where the kernel does not have it.
struct SlabFlags {
  SlabFlagWord consistencyChecks, redZone, poison, kmalloc, hwcacheAlign, cacheDma, cacheDma32, storeUser, panic,
      typesafeByRcu, memSpread /* 6.1 only */, trace, debugObjects, noLeakTrace, noMerge /* 6.12 only */, failslab,
      account, kasan, noUserFlags, skipKfence, reclaimAccount, objectPoison, cmpxchgDouble, noObjExt;

  static SlabFlags of(const Profile &profile);

  /// SLAB_DEBUG_FLAGS (mm/slab.h).
  SlabFlagWord debug() const { return redZone | poison | storeUser | trace | consistencyChecks; }
  /// DEBUG_METADATA_FLAGS (mm/slub.c).
  SlabFlagWord metadata() const { return redZone | poison | storeUser; }
  /// SLAB_NEVER_MERGE (mm/slab_common.c).
  SlabFlagWord neverMerge() const;
  /// SLAB_MERGE_SAME.
  SlabFlagWord mergeSame() const { return reclaimAccount | cacheDma | cacheDma32 | account; }
  /// CACHE_CREATE_MASK in 6.1 and SLAB_FLAGS_PERMITTED: what kmem_cache_create() looks at.
  SlabFlagWord createMask() const;
  SlabFlagWord permitted() const;

  /// What slub_debug= sets.
  SlabFlagWord of(const SlubDebug &debug) const;
};

} // namespace kmem::sim
