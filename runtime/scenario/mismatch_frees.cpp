// Pointers that the function they are given to does not own.
#include "runtime/scenario/mismatch_probe.h"

namespace kmem::sim {

namespace {

constexpr int enomem = -12;
constexpr Physical deviceRegisters = 0xfed00000; // the HPET's

Address ramMapping(Probe &p) {
  const auto page = p.system.pages.allocate(p.gfpKernel, 0);
  return page ? p.system.vmalloc.vmMapRam(std::span(&*page, 1)) : 0;
}

constexpr MismatchCase cases[] = {
    {"kfree_vmalloc_ptr", [](Probe &p) { p.kfree(p.vmalloc(8192)); }},
    {"vfree_kmalloc_ptr", [](Probe &p) { p.vfree(p.kmalloc(64)); }},
    {"vfree_big_kmalloc_ptr", [](Probe &p) { p.vfree(p.kmalloc(40000)); }},
    {"vfree_interior_page_aligned", [](Probe &p) { p.vfree(p.vmalloc(16384) + 4096); }},
    {"vfree_interior_unaligned", [](Probe &p) { p.vfree(p.vmalloc(16384) + 64); }},
    {"vfree_last_byte", [](Probe &p) { p.vfree(p.vmalloc(16384) + 16383); }},
    {"kfree_interior", [](Probe &p) { p.kfree(p.kmalloc(64) + 16); }},
    {"kfree_interior_plus_1", [](Probe &p) { p.kfree(p.kmalloc(64) + 1); }},
    {"kfree_interior_next_obj_boundary", [](Probe &p) { p.kfree(p.kmalloc(256) + 128); }},
    {"kfree_big_interior", [](Probe &p) { p.kfree(p.kmalloc(40000) + 64); }},
    {"kfree_big_interior_second_page", [](Probe &p) { p.kfree(p.kmalloc(40000) + 4096); }},
    {"kfree_of_alloc_page", [](Probe &p) { p.kfree(p.pagesOf(0)); }},
    {"kfree_of_alloc_pages_o2_noncomp", [](Probe &p) { p.kfree(p.pagesOf(2)); }},
    {"kfree_of_alloc_pages_o2_comp", [](Probe &p) { p.kfree(p.pagesOf(2, true)); }},
    {"kfree_static_module_data", [](Probe &p) { p.kfree(p.module.staticObject()); }},
    {"kfree_stack", [](Probe &p) { p.kfree(p.local(64)); }},
    {"kfree_module_text", [](Probe &p) { p.kfree(p.module.text + 0x400); }},
    {"kfree_kernel_rodata", [](Probe &p) { p.kfree(p.module.readOnlyData + 0x10); }},
    {"kfree_kernel_image_data", [](Probe &p) { p.kfree(p.kernelData()); }},
    {"kfree_user_ptr", [](Probe &p) { p.kfree(0x400000); }},
    {"kfree_small_int", [](Probe &p) { p.kfree(0x1234); }},
    {"kfree_ERR_PTR", [](Probe &p) { p.kfree(errorPointer(enomem)); }},
    {"kfree_NULL", [](Probe &p) { p.kfree(0); }},
    {"kfree_ZERO_SIZE_PTR", [](Probe &p) { p.kfree(zeroSizePointer); }},
    {"kfree_ptr_8", [](Probe &p) { p.kfree(8); }},
    {"kfree_ptr_17", [](Probe &p) { p.kfree(17); }},
    {"vfree_ERR_PTR", [](Probe &p) { p.vfree(errorPointer(enomem)); }},
    {"vfree_never_allocated", [](Probe &p) { p.vfree(vmallocStart + (uint64_t(1) << 40)); }},
    {"vfree_stack", [](Probe &p) { p.vfree(p.local(64)); }},
    {"kvfree_kmalloc", [](Probe &p) { p.kvfree(p.kmalloc(64)); }},
    {"kvfree_vmalloc", [](Probe &p) { p.kvfree(p.vmalloc(8192)); }},
    {"kvfree_alloc_page", [](Probe &p) { p.kvfree(p.pagesOf(0)); }},
    {"kvfree_ERR_PTR", [](Probe &p) { p.kvfree(errorPointer(enomem)); }},
    {"kvfree_vmap", [](Probe &p) { p.kvfree(p.mappedPage()); }},
    {"vunmap_of_vmalloc", [](Probe &p) { p.system.vmalloc.vunmap(p.vmalloc(8192)); }},
    {"vfree_of_vmap", [](Probe &p) { p.vfree(p.mappedPage()); }},
    {"vfree_of_vm_map_ram", [](Probe &p) { p.vfree(ramMapping(p)); }},
    {"vunmap_kmalloc", [](Probe &p) { p.system.vmalloc.vunmap(p.kmalloc(64)); }},
    {"iounmap_vmalloc", [](Probe &p) { p.system.vmalloc.iounmap(p.vmalloc(8192)); }},
    {"vfree_ioremap", [](Probe &p) { p.vfree(p.system.vmalloc.ioremap(deviceRegisters, 4096)); }},
};

} // namespace

std::span<const MismatchCase> mismatchedFrees() { return cases; }

} // namespace kmem::sim
