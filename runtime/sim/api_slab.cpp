// kmem/sim.h: kmalloc and slab caches.
#include "runtime/sim/machine.h"

#include <algorithm>
#include <cstring>
#include <vector>

using namespace kmem::sim;

namespace {

/// Whether the machine has this cache.
bool isCache(const kmem_sim *machine, kmem_cache_id wanted) {
  const Slub &slub = machine->system.slub;
  for (CacheId cache = slub.newest(); cache != noCache; cache = slub.cache(cache).older)
    if (cache == wanted)
      return true;
  return false;
}

} // namespace

extern "C" {

kmem_status kmem_sim_kmalloc(kmem_sim *machine, uint64_t size, kmem_gfp gfp, kmem_address *object) {
  return onMachine(machine,
                   [&](System &system) { give(object, system.kmalloc.kmalloc(size, machine->gfp.toKernel(gfp))); });
}

kmem_status kmem_sim_kmalloc_array(kmem_sim *machine, uint64_t count, uint64_t size, kmem_gfp gfp,
                                   kmem_address *object) {
  return onMachine(machine, [&](System &system) {
    give(object, system.kmalloc.kmallocArray(count, size, machine->gfp.toKernel(gfp)));
  });
}

kmem_status kmem_sim_krealloc(kmem_sim *machine, kmem_address old, uint64_t size, kmem_gfp gfp, kmem_address *object) {
  return onMachine(
      machine, [&](System &system) { give(object, system.kmalloc.krealloc(old, size, machine->gfp.toKernel(gfp))); });
}

kmem_status kmem_sim_kfree(kmem_sim *machine, kmem_address object) {
  return onMachine(machine, [&](System &system) { system.kmalloc.kfree(object); });
}

kmem_status kmem_sim_kfree_sensitive(kmem_sim *machine, kmem_address object) {
  return onMachine(machine, [&](System &system) { system.kmalloc.kfreeSensitive(object); });
}

kmem_status kmem_sim_ksize(kmem_sim *machine, kmem_address object, uint64_t *size) {
  return onMachine(machine, [&](System &system) { give(size, system.kmalloc.ksize(object)); });
}

kmem_status kmem_sim_cache_name(kmem_sim *machine, kmem_address object, char *name, size_t size) {
  if (!name || !size)
    return KMEM_BAD_ARGUMENT;
  return onMachine(machine, [&](System &system) {
    const std::string found = system.kmalloc.cacheNameOf(object);
    const size_t length = std::min(found.size(), size - 1);
    std::memcpy(name, found.data(), length);
    name[length] = 0;
  });
}

kmem_status kmem_sim_cache_create(kmem_sim *machine, const char *name, uint32_t size, uint32_t align, uint32_t flags,
                                  kmem_callback_id constructor, kmem_cache_id *cache) {
  if (!machine || !name || (constructor && !machine->hasCallback(constructor)))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) {
    give(cache, system.slub.create({.name = name,
                                    .size = size,
                                    .align = align,
                                    .flags = slabFlagsOf(system.slub.flags, flags),
                                    .ctor = constructor}));
  });
}

kmem_status kmem_sim_cache_destroy(kmem_sim *machine, kmem_cache_id cache) {
  if (!machine || !isCache(machine, cache))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.slub.destroy(cache); });
}

kmem_status kmem_sim_cache_shrink(kmem_sim *machine, kmem_cache_id cache) {
  if (!machine || !isCache(machine, cache))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.slub.shrink(cache); });
}

kmem_status kmem_sim_cache_alloc(kmem_sim *machine, kmem_cache_id cache, kmem_gfp gfp, kmem_address *object) {
  if (!machine || !isCache(machine, cache))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { give(object, system.slub.allocate(cache, machine->gfp.toKernel(gfp))); });
}

kmem_status kmem_sim_cache_free(kmem_sim *machine, kmem_cache_id cache, kmem_address object) {
  if (!machine || !isCache(machine, cache))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.slub.free(cache, object); });
}

kmem_status kmem_sim_cache_alloc_bulk(kmem_sim *machine, kmem_cache_id cache, kmem_gfp gfp, size_t count,
                                      kmem_address *objects, size_t *allocated) {
  if (!machine || !objects || !isCache(machine, cache))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) {
    give(allocated, system.slub.allocateBulk(cache, machine->gfp.toKernel(gfp), {objects, count}));
  });
}

kmem_status kmem_sim_cache_free_bulk(kmem_sim *machine, kmem_cache_id cache, size_t count,
                                     const kmem_address *objects) {
  if (!machine || !objects || !isCache(machine, cache))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) {
    std::vector<Address> freed(objects, objects + count); // the kernel reorders its array
    system.slub.freeBulk(cache, freed);
  });
}

kmem_status kmem_sim_live_objects(const kmem_sim *machine, kmem_cache_id wanted, uint64_t *objects) {
  if (!machine || (wanted && !isCache(machine, wanted)))
    return KMEM_BAD_ARGUMENT;
  const Slub &slub = machine->system.slub;
  uint64_t sum = 0;
  for (CacheId cache = slub.newest(); cache != noCache; cache = slub.cache(cache).older)
    if (!wanted || cache == wanted)
      sum += slub.liveObjects(cache);
  give(objects, sum);
  return KMEM_OK;
}

} // extern "C"
