// kmem/native.h: slab caches, mempools and what belongs to a device. Host code names a cache or pool by a pointer that
// it cannot look into: a number in an address range where nothing is mapped.
#include "runtime/sim/include/kmem/native.h"
#include "runtime/sim/native_state.h"

#include <cstring>

using namespace kmem::sim;

namespace {

/// One range for each kind of name.
enum class Named : uint64_t { Cache = 1, Mempool = 2, DmaPool = 3 };
constexpr unsigned nameShift = 44; ///< beyond what the host maps by itself
constexpr uint64_t nameStride = 16;

template <typename Type> Type *nameOf(Named kind, uint32_t number) {
  return number ? reinterpret_cast<Type *>((uint64_t(kind) << nameShift) + number * nameStride) : nullptr;
}
/// The number; a pointer that is no name is one that the kernel would follow to its end.
uint32_t numberOf(kmem_sim &machine, Named kind, const void *pointer, const char *caller) {
  const uint64_t value = reinterpret_cast<uint64_t>(pointer);
  if (value >> nameShift != uint64_t(kind))
    machine.system.kernel.reports.badAccess(fromHost(machine, pointer), AccessKind::Read, {caller, "", 0});
  return uint32_t((value & ((uint64_t(1) << nameShift) - 1)) / nameStride);
}

DeviceId idOf(kmem_sim &machine, kmem_native_device *device, const char *name) {
  if (device->machine != machine.serial)
    *device = {machine.serial, machine.system.dma.addDevice("platform", name)};
  return device->id;
}

} // namespace

