#include "runtime/alloc/slab_flags.h"

namespace kmem::sim {

namespace {

/// include/linux/slab.h and mm/slub.c of 6.1: every flag has its number, whether configured or not.
SlabFlags fixedNumbers(const Profile &profile) {
  SlabFlags f{};
  f.consistencyChecks = 0x100;
  f.redZone = 0x400;
  f.poison = 0x800;
  f.kmalloc = 0x1000;
  f.hwcacheAlign = 0x2000;
  f.cacheDma = 0x4000;
  f.cacheDma32 = 0x8000;
  f.storeUser = 0x10000;
  f.reclaimAccount = 0x20000;
  f.panic = 0x40000;
  f.typesafeByRcu = 0x80000;
  f.memSpread = 0x100000;
  f.trace = 0x200000;
  f.debugObjects = profile.debugObjects ? 0x400000 : 0;
  f.noLeakTrace = 0x800000;
  f.failslab = profile.failslab ? 0x2000000 : 0;
  f.account = profile.memcg ? 0x4000000 : 0;
  f.kasan = profile.kasan ? 0x8000000 : 0;
  f.noUserFlags = 0x10000000;
  f.skipKfence = 0; // no 6.1 that is known here has CONFIG_KFENCE
  f.cmpxchgDouble = 0x40000000;
  f.objectPoison = 0x80000000;
  return f;
}

/// enum _slab_flag_bits of 6.12: what is not configured takes no number.
SlabFlags numbersInOrder(const Profile &profile) {
  SlabFlags f{};
  struct {
    SlabFlagWord SlabFlags::*flag;
    bool configured;
  } const order[] = {
      {&SlabFlags::consistencyChecks, true},
      {&SlabFlags::redZone, true},
      {&SlabFlags::poison, true},
      {&SlabFlags::kmalloc, true},
      {&SlabFlags::hwcacheAlign, true},
      {&SlabFlags::cacheDma, true},
      {&SlabFlags::cacheDma32, true},
      {&SlabFlags::storeUser, true},
      {&SlabFlags::panic, true},
      {&SlabFlags::typesafeByRcu, true},
      {&SlabFlags::trace, true},
      {&SlabFlags::debugObjects, profile.debugObjects},
      {&SlabFlags::noLeakTrace, true},
      {&SlabFlags::noMerge, true},
      {&SlabFlags::failslab, profile.failslab},
      {&SlabFlags::account, profile.memcg},
      {&SlabFlags::kasan, profile.kasan},
      {&SlabFlags::noUserFlags, true},
      {&SlabFlags::skipKfence, profile.distribution}, // CONFIG_KFENCE
      {&SlabFlags::reclaimAccount, true},
      {&SlabFlags::objectPoison, true},
      {&SlabFlags::cmpxchgDouble, true},
      {&SlabFlags::noObjExt, profile.memcg}, // CONFIG_SLAB_OBJ_EXT
  };
  unsigned bit = 0;
  for (const auto &entry : order)
    if (entry.configured)
      f.*entry.flag = SlabFlagWord(1) << bit++;
  return f;
}

} // namespace

SlabFlags SlabFlags::of(const Profile &profile) {
  return profile.release.atLeast(6, 9) ? numbersInOrder(profile) : fixedNumbers(profile);
}

SlabFlagWord SlabFlags::neverMerge() const {
  // 6.1 keeps caches with KASAN metadata apart by kasan_never_merge(), 6.12 by SLAB_NO_MERGE.
  const SlabFlagWord byKasan = noMerge ? 0 : kasan;
  return redZone | poison | storeUser | trace | typesafeByRcu | noLeakTrace | failslab | noMerge | byKasan;
}

SlabFlagWord SlabFlags::createMask() const {
  const SlabFlagWord core = hwcacheAlign | cacheDma | cacheDma32 | panic | typesafeByRcu | debugObjects;
  const SlabFlagWord cacheFlags = noLeakTrace | reclaimAccount | account | noUserFlags;
  return core | debug() | cacheFlags | (noMerge ? kmalloc | noMerge : 0);
}

SlabFlagWord SlabFlags::permitted() const { return createMask() | memSpread; }

SlabFlagWord SlabFlags::of(const SlubDebug &debug) const {
  return (debug.consistencyChecks ? consistencyChecks : 0) | (debug.redZone ? redZone : 0) |
         (debug.poison ? poison : 0) | (debug.storeUser ? storeUser : 0);
}

} // namespace kmem::sim
