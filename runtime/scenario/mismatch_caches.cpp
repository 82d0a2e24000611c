// Objects and caches that do not belong together, and caches that are gone.
#include "runtime/scenario/mismatch_probe.h"

namespace kmem::sim {

namespace {

void freeAfterDestroy(Probe &p) {
  const Address object = p.object();
  p.system.slub.destroy(p.cache1);
  p.system.slub.free(p.cache1, object);
}

void destroyWithObjects(Probe &p) {
  p.object();
  p.system.slub.destroy(p.cache1);
}

void destroyTwice(Probe &p) {
  p.system.slub.destroy(p.cache1);
  p.system.slub.destroy(p.cache1);
}

constexpr MismatchCase cases[] = {
    {"kmem_cache_free_wrong_cache", [](Probe &p) { p.system.slub.free(p.cache2, p.object()); }},
    {"kmem_cache_free_of_kmalloc", [](Probe &p) { p.system.slub.free(p.cache1, p.kmalloc(192)); }},
    {"kmem_cache_free_of_big_kmalloc", [](Probe &p) { p.system.slub.free(p.cache1, p.kmalloc(40000)); }},
    {"kmem_cache_free_of_vmalloc", [](Probe &p) { p.system.slub.free(p.cache1, p.vmalloc(8192)); }},
    {"kmem_cache_free_NULL_obj", [](Probe &p) { p.system.slub.free(p.cache1, 0); }},
    {"kmem_cache_free_NULL_cache", [](Probe &p) { p.system.slub.free(noCache, p.object()); }},
    {"kmem_cache_alloc_NULL_cache", [](Probe &p) { p.system.slub.allocate(noCache, p.gfpKernel); }},
    {"kfree_of_kmem_cache_obj", [](Probe &p) { p.kfree(p.object()); }},
    {"kmem_cache_free_after_destroy", freeAfterDestroy},
    {"kmem_cache_destroy_with_objects", destroyWithObjects},
    {"kmem_cache_destroy_twice", destroyTwice},
};

} // namespace

std::span<const MismatchCase> mismatchedCaches() { return cases; }

} // namespace kmem::sim