extern "C" {

kmem_cache *kmem_native_cache_create(const char *name, unsigned size, unsigned align, unsigned flags,
                                     void (*constructor)(void *)) {
  return inKernel("kmem_cache_create", [&](kmem_sim &machine) {
    kmem_callback_id callback = 0;
    if (constructor)
      callback = machine.registerCallback(
          [](void *function, uint64_t object) {
            reinterpret_cast<void (*)(void *)>(function)(toHost(*runningMachine().machine, object));
          },
          reinterpret_cast<void *>(constructor));
    const CacheId cache = machine.system.slub.create({.name = name,
                                                      .size = size,
                                                      .align = align,
                                                      .flags = slabFlagsOf(machine.system.slub.flags, flags),
                                                      .ctor = callback});
    return nameOf<kmem_cache>(Named::Cache, cache);
  });
}
void kmem_native_cache_destroy(kmem_cache *cache) {
  if (!cache)
    return;
  inKernel("kmem_cache_destroy", [&](kmem_sim &machine) {
    machine.system.slub.destroy(numberOf(machine, Named::Cache, cache, "kmem_cache_destroy"));
  });
}
int kmem_native_cache_shrink(kmem_cache *cache) {
  return inKernel("kmem_cache_shrink", [&](kmem_sim &machine) {
    return machine.system.slub.shrink(numberOf(machine, Named::Cache, cache, "kmem_cache_shrink"));
  });
}
void *kmem_native_cache_alloc(kmem_cache *cache, kmem_gfp gfp) {
  return inKernel("kmem_cache_alloc", [&](kmem_sim &machine) {
    const CacheId id = numberOf(machine, Named::Cache, cache, "kmem_cache_alloc");
    return toHost(machine, machine.system.slub.allocate(id, machine.gfp.toKernel(gfp)));
  });
}
void kmem_native_cache_free(kmem_cache *cache, void *object) {
  inKernel("kmem_cache_free", [&](kmem_sim &machine) {
    machine.system.slub.free(numberOf(machine, Named::Cache, cache, "kmem_cache_free"), fromHost(machine, object));
  });
}
int kmem_native_cache_alloc_bulk(kmem_cache *cache, kmem_gfp gfp, size_t count, void **objects) {
  return inKernel("kmem_cache_alloc_bulk", [&](kmem_sim &machine) {
    std::vector<Address> addresses(count);
    const CacheId id = numberOf(machine, Named::Cache, cache, "kmem_cache_alloc_bulk");
    const unsigned allocated = machine.system.slub.allocateBulk(id, machine.gfp.toKernel(gfp), addresses);
    for (unsigned i = 0; i < allocated; ++i)
      objects[i] = toHost(machine, addresses[i]);
    return int(allocated);
  });
}
void kmem_native_cache_free_bulk(kmem_cache *cache, size_t count, void **objects) {
  inKernel("kmem_cache_free_bulk", [&](kmem_sim &machine) {
    std::vector<Address> addresses(count);
    for (size_t i = 0; i < count; ++i)
      addresses[i] = fromHost(machine, objects[i]);
    machine.system.slub.freeBulk(numberOf(machine, Named::Cache, cache, "kmem_cache_free_bulk"), addresses);
  });
}
unsigned kmem_native_cache_size(kmem_cache *cache) {
  return inKernel("kmem_cache_size", [&](kmem_sim &machine) {
    return machine.system.slub.cache(numberOf(machine, Named::Cache, cache, "kmem_cache_size")).objectSize;
  });
}

mempool_s *kmem_native_mempool_create_kmalloc(int minimum, size_t size) {
  return inKernel("mempool_create", [&](kmem_sim &machine) {
    return nameOf<mempool_s>(Named::Mempool, machine.system.mempools.createKmalloc(unsigned(minimum), size));
  });
}
mempool_s *kmem_native_mempool_create_slab(int minimum, kmem_cache *cache) {
  return inKernel("mempool_create", [&](kmem_sim &machine) {
    const CacheId id = numberOf(machine, Named::Cache, cache, "mempool_create");
    return nameOf<mempool_s>(Named::Mempool, machine.system.mempools.createSlab(unsigned(minimum), id));
  });
}
mempool_s *kmem_native_mempool_create_pages(int minimum, int order) {
  return inKernel("mempool_create", [&](kmem_sim &machine) {
    return nameOf<mempool_s>(Named::Mempool, machine.system.mempools.createPages(unsigned(minimum), unsigned(order)));
  });
}
void kmem_native_mempool_destroy(mempool_s *pool) {
  if (!pool)
    return;
  inKernel("mempool_destroy", [&](kmem_sim &machine) {
    machine.system.mempools.destroy(numberOf(machine, Named::Mempool, pool, "mempool_destroy"));
  });
}
int kmem_native_mempool_resize(mempool_s *pool, int minimum) {
  return inKernel("mempool_resize", [&](kmem_sim &machine) {
    return machine.system.mempools.resize(numberOf(machine, Named::Mempool, pool, "mempool_resize"), unsigned(minimum));
  });
}
void *kmem_native_mempool_alloc(mempool_s *pool, kmem_gfp gfp) {
  return inKernel("mempool_alloc", [&](kmem_sim &machine) {
    const MempoolId id = numberOf(machine, Named::Mempool, pool, "mempool_alloc");
    return toHost(machine, machine.system.mempools.allocate(id, machine.gfp.toKernel(gfp)));
  });
}
void kmem_native_mempool_free(void *element, mempool_s *pool) {
  if (!element)
    return;
  inKernel("mempool_free", [&](kmem_sim &machine) {
    machine.system.mempools.free(numberOf(machine, Named::Mempool, pool, "mempool_free"), fromHost(machine, element));
  });
}

int kmem_native_dma_set_mask(kmem_native_device *device, const char *name, uint64_t mask, bool streaming,
                             bool coherent) {
  return inKernel("dma_set_mask", [&](kmem_sim &machine) {
    const DeviceId id = idOf(machine, device, name);
    int error = streaming ? machine.system.dma.setMask(id, mask) : 0;
    if (!error && coherent)
      error = machine.system.dma.setCoherentMask(id, mask);
    return error;
  });
}
void *kmem_native_dma_alloc_coherent(kmem_native_device *device, const char *name, size_t size, uint64_t *bus,
                                     kmem_gfp gfp) {
  return inKernel("dma_alloc_coherent", [&](kmem_sim &machine) {
    const CoherentMemory memory =
        machine.system.dma.allocateCoherent(idOf(machine, device, name), size, machine.gfp.toKernel(gfp));
    *bus = memory.bus;
    return toHost(machine, memory.address);
  });
}
void kmem_native_dma_free_coherent(kmem_native_device *device, const char *name, size_t size, void *address,
                                   uint64_t bus) {
  inKernel("dma_free_coherent", [&](kmem_sim &machine) {
    machine.system.dma.freeCoherent(idOf(machine, device, name), size, {fromHost(machine, address), bus});
  });
}
uint64_t kmem_native_dma_map(kmem_native_device *device, const char *name, const void *address, size_t size) {
  return inKernel("dma_map_single", [&](kmem_sim &machine) {
    return machine.system.dma.mapSingle(idOf(machine, device, name), fromHost(machine, address), size);
  });
}
void kmem_native_dma_unmap(kmem_native_device *device, const char *name, uint64_t bus, size_t size) {
  inKernel("dma_unmap_single",
           [&](kmem_sim &machine) { machine.system.dma.unmapSingle(idOf(machine, device, name), bus, size); });
}
dma_pool *kmem_native_dma_pool_create(kmem_native_device *device, const char *device_name, const char *name,
                                      size_t size, size_t align, size_t boundary) {
  return inKernel("dma_pool_create", [&](kmem_sim &machine) {
    const DmaPoolId pool =
        machine.system.dmaPools.create(name, idOf(machine, device, device_name), size, align, boundary);
    return nameOf<dma_pool>(Named::DmaPool, pool);
  });
}
void kmem_native_dma_pool_destroy(dma_pool *pool) {
  if (!pool)
    return;
  inKernel("dma_pool_destroy", [&](kmem_sim &machine) {
    machine.system.dmaPools.destroy(numberOf(machine, Named::DmaPool, pool, "dma_pool_destroy"));
  });
}
void *kmem_native_dma_pool_alloc(dma_pool *pool, kmem_gfp gfp, uint64_t *bus) {
  return inKernel("dma_pool_alloc", [&](kmem_sim &machine) {
    const DmaPoolId id = numberOf(machine, Named::DmaPool, pool, "dma_pool_alloc");
    const CoherentMemory block = machine.system.dmaPools.allocate(id, machine.gfp.toKernel(gfp));
    *bus = block.bus;
    return toHost(machine, block.address);
  });
}
void kmem_native_dma_pool_free(dma_pool *pool, void *address, uint64_t bus) {
  inKernel("dma_pool_free", [&](kmem_sim &machine) {
    const DmaPoolId id = numberOf(machine, Named::DmaPool, pool, "dma_pool_free");
    machine.system.dmaPools.free(id, {fromHost(machine, address), bus});
  });
}

void *kmem_native_devm_kmalloc(kmem_native_device *device, const char *name, size_t size, kmem_gfp gfp) {
  return inKernel("devm_kmalloc", [&](kmem_sim &machine) {
    return toHost(machine, machine.system.devres.kmalloc(idOf(machine, device, name), size, machine.gfp.toKernel(gfp)));
  });
}
void kmem_native_devm_kfree(kmem_native_device *device, const char *name, const void *object) {
  inKernel("devm_kfree", [&](kmem_sim &machine) {
    machine.system.devres.kfree(idOf(machine, device, name), fromHost(machine, object));
  });
}
int kmem_native_devm_add_action(kmem_native_device *device, const char *name, void (*action)(void *), void *data) {
  return inKernel("devm_add_action", [&](kmem_sim &machine) {
    const kmem_callback_id callback = machine.registerCallback(
        [](void *function, uint64_t argument) {
          reinterpret_cast<void (*)(void *)>(function)(reinterpret_cast<void *>(argument));
        },
        reinterpret_cast<void *>(action));
    return machine.system.devres.addAction(idOf(machine, device, name), machine.callbacks[callback - 1].action,
                                           reinterpret_cast<uint64_t>(data));
  });
}
void kmem_native_devm_release_all(kmem_native_device *device, const char *name) {
  inKernel("devres_release_all",
           [&](kmem_sim &machine) { machine.system.devres.releaseAll(idOf(machine, device, name)); });
}

} // extern "C"
