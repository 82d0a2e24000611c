// Calls of the page allocator, vmalloc and per-CPU memory in the group matrix.
#include "runtime/scenario/matrix_probe.h"

namespace kmem::sim {

namespace {

constexpr Physical deviceRegisters = 0xfed00000;
constexpr uint64_t mebibyte = uint64_t(1) << 20;

template <unsigned order> void allocatePages(Probe &x, const char *gfp) {
  x.page = x.system.pages.allocate(x.gfp(gfp), order);
  x.p = x.page ? pageToVmemmap(*x.page) : 0;
}
template <unsigned order> void freePages(Probe &x) {
  if (x.page)
    x.system.pages.free(*x.page, order);
}
void allocatePage(Probe &x) { x.page = x.system.pages.allocate(x.gfp("GFP_KERNEL"), 0); }
template <unsigned order> void getPages(Probe &x) { x.p = x.system.pages.getFreePages(x.gfp("GFP_KERNEL"), order); }
template <unsigned order> void putPages(Probe &x) { x.system.pages.freePages(x.p, order); }

void vfreeP(Probe &x) { x.system.vmalloc.vfree(x.p); }
void vmalloc8k(Probe &x) { x.p = x.system.vmalloc.vmalloc(8192); }
void vmallocWith(Probe &x, const char *gfp) { x.p = x.system.vmalloc.allocate(8192, x.gfp(gfp)); }
void kvmallocOf(Probe &x, uint64_t size, const char *gfp) { x.p = x.system.kvmalloc.kvmalloc(size, x.gfp(gfp)); }
void kvfreeP(Probe &x) { x.system.kvmalloc.kvfree(x.p); }
void mapPage(Probe &x) { x.p = x.system.vmalloc.vmapFrames({&*x.page, 1}, VmMap); }
void mapRam(Probe &x) { x.p = x.system.vmalloc.vmMapRam({&*x.page, 1}); }
void ioremap(Probe &x) { x.p = x.system.vmalloc.ioremap(deviceRegisters, 0x400); }
void iounmap(Probe &x) {
  if (x.p)
    x.system.vmalloc.iounmap(x.p);
}
void percpuWith(Probe &x, const char *gfp) {
  x.p = x.system.percpu.allocate(sizeof(uint64_t), sizeof(uint64_t), x.gfp(gfp));
}
void freePercpu(Probe &x) { x.system.percpu.free(x.p); }

constexpr MatrixApi table[] = {
    {"alloc_page_KERNEL", nullptr, [](Probe &x) { allocatePages<0>(x, "GFP_KERNEL"); }, freePages<0>},
    {"alloc_page_ATOMIC", nullptr, [](Probe &x) { allocatePages<0>(x, "GFP_ATOMIC"); }, freePages<0>},
    {"alloc_page_NOWAIT", nullptr, [](Probe &x) { allocatePages<0>(x, "GFP_NOWAIT"); }, freePages<0>},
    {"alloc_pages_o3_KERNEL", nullptr, [](Probe &x) { allocatePages<3>(x, "GFP_KERNEL"); }, freePages<3>},
    {"alloc_pages_o4_ATOMIC", nullptr, [](Probe &x) { allocatePages<4>(x, "GFP_ATOMIC"); }, freePages<4>},
    {"get_free_pages_KERNEL", nullptr, getPages<1>, putPages<1>},
    {"get_zeroed_page_KERNEL", nullptr, [](Probe &x) { x.p = x.system.pages.getZeroedPage(x.gfp("GFP_KERNEL")); },
     putPages<0>},
    {"alloc_pages_exact_KERNEL", nullptr,
     [](Probe &x) { x.p = x.system.pages.allocateExact(12288, x.gfp("GFP_KERNEL")); },
     [](Probe &x) {
       if (x.p)
         x.system.pages.freeExact(x.p, 12288);
     }},
    {"free_page", getPages<0>, putPages<0>, nullptr},
    {"free_pages_o4", getPages<4>, putPages<4>, nullptr},
    {"put_page", allocatePage, [](Probe &x) { x.system.pages.putPage(*x.page); }, nullptr},

    {"vmalloc", nullptr, vmalloc8k, vfreeP},
    {"vzalloc", nullptr, [](Probe &x) { x.p = x.system.vmalloc.vzalloc(8192); }, vfreeP},
    {"vmalloc_user", nullptr, [](Probe &x) { x.p = x.system.vmalloc.vmallocUser(8192); }, vfreeP},
    {"vmalloc_32", nullptr, [](Probe &x) { x.p = x.system.vmalloc.vmalloc32(8192); }, vfreeP},
    {"vmalloc_0", nullptr, [](Probe &x) { x.p = x.system.vmalloc.vmalloc(0); }, nullptr},
    {"__vmalloc_ATOMIC", nullptr, [](Probe &x) { vmallocWith(x, "GFP_ATOMIC"); }, vfreeP},
    {"__vmalloc_NOWAIT", nullptr, [](Probe &x) { vmallocWith(x, "GFP_NOWAIT"); }, vfreeP},
    {"__vmalloc_NOFS", nullptr, [](Probe &x) { vmallocWith(x, "GFP_NOFS"); }, vfreeP},
    {"vfree", vmalloc8k, vfreeP, nullptr},
    {"vfree_NULL", nullptr, [](Probe &x) { x.system.vmalloc.vfree(0); }, nullptr},
    {"vfree_atomic", vmalloc8k, [](Probe &x) { x.system.vmalloc.vfreeAtomic(x.p); }, nullptr},
    {"kvmalloc_small_KERNEL", nullptr, [](Probe &x) { kvmallocOf(x, 64, "GFP_KERNEL"); }, kvfreeP},
    {"kvmalloc_big_KERNEL", nullptr, [](Probe &x) { kvmallocOf(x, 5 * mebibyte, "GFP_KERNEL"); }, kvfreeP},
    {"kvmalloc_16M_KERNEL", nullptr, [](Probe &x) { kvmallocOf(x, 16 * mebibyte, "GFP_KERNEL"); }, kvfreeP},
    {"kvmalloc_small_ATOMIC", nullptr, [](Probe &x) { kvmallocOf(x, 64, "GFP_ATOMIC"); }, kvfreeP},
    {"kvmalloc_16M_ATOMIC", nullptr, [](Probe &x) { kvmallocOf(x, 16 * mebibyte, "GFP_ATOMIC"); }, kvfreeP},
    {"kvmalloc_16M_NOWAIT", nullptr, [](Probe &x) { kvmallocOf(x, 16 * mebibyte, "GFP_NOWAIT"); }, kvfreeP},
    {"kvmalloc_16M_NOFS", nullptr, [](Probe &x) { kvmallocOf(x, 16 * mebibyte, "GFP_NOFS"); }, kvfreeP},
    {"kvfree_vmalloced", vmalloc8k, kvfreeP, nullptr},
    {"kvfree_kmalloced", [](Probe &x) { x.p = x.system.kmalloc.kmalloc(64, x.gfp("GFP_KERNEL")); }, kvfreeP, nullptr},
    {"kvfree_NULL", nullptr, [](Probe &x) { x.system.kvmalloc.kvfree(0); }, nullptr},
    {"vmap", allocatePage, mapPage,
     [](Probe &x) {
       x.system.vmalloc.vunmap(x.p);
       freePages<0>(x);
     }},
    {"vunmap",
     [](Probe &x) {
       allocatePage(x);
       mapPage(x);
     },
     [](Probe &x) { x.system.vmalloc.vunmap(x.p); }, freePages<0>},
    {"vm_map_ram", allocatePage, mapRam,
     [](Probe &x) {
       if (x.p)
         x.system.vmalloc.vmUnmapRam(x.p, 1);
       freePages<0>(x);
     }},
    {"vm_unmap_ram",
     [](Probe &x) {
       allocatePage(x);
       mapRam(x);
     },
     [](Probe &x) { x.system.vmalloc.vmUnmapRam(x.p, 1); }, freePages<0>},
    {"vmalloc_to_page", [](Probe &x) { x.p = x.system.vmalloc.vmalloc(4096); },
     [](Probe &x) { x.page = x.system.vmalloc.toPage(x.p); }, vfreeP},
    {"ioremap", nullptr, ioremap, iounmap},
    {"iounmap", ioremap, iounmap, nullptr},

    {"alloc_percpu", nullptr, [](Probe &x) { percpuWith(x, "GFP_KERNEL"); }, freePercpu},
    {"alloc_percpu_gfp_ATOMIC", nullptr, [](Probe &x) { percpuWith(x, "GFP_ATOMIC"); }, freePercpu},
    {"alloc_percpu_gfp_NOWAIT", nullptr, [](Probe &x) { percpuWith(x, "GFP_NOWAIT"); }, freePercpu},
    {"alloc_percpu_gfp_NOFS", nullptr, [](Probe &x) { percpuWith(x, "GFP_NOFS"); }, freePercpu},
    {"free_percpu", [](Probe &x) { percpuWith(x, "GFP_KERNEL"); }, freePercpu, nullptr},
};

} // namespace

llvm::ArrayRef<MatrixApi> matrixMemoryApis() { return table; }

} // namespace kmem::sim
