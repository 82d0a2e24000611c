// Things given back twice, and per-CPU memory and pool elements given to the wrong function.
#include "runtime/scenario/mismatch_probe.h"

namespace kmem::sim {

namespace {

void kfreeTwice(Probe &p, uint64_t size) {
  const Address object = p.kmalloc(size);
  p.kfree(object);
  p.kfree(object);
}

void kfreeTwiceWithOneBetween(Probe &p) {
  const Address first = p.kmalloc(64), second = p.kmalloc(64);
  p.kfree(first);
  p.kfree(second);
  p.kfree(first);
}

void kfreeTwiceAfterRealloc(Probe &p) {
  const Address first = p.kmalloc(64);
  p.kfree(first);
  const Address second = p.kmalloc(64);
  p.kfree(first);
  p.kfree(second);
}

void cacheFreeTwice(Probe &p) {
  const Address object = p.object();
  p.system.slub.free(p.cache1, object);
  p.system.slub.free(p.cache1, object);
}

void vfreeTwice(Probe &p) {
  const Address area = p.vmalloc(8192);
  p.vfree(area);
  p.vfree(area);
}

void percpuTwice(Probe &p) {
  const PercpuPointer pointer = p.percpu();
  p.system.percpu.free(pointer);
  p.system.percpu.free(pointer);
}

/// A kernel address where a __percpu cookie is expected.
PercpuPointer asCookie(Address address) { return address; }

void mempoolTwice(Probe &p) {
  const Address element = p.system.mempools.allocate(p.pool, p.gfpKernel);
  p.system.mempools.free(p.pool, element);
  p.system.mempools.free(p.pool, element);
}

void mempoolDestroyWithElementOut(Probe &p) {
  p.system.mempools.allocate(p.pool, p.gfpKernel);
  p.system.mempools.destroy(p.pool);
}

constexpr MismatchCase cases[] = {
    {"double_kfree", [](Probe &p) { kfreeTwice(p, 64); }},
    {"double_kfree_with_one_between", kfreeTwiceWithOneBetween},
    {"double_kfree_after_realloc", kfreeTwiceAfterRealloc},
    {"double_kfree_big", [](Probe &p) { kfreeTwice(p, 40000); }},
    {"double_kmem_cache_free", cacheFreeTwice},
    {"double_vfree", vfreeTwice},
    {"double_free_percpu", percpuTwice},
    {"free_percpu_kmalloc", [](Probe &p) { p.system.percpu.free(asCookie(p.kmalloc(64))); }},
    {"free_percpu_per_cpu_ptr", [](Probe &p) { p.system.percpu.free(asCookie(p.system.percpu.at(p.percpu(), 0))); }},
    {"free_percpu_interior", [](Probe &p) { p.system.percpu.free(p.percpu() + 16); }},
    {"kfree_percpu_cookie", [](Probe &p) { p.kfree(p.percpu()); }},
    {"kfree_per_cpu_ptr", [](Probe &p) { p.kfree(p.system.percpu.at(p.percpu(), 0)); }},
    {"mempool_free_foreign_kmalloc", [](Probe &p) { p.system.mempools.free(p.pool, p.kmalloc(128)); }},
    {"mempool_free_other_pool_size", [](Probe &p) { p.system.mempools.free(p.pool, p.kmalloc(32)); }},
    {"mempool_free_twice", mempoolTwice},
    {"mempool_destroy_with_element_out", mempoolDestroyWithElementOut},
    {"kfree_mempool_element", [](Probe &p) { p.kfree(p.system.mempools.allocate(p.pool, p.gfpKernel)); }},
};

} // namespace

std::span<const MismatchCase> doubleFrees() { return cases; }

} // namespace kmem::sim
