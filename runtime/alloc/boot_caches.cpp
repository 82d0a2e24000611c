#include "runtime/alloc/boot_caches.h"

#include "runtime/alloc/kmalloc.h"

namespace kmem::sim {

void createBootCaches(const Profile &, Slub &, Kmalloc &) {}

} // namespace kmem::sim
