#include "runtime/alloc/slub_state.h"

namespace kmem::sim {

std::vector<Address> Slub::freeObjectsOf(Pfn slab) const {
  std::vector<Address> free;
  const CacheId id = slabAt(slab).cache;
  const Address start = pageToVirt(slab), end = start + (pageSize << kernel.memory.page(slab).slab.order);
  auto follow = [&](Address object) {
    // A corrupt link ends the list: it may lead anywhere.
    while (object >= start && object < end && free.size() < slabAt(slab).objects) {
      free.push_back(object);
      object = freePointer(cache(id), object);
    }
  };
  follow(slabAt(slab).freelist);
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu)
    if (cpuSlab(id, cpu).slab == slab + 1)
      follow(cpuSlab(id, cpu).freelist);
  return free;
}

} // namespace kmem::sim
