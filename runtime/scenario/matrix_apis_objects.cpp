// Calls of memory pools, DMA memory, ID and index structures, device resources and kmap in the group matrix.
#include "runtime/scenario/matrix_probe.h"

namespace kmem::sim {

namespace {

constexpr uint64_t coherentSize = 8192;
constexpr unsigned scatterEntrySize = 32; ///< sizeof(struct scatterlist)

void fromPool(Probe &x, const char *gfp) { x.p = x.system.mempools.allocate(x.fixtures.pool, x.gfp(gfp)); }
void toPool(Probe &x) {
  if (x.p)
    x.system.mempools.free(x.fixtures.pool, x.p);
}
void createPool(Probe &x) { x.p = x.system.mempools.createKmalloc(2, 64); }
void destroyPool(Probe &x) { x.system.mempools.destroy(MempoolId(x.p)); }

void coherent(Probe &x, const char *gfp) {
  x.dma = x.system.dma.allocateCoherent(x.fixtures.device, coherentSize, x.gfp(gfp));
  x.p = x.dma.address;
}
void freeCoherent(Probe &x) {
  if (x.p)
    x.system.dma.freeCoherent(x.fixtures.device, coherentSize, x.dma);
}
void fromDmaPool(Probe &x, const char *gfp) {
  x.dma = x.system.dmaPools.allocate(x.fixtures.dmaPool, x.gfp(gfp));
  x.p = x.dma.address;
}
void toDmaPool(Probe &x) {
  if (x.p)
    x.system.dmaPools.free(x.fixtures.dmaPool, x.dma);
}

/// The first number lives in the entry of the array itself (lib/idr.c): no memory, only the lock.
void allocateIda(Probe &x) { LockScope lock(x.kernel, KernelLock::XArray, LockVariant::IrqSave); }
/// The first entry of an IDR makes a node; idr_alloc() leaves locking to its caller.
void allocateIdr(Probe &x) { x.q = x.system.slub.allocate(x.fixtures.radixNodes, x.gfp("GFP_KERNEL")); }
void freeNode(Probe &x) {
  if (x.q)
    x.system.slub.free(x.fixtures.radixNodes, x.q);
}
/// Index 5 takes a node, asked for under the lock.
void storeXArray(Probe &x) {
  x.locks.acquire(x.fixtures.locks.xarray);
  x.q = x.system.slub.allocate(x.fixtures.radixNodes, x.gfp("GFP_NOWAIT|__GFP_NOWARN"));
  x.locks.release(x.fixtures.locks.xarray);
}
void eraseXArray(Probe &x) {
  x.locks.acquire(x.fixtures.locks.xarray);
  freeNode(x);
  x.locks.release(x.fixtures.locks.xarray);
}
/// idr_preload(): the CPU's nodes are there since boot; only the lock is taken and kept until idr_preload_end().
void preloadIdr(Probe &x) {
  const LockId lock = x.locks.of(KernelLock::RadixPreload);
  x.locks.acquire(lock);
  x.locks.release(lock);
}

void allocatePage(Probe &x) { x.page = x.system.pages.allocate(x.gfp("GFP_KERNEL"), 0); }
void freePage(Probe &x) { x.system.pages.free(*x.page, 0); }
void kmap(Probe &x) {
  x.context.mightSleep(x.site("include/linux/highmem-internal.h", 166, 164));
  x.p = pageToVirt(*x.page);
}
void kmapLocal(Probe &x) { x.p = pageToVirt(*x.page); }
void allocateInside(Probe &x) { x.q = x.system.kmalloc.kmalloc(64, x.gfp("GFP_KERNEL")); }
void freeInside(Probe &x) {
  x.system.kmalloc.kfree(x.q);
  freePage(x);
}

constexpr MatrixApi table[] = {
    {"mempool_alloc_KERNEL", nullptr, [](Probe &x) { fromPool(x, "GFP_KERNEL"); }, toPool},
    {"mempool_alloc_NOIO", nullptr, [](Probe &x) { fromPool(x, "GFP_NOIO"); }, toPool},
    {"mempool_alloc_ATOMIC", nullptr, [](Probe &x) { fromPool(x, "GFP_ATOMIC"); }, toPool},
    {"mempool_free", [](Probe &x) { fromPool(x, "GFP_KERNEL"); }, toPool, nullptr},
    {"mempool_create", nullptr, createPool, destroyPool},
    {"mempool_destroy", createPool, destroyPool, nullptr},
    {"mempool_resize", nullptr, [](Probe &x) { x.ret = x.system.mempools.resize(x.fixtures.pool, 3); },
     [](Probe &x) { x.system.mempools.resize(x.fixtures.pool, 2); }},
    {"dma_alloc_coherent_KERNEL", nullptr, [](Probe &x) { coherent(x, "GFP_KERNEL"); }, freeCoherent},
    {"dma_alloc_coherent_ATOMIC", nullptr, [](Probe &x) { coherent(x, "GFP_ATOMIC"); }, freeCoherent},
    {"dma_free_coherent", [](Probe &x) { coherent(x, "GFP_KERNEL"); }, freeCoherent, nullptr},
    {"dma_map_single", [](Probe &x) { x.p = x.system.kmalloc.kmalloc(64, x.gfp("GFP_KERNEL")); },
     [](Probe &x) { x.dma.bus = x.system.dma.mapSingle(x.fixtures.device, x.p, 64); },
     [](Probe &x) {
       x.system.dma.unmapSingle(x.fixtures.device, x.dma.bus, 64);
       x.system.kmalloc.kfree(x.p);
     }},
    {"dma_pool_alloc_KERNEL", nullptr, [](Probe &x) { fromDmaPool(x, "GFP_KERNEL"); }, toDmaPool},
    {"dma_pool_alloc_ATOMIC", nullptr, [](Probe &x) { fromDmaPool(x, "GFP_ATOMIC"); }, toDmaPool},

    {"ida_alloc_KERNEL", nullptr, allocateIda, allocateIda},
    {"ida_alloc_ATOMIC", nullptr, allocateIda, allocateIda},
    {"idr_alloc_KERNEL", nullptr, allocateIdr, freeNode},
    {"idr_preload_KERNEL", nullptr, preloadIdr, nullptr},
    {"xa_store_KERNEL", nullptr, storeXArray, eraseXArray},
    {"xa_store_ATOMIC", nullptr, storeXArray, eraseXArray},
    {"devm_kmalloc_KERNEL", nullptr,
     [](Probe &x) { x.p = x.system.devres.kmalloc(x.fixtures.device, 64, x.gfp("GFP_KERNEL")); },
     [](Probe &x) {
       if (x.p)
         x.system.devres.kfree(x.fixtures.device, x.p);
     }},
    {"sg_alloc_table_KERNEL", nullptr,
     [](Probe &x) { x.q = x.system.kmalloc.kmallocArray(4, scatterEntrySize, x.gfp("GFP_KERNEL")); },
     [](Probe &x) { x.system.kmalloc.kfree(x.q); }},

    {"kmap", allocatePage, kmap, freePage},
    {"kunmap",
     [](Probe &x) {
       allocatePage(x);
       kmap(x);
     },
     [](Probe &) {}, freePage},
    {"kmap_local_page", allocatePage, kmapLocal, freePage},
    {"kmap_atomic", allocatePage,
     [](Probe &x) {
       x.context.kmapAtomic();
       kmapLocal(x);
       x.context.kunmapAtomic();
     },
     freePage},
    {"kmap_local_then_kmalloc_KERNEL", allocatePage,
     [](Probe &x) {
       kmapLocal(x);
       allocateInside(x);
     },
     freeInside},
    {"kmap_atomic_then_kmalloc_KERNEL", allocatePage,
     [](Probe &x) {
       x.context.kmapAtomic();
       kmapLocal(x);
       allocateInside(x);
       x.context.kunmapAtomic();
     },
     freeInside},
};

} // namespace

llvm::ArrayRef<MatrixApi> matrixObjectApis() { return table; }

} // namespace kmem::sim
