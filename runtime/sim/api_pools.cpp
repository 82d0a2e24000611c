// kmem/sim.h: mempools, DMA memory and pools, what belongs to a device.
#include "runtime/sim/machine.h"

using namespace kmem::sim;

namespace {
bool hasPool(const kmem_sim *machine, kmem_mempool_id pool) {
  return machine && pool && machine->system.mempools[pool].object;
}
bool hasDmaPool(const kmem_sim *machine, kmem_dma_pool_id pool) {
  return machine && pool && machine->system.dmaPools[pool].object;
}
bool hasDevice(const kmem_sim *machine, kmem_device_id device) {
  return machine && device && machine->system.dma.device(device).name[0];
}
} // namespace

extern "C" {

kmem_status kmem_sim_mempool_create_kmalloc(kmem_sim *machine, uint32_t minimum, uint64_t size, kmem_mempool_id *pool) {
  return onMachine(machine, [&](System &system) { give(pool, system.mempools.createKmalloc(minimum, size)); });
}

kmem_status kmem_sim_mempool_create_slab(kmem_sim *machine, uint32_t minimum, kmem_cache_id cache,
                                         kmem_mempool_id *pool) {
  if (!cache)
    return KMEM_BAD_ARGUMENT;
  return onMachine(machine, [&](System &system) { give(pool, system.mempools.createSlab(minimum, cache)); });
}

kmem_status kmem_sim_mempool_destroy(kmem_sim *machine, kmem_mempool_id pool) {
  if (!hasPool(machine, pool))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.mempools.destroy(pool); });
}

kmem_status kmem_sim_mempool_alloc(kmem_sim *machine, kmem_mempool_id pool, kmem_gfp gfp, kmem_address *element) {
  if (!hasPool(machine, pool))
    return KMEM_BAD_ARGUMENT;
  return machine->call(
      [&](System &system) { give(element, system.mempools.allocate(pool, machine->gfp.toKernel(gfp))); });
}

kmem_status kmem_sim_mempool_free(kmem_sim *machine, kmem_mempool_id pool, kmem_address element) {
  if (!hasPool(machine, pool))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.mempools.free(pool, element); });
}

kmem_status kmem_sim_device_add(kmem_sim *machine, const char *name, kmem_device_id *device) {
  if (!name || !name[0])
    return KMEM_BAD_ARGUMENT;
  return onMachine(machine, [&](System &system) { give(device, system.dma.addDevice("platform", name)); });
}

kmem_status kmem_sim_dma_set_mask(kmem_sim *machine, kmem_device_id device, uint64_t mask, int *error) {
  if (!hasDevice(machine, device))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) {
    const int refused = system.dma.setMask(device, mask);
    give(error, refused ? refused : system.dma.setCoherentMask(device, mask));
  });
}

kmem_status kmem_sim_dma_alloc_coherent(kmem_sim *machine, kmem_device_id device, uint64_t size, kmem_gfp gfp,
                                        kmem_address *address, uint64_t *bus) {
  if (!hasDevice(machine, device))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) {
    const CoherentMemory memory = system.dma.allocateCoherent(device, size, machine->gfp.toKernel(gfp));
    give(address, memory.address);
    give(bus, memory.bus);
  });
}

kmem_status kmem_sim_dma_free_coherent(kmem_sim *machine, kmem_device_id device, uint64_t size, kmem_address address,
                                       uint64_t bus) {
  if (!hasDevice(machine, device))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.dma.freeCoherent(device, size, {address, bus}); });
}

kmem_status kmem_sim_dma_map_single(kmem_sim *machine, kmem_device_id device, kmem_address address, uint64_t size,
                                    uint64_t *bus) {
  if (!hasDevice(machine, device))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { give(bus, system.dma.mapSingle(device, address, size)); });
}

kmem_status kmem_sim_dma_unmap_single(kmem_sim *machine, kmem_device_id device, uint64_t bus, uint64_t size) {
  if (!hasDevice(machine, device))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.dma.unmapSingle(device, bus, size); });
}

kmem_status kmem_sim_dma_pool_create(kmem_sim *machine, const char *name, kmem_device_id device, uint64_t size,
                                     uint64_t align, uint64_t boundary, kmem_dma_pool_id *pool) {
  if (!name || !hasDevice(machine, device))
    return KMEM_BAD_ARGUMENT;
  return machine->call(
      [&](System &system) { give(pool, system.dmaPools.create(name, device, size, align, boundary)); });
}

kmem_status kmem_sim_dma_pool_destroy(kmem_sim *machine, kmem_dma_pool_id pool) {
  if (!hasDmaPool(machine, pool))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.dmaPools.destroy(pool); });
}

kmem_status kmem_sim_dma_pool_alloc(kmem_sim *machine, kmem_dma_pool_id pool, kmem_gfp gfp, kmem_address *address,
                                    uint64_t *bus) {
  if (!hasDmaPool(machine, pool))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) {
    const CoherentMemory block = system.dmaPools.allocate(pool, machine->gfp.toKernel(gfp));
    give(address, block.address);
    give(bus, block.bus);
  });
}

kmem_status kmem_sim_dma_pool_free(kmem_sim *machine, kmem_dma_pool_id pool, kmem_address address, uint64_t bus) {
  if (!hasDmaPool(machine, pool))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.dmaPools.free(pool, {address, bus}); });
}

kmem_status kmem_sim_devm_kmalloc(kmem_sim *machine, kmem_device_id device, uint64_t size, kmem_gfp gfp,
                                  kmem_address *object) {
  if (!hasDevice(machine, device))
    return KMEM_BAD_ARGUMENT;
  return machine->call(
      [&](System &system) { give(object, system.devres.kmalloc(device, size, machine->gfp.toKernel(gfp))); });
}

kmem_status kmem_sim_devm_kfree(kmem_sim *machine, kmem_device_id device, kmem_address object) {
  if (!hasDevice(machine, device))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.devres.kfree(device, object); });
}

kmem_status kmem_sim_devm_release_all(kmem_sim *machine, kmem_device_id device) {
  if (!hasDevice(machine, device))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.devres.releaseAll(device); });
}

} // extern "C"
