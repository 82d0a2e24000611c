// Calls of the slab allocator in the group matrix.
#include "runtime/scenario/matrix_probe.h"

namespace kmem::sim {

namespace {

constexpr uint64_t rcuObjectSize = 64;

void freeP(Probe &x) { x.system.kmalloc.kfree(x.p); }
template <uint64_t size> void allocateP(Probe &x) { x.p = x.system.kmalloc.kmalloc(size, x.gfp("GFP_KERNEL")); }
void freeObject(Probe &x) {
  if (x.p)
    x.system.slub.free(x.fixtures.cache, x.p);
}
void freeBulk(Probe &x) {
  if (x.ret)
    x.system.slub.freeBulk(x.fixtures.cache, x.bulk);
}
void allocateBulk(Probe &x, const char *gfp) {
  x.ret = x.system.slub.allocateBulk(x.fixtures.cache, x.gfp(gfp), x.bulk);
}
CacheId createCache(Probe &x, const char *name, uint32_t size) {
  const SlabFlags &flags = x.system.slub.flags;
  return x.system.slub.create({.name = name, .size = size, .flags = flags.noMerge ? flags.noMerge : flags.poison});
}
void createTemporary(Probe &x) { x.q = createCache(x, "probe_tmp", 72); }
void destroyQ(Probe &x) { x.system.slub.destroy(CacheId(x.q)); }

/// kvfree_call_rcu() with a head: queued under the CPU's raw spinlock, freed after a grace period.
void freeAfterGrace(Probe &x) {
  {
    LockScope lock(x.kernel, KernelLock::KfreeRcu, LockVariant::IrqSave);
  }
  x.deferred.callRcu(x.fixtures.freeObject, x.p);
}

constexpr MatrixApi table[] = {
    {"kmalloc_KERNEL", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kmalloc(64, x.gfp("GFP_KERNEL")); }, freeP},
    {"kmalloc_KERNEL_big", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kmalloc(40000, x.gfp("GFP_KERNEL")); },
     freeP},
    {"kmalloc_NOIO", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kmalloc(64, x.gfp("GFP_NOIO")); }, freeP},
    {"kmalloc_NOFS", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kmalloc(64, x.gfp("GFP_NOFS")); }, freeP},
    {"kmalloc_USER", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kmalloc(64, x.gfp("GFP_USER")); }, freeP},
    {"kmalloc_KERNEL_ACCOUNT", nullptr,
     [](Probe &x) { x.p = x.system.kmalloc.kmalloc(64, x.gfp("GFP_KERNEL_ACCOUNT")); }, freeP},
    {"kmalloc_DMA_KERNEL", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kmalloc(64, x.gfp("GFP_KERNEL|__GFP_DMA")); },
     freeP},
    {"kmalloc_NORETRY", nullptr,
     [](Probe &x) { x.p = x.system.kmalloc.kmalloc(64, x.gfp("GFP_KERNEL|__GFP_NORETRY|__GFP_NOWARN")); }, freeP},
    {"kmalloc_ATOMIC", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kmalloc(64, x.gfp("GFP_ATOMIC")); }, freeP},
    {"kmalloc_ATOMIC_big", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kmalloc(40000, x.gfp("GFP_ATOMIC")); },
     freeP},
    {"kmalloc_NOWAIT", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kmalloc(64, x.gfp("GFP_NOWAIT")); }, freeP},
    {"kmalloc_KERNEL_no_direct_reclaim", nullptr,
     [](Probe &x) { x.p = x.system.kmalloc.kmalloc(64, x.gfp("GFP_KERNEL") & ~x.kernel.profile.gfp.directReclaim); },
     freeP},
    {"kmalloc_0", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kmalloc(0, x.gfp("GFP_KERNEL")); }, freeP},
    {"kmalloc_ATOMIC_slowpath", [](Probe &x) { x.q = createCache(x, "probe_slow", 2048); },
     [](Probe &x) { x.p = x.system.slub.allocate(CacheId(x.q), x.gfp("GFP_ATOMIC")); },
     [](Probe &x) {
       x.system.slub.free(CacheId(x.q), x.p);
       x.system.slub.destroy(CacheId(x.q));
     }},
    {"kzalloc_KERNEL", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kzalloc(64, x.gfp("GFP_KERNEL")); }, freeP},
    {"kcalloc_KERNEL", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kcalloc(4, 64, x.gfp("GFP_KERNEL")); }, freeP},
    {"kmemdup_KERNEL", nullptr,
     [](Probe &x) { x.p = x.system.kmalloc.kmemdup(kernelTextStart + physicalStart, 8, x.gfp("GFP_KERNEL")); }, freeP},
    {"kstrdup_ATOMIC", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kasprintf(x.gfp("GFP_ATOMIC"), "abcdefg"); },
     freeP},
    {"kasprintf_KERNEL", nullptr, [](Probe &x) { x.p = x.system.kmalloc.kasprintf(x.gfp("GFP_KERNEL"), "5"); }, freeP},
    {"krealloc_grow_KERNEL", allocateP<32>,
     [](Probe &x) { x.p = x.system.kmalloc.krealloc(x.p, 300, x.gfp("GFP_KERNEL")); }, freeP},
    {"krealloc_same_class_KERNEL", allocateP<33>,
     [](Probe &x) { x.p = x.system.kmalloc.krealloc(x.p, 60, x.gfp("GFP_KERNEL")); }, freeP},
    {"krealloc_shrink_KERNEL", allocateP<300>,
     [](Probe &x) { x.p = x.system.kmalloc.krealloc(x.p, 16, x.gfp("GFP_KERNEL")); }, freeP},
    {"krealloc_grow_ATOMIC", allocateP<32>,
     [](Probe &x) { x.p = x.system.kmalloc.krealloc(x.p, 300, x.gfp("GFP_ATOMIC")); }, freeP},
    {"krealloc_NULL_KERNEL", nullptr, [](Probe &x) { x.p = x.system.kmalloc.krealloc(0, 64, x.gfp("GFP_KERNEL")); },
     freeP},
    {"krealloc_to_0_KERNEL", allocateP<32>,
     [](Probe &x) { x.p = x.system.kmalloc.krealloc(x.p, 0, x.gfp("GFP_KERNEL")); }, freeP},
    {"kfree", allocateP<64>, freeP, nullptr},
    {"kfree_big", allocateP<40000>, freeP, nullptr},
    {"kfree_NULL", nullptr, [](Probe &x) { x.system.kmalloc.kfree(0); }, nullptr},
    {"kfree_sensitive", allocateP<64>, [](Probe &x) { x.system.kmalloc.kfreeSensitive(x.p); }, nullptr},
    {"kfree_const", allocateP<64>, [](Probe &x) { x.system.kmalloc.kfreeConst(x.p); }, nullptr},
    {"kmem_cache_alloc_KERNEL", nullptr,
     [](Probe &x) { x.p = x.system.slub.allocate(x.fixtures.cache, x.gfp("GFP_KERNEL")); }, freeObject},
    {"kmem_cache_alloc_ATOMIC", nullptr,
     [](Probe &x) { x.p = x.system.slub.allocate(x.fixtures.cache, x.gfp("GFP_ATOMIC")); }, freeObject},
    {"kmem_cache_zalloc_KERNEL", nullptr,
     [](Probe &x) { x.p = x.system.slub.allocate(x.fixtures.cache, x.gfp("GFP_KERNEL|__GFP_ZERO")); }, freeObject},
    {"kmem_cache_free", [](Probe &x) { x.p = x.system.slub.allocate(x.fixtures.cache, x.gfp("GFP_KERNEL")); },
     [](Probe &x) { x.system.slub.free(x.fixtures.cache, x.p); }, nullptr},
    {"kmem_cache_alloc_bulk_KERNEL", nullptr, [](Probe &x) { allocateBulk(x, "GFP_KERNEL"); }, freeBulk},
    {"kmem_cache_alloc_bulk_ATOMIC", nullptr, [](Probe &x) { allocateBulk(x, "GFP_ATOMIC"); }, freeBulk},
    {"kmem_cache_free_bulk", [](Probe &x) { allocateBulk(x, "GFP_KERNEL"); }, freeBulk, nullptr},
    {"kmem_cache_create", nullptr,
     [](Probe &x) {
       createTemporary(x);
       x.p = x.q;
     },
     destroyQ},
    {"kmem_cache_destroy", createTemporary, destroyQ, nullptr},
    {"kmem_cache_shrink", createTemporary, [](Probe &x) { x.ret = x.system.slub.shrink(CacheId(x.q)); }, destroyQ},
    {"ksize", allocateP<65>, [](Probe &x) { x.ret = int64_t(x.system.kmalloc.ksize(x.p)); }, freeP},
    {"kfree_rcu", [](Probe &x) { x.p = x.system.kmalloc.kzalloc(rcuObjectSize, x.gfp("GFP_KERNEL")); }, freeAfterGrace,
     nullptr},
    {"kvfree_rcu_vmalloc_2arg", [](Probe &x) { x.p = x.system.vmalloc.vzalloc(rcuObjectSize); }, freeAfterGrace,
     nullptr},
    {"kvfree_rcu_mightsleep", [](Probe &x) { x.p = x.system.kmalloc.kzalloc(64, x.gfp("GFP_KERNEL")); },
     [](Probe &x) {
       x.context.mightSleep(x.site("kernel/rcu/tree.c", 3391, 3822));
       freeAfterGrace(x);
     },
     nullptr},
};

} // namespace

llvm::ArrayRef<MatrixApi> matrixSlabApis() { return table; }

} // namespace kmem::sim
