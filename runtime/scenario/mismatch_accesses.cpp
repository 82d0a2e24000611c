// Reads and writes after a free, beside an object, and through pointers that point nowhere.
#include "runtime/kernel/virt_to_page.h"
#include "runtime/scenario/mismatch_probe.h"

namespace kmem::sim {

namespace {

constexpr int enomem = -12;

Address freed(Probe &p, uint64_t size) {
  const Address object = p.kmalloc(size);
  p.kfree(object);
  return object;
}

void writeFreed(Probe &p) {
  p.write(freed(p, 64) + 8, 1);
  p.kmalloc(64);
}

void writeFreePointer(Probe &p) {
  p.write64(freed(p, 64) + 32, 0x4141414141414141);
  p.kmalloc(64);
  p.kmalloc(64);
}

void writeFreedPage(Probe &p) {
  const Address page = p.pagesOf(0);
  p.freePages(page, 0);
  p.write(page + 100, 1);
  p.pagesOf(0);
}

void readFreedVmalloc(Probe &p) {
  const Address area = p.vmalloc(8192);
  p.vfree(area);
  p.read(area);
}

void readFreedPercpu(Probe &p) {
  const PercpuPointer pointer = p.percpu();
  const Address first = p.system.percpu.at(pointer, 0);
  p.system.percpu.free(pointer);
  p.read(first);
}

void readFreedCacheObject(Probe &p) {
  const Address object = p.object();
  p.system.slub.free(p.cache1, object);
  p.read(object);
}

void readFreedElement(Probe &p) {
  const Address element = p.system.mempools.allocate(p.pool, p.gfpKernel);
  p.system.mempools.free(p.pool, element);
  p.read(element);
}

void writeBeside(Probe &p, uint64_t size, int64_t offset) {
  const Address object = p.kmalloc(size);
  p.write(object + offset, 1);
  p.kfree(object);
}

void readBeside(Probe &p, uint64_t size, int64_t offset) {
  const Address object = p.kmalloc(size);
  p.read(object + offset);
  p.kfree(object);
}

void readPastKsize(Probe &p) {
  const Address object = p.kmalloc(33);
  p.system.kmalloc.ksize(object);
  p.read(object + 40);
  p.kfree(object);
}

void readVmallocTail(Probe &p) {
  const Address area = p.vmalloc(5000);
  p.read(area + 5000);
  p.vfree(area);
}

void readPercpuBeside(Probe &p) {
  const PercpuPointer pointer = p.percpu();
  p.read(p.system.percpu.at(pointer, 0) + 64);
  p.system.percpu.free(pointer);
}

void readStackBeside(Probe &p) {
  const Address local = p.local(32);
  p.write(local, 1);
  p.read(local + 32);
}

/// The compiler loads a constant address with the move that has an absolute operand, with the function's address
/// computed in RAX before; the kernel decodes that as an access through RAX. Instrumented code loads through a
/// register.
void readNonCanonical(Probe &p) {
  constexpr Address poison = 0x6b6b6b6b6b6b6b6b;
  constexpr uint64_t caseSize = 16;
  const bool callsThroughThunk = p.kernel.profile.distribution; // retpolines
  if (p.system.kasan)
    p.read(poison);
  p.kernel.reports.badAccessDecodedAs(callsThroughThunk ? p.module.text + 0x400 : p.index * caseSize, p.site());
}

constexpr MismatchCase cases[] = {
    {"uaf_read", [](Probe &p) { p.read(freed(p, 64)); }},
    {"uaf_write", writeFreed},
    {"uaf_write_freepointer", writeFreePointer},
    {"uaf_write_o0_page", writeFreedPage},
    {"uaf_read_big_kmalloc", [](Probe &p) { p.read(freed(p, 40000)); }},
    {"uaf_read_vmalloc", readFreedVmalloc},
    {"uaf_read_percpu", readFreedPercpu},
    {"uaf_read_kmem_cache", readFreedCacheObject},
    {"uaf_read_mempool", readFreedElement},
    {"oob_write_by_1_in_class_slack", [](Probe &p) { writeBeside(p, 33, 33); }},
    {"oob_write_by_1_exact_class", [](Probe &p) { writeBeside(p, 64, 64); }},
    {"oob_write_before", [](Probe &p) { writeBeside(p, 64, -1); }},
    {"oob_read_by_1_exact_class", [](Probe &p) { readBeside(p, 64, 64); }},
    {"oob_read_past_ksize_call", readPastKsize},
    {"oob_write_big_kmalloc_slack", [](Probe &p) { writeBeside(p, 40000, 40000); }},
    {"oob_read_vmalloc_tail_same_page", readVmallocTail},
    {"oob_read_vmalloc_guard", [](Probe &p) { p.read(p.vmalloc(8192) + 8192); }},
    {"oob_read_vmalloc_before", [](Probe &p) { p.read(p.vmalloc(8192) - 1); }},
    {"oob_percpu", readPercpuBeside},
    {"oob_global", [](Probe &p) { p.read(p.module.staticObject() + 300); }},
    {"oob_stack", readStackBeside},
    {"read_uninit_kmalloc", [](Probe &p) { readBeside(p, 64, 5); }},
    {"deref_NULL", [](Probe &p) { p.read(0); }},
    {"deref_NULL_plus_field", [](Probe &p) { p.read(0x38); }},
    {"deref_ERR_PTR", [](Probe &p) { p.read(errorPointer(enomem)); }},
    {"deref_ZERO_SIZE_PTR", [](Probe &p) { p.read(zeroSizePointer); }},
    {"deref_noncanonical", readNonCanonical},
    {"deref_user_ptr_directly", [](Probe &p) { p.read(0x400000); }},
    {"write_rodata", [](Probe &p) { p.write(p.kernelReadOnlyData(), 1); }},
    {"exec_NULL", [](Probe &p) { p.call(0); }},
    {"krealloc_freed", [](Probe &p) { p.system.kmalloc.krealloc(freed(p, 64), 200, p.gfpKernel); }},
    {"krealloc_vmalloc", [](Probe &p) { p.system.kmalloc.krealloc(p.vmalloc(8192), 20000, p.gfpKernel); }},
    {"ksize_of_freed", [](Probe &p) { p.system.kmalloc.ksize(freed(p, 64)); }},
    {"ksize_of_page", [](Probe &p) { p.system.kmalloc.ksize(p.pagesOf(0)); }},
    {"kfree_sensitive_vmalloc", [](Probe &p) { p.system.kmalloc.kfreeSensitive(p.vmalloc(8192)); }},
};

} // namespace

std::span<const MismatchCase> badAccesses() { return cases; }

} // namespace kmem::sim
