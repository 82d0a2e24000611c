// kmem/native.h: kmalloc, pages, vmalloc and per-CPU memory.
#include "runtime/sim/include/kmem/native.h"
#include "runtime/sim/native_state.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace kmem::sim;

namespace kmem::sim {

kmem_sim &nativeMachine(const char *caller) {
  if (kmem_sim *machine = runningMachine().machine)
    return *machine;
  std::fprintf(stderr, "%s() was called outside kmem_sim_run(): there is no kernel to call\n", caller);
  std::abort();
}

void *toHost(const kmem_sim &machine, Address address) {
  if (address <= zeroSizePointer || isErrorPointer(address) || !machine.system.kernel.memory.isHostBacked())
    return reinterpret_cast<void *>(address);
  void *pointer = machine.system.kernel.memory.hostAddress(address);
  return pointer ? pointer : reinterpret_cast<void *>(address);
}

Address fromHost(const kmem_sim &machine, const void *pointer) {
  const Address raw = reinterpret_cast<Address>(pointer);
  if (raw <= zeroSizePointer || isErrorPointer(raw) || !machine.system.kernel.memory.isHostBacked())
    return raw;
  const Address address = machine.system.kernel.memory.fromHost(pointer);
  return address ? address : raw;
}

} // namespace kmem::sim

namespace {

/// An allocation: `work(system, gfp)` gives an address.
template <typename Work> void *allocate(const char *caller, kmem_gfp gfp, Work work) {
  return inKernel(caller,
                  [&](kmem_sim &machine) { return toHost(machine, work(machine.system, machine.gfp.toKernel(gfp))); });
}

/// A call with one pointer.
template <typename Work> auto with(const char *caller, const void *pointer, Work work) {
  return inKernel(caller, [&](kmem_sim &machine) { return work(machine.system, fromHost(machine, pointer)); });
}

Pfn pfnOf(const page *page) { return (reinterpret_cast<Address>(page) - vmemmapStart) / structPageSize; }
page *pageOf(Pfn pfn) { return reinterpret_cast<page *>(pageToVmemmap(pfn)); }

} // namespace

extern "C" {

void *kmem_native_kmalloc(size_t size, kmem_gfp gfp) {
  return allocate("kmalloc", gfp, [&](System &system, Gfp flags) { return system.kmalloc.kmalloc(size, flags); });
}
void *kmem_native_kmalloc_array(size_t count, size_t size, kmem_gfp gfp) {
  return allocate("kmalloc_array", gfp,
                  [&](System &system, Gfp flags) { return system.kmalloc.kmallocArray(count, size, flags); });
}
void *kmem_native_krealloc(const void *object, size_t size, kmem_gfp gfp) {
  return inKernel("krealloc", [&](kmem_sim &machine) {
    return toHost(machine, machine.system.kmalloc.krealloc(fromHost(machine, object), size, machine.gfp.toKernel(gfp)));
  });
}
void *kmem_native_krealloc_array(void *object, size_t count, size_t size, kmem_gfp gfp) {
  return inKernel("krealloc_array", [&](kmem_sim &machine) {
    return toHost(machine, machine.system.kmalloc.kreallocArray(fromHost(machine, object), count, size,
                                                                machine.gfp.toKernel(gfp)));
  });
}
void kmem_native_kfree(const void *object) {
  with("kfree", object, [](System &system, Address address) { system.kmalloc.kfree(address); });
}
void kmem_native_kfree_sensitive(const void *object) {
  with("kfree_sensitive", object, [](System &system, Address address) { system.kmalloc.kfreeSensitive(address); });
}
/// Constants of the image are host memory here.
void kmem_native_kfree_const(const void *object) {
  inKernel("kfree_const", [&](kmem_sim &machine) {
    const Address address = machine.system.kernel.memory.isHostBacked() && object
                                ? machine.system.kernel.memory.fromHost(object)
                                : reinterpret_cast<Address>(object);
    if (address)
      machine.system.kmalloc.kfree(address);
  });
}
size_t kmem_native_ksize(const void *object) {
  return with("ksize", object, [](System &system, Address address) { return size_t(system.kmalloc.ksize(address)); });
}
void *kmem_native_kmemdup(const void *from, size_t size, kmem_gfp gfp) {
  void *copy = kmem_native_kmalloc(size, gfp);
  if (reinterpret_cast<Address>(copy) > zeroSizePointer)
    std::memcpy(copy, from, size);
  return copy;
}
char *kmem_native_kvasprintf(kmem_gfp gfp, const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  char *text = static_cast<char *>(kmem_native_kmalloc(size_t(length) + 1, gfp));
  if (text)
    std::vsnprintf(text, size_t(length) + 1, format, arguments);
  return text;
}

page *kmem_native_alloc_pages(kmem_gfp gfp, unsigned order) {
  return inKernel("alloc_pages", [&](kmem_sim &machine) -> page * {
    const std::optional<Pfn> pfn = machine.system.pages.allocate(machine.gfp.toKernel(gfp), order);
    return pfn ? pageOf(*pfn) : nullptr;
  });
}
void kmem_native_free_pages(page *page, unsigned order) {
  inKernel("__free_pages", [&](kmem_sim &machine) { machine.system.pages.free(pfnOf(page), order); });
}
unsigned long kmem_native_get_free_pages(kmem_gfp gfp, unsigned order) {
  return reinterpret_cast<unsigned long>(allocate(
      "__get_free_pages", gfp, [&](System &system, Gfp flags) { return system.pages.getFreePages(flags, order); }));
}
void kmem_native_free_pages_at(unsigned long address, unsigned order) {
  with("free_pages", reinterpret_cast<void *>(address),
       [&](System &system, Address at) { system.pages.freePages(at, order); });
}
void *kmem_native_alloc_pages_exact(size_t bytes, kmem_gfp gfp) {
  return allocate("alloc_pages_exact", gfp,
                  [&](System &system, Gfp flags) { return system.pages.allocateExact(bytes, flags); });
}
void kmem_native_free_pages_exact(void *address, size_t bytes) {
  with("free_pages_exact", address, [&](System &system, Address at) { system.pages.freeExact(at, bytes); });
}
void kmem_native_get_page(page *page) {
  inKernel("get_page", [&](kmem_sim &machine) { machine.system.pages.getPage(pfnOf(page)); });
}
void kmem_native_put_page(page *page) {
  inKernel("put_page", [&](kmem_sim &machine) { machine.system.pages.putPage(pfnOf(page)); });
}
void *kmem_native_page_address(const page *page) {
  return inKernel("page_address", [&](kmem_sim &machine) { return toHost(machine, pageToVirt(pfnOf(page))); });
}
page *kmem_native_virt_to_page(const void *address) {
  return with("virt_to_page", address, [](System &, Address at) { return pageOf((at - directMapStart) >> pageShift); });
}
kmem_pfn kmem_native_page_to_pfn(const page *page) { return pfnOf(page); }
page *kmem_native_pfn_to_page(kmem_pfn pfn) { return pageOf(pfn); }
uint64_t kmem_native_virt_to_phys(const void *address) {
  return with("virt_to_phys", address, [](System &, Address at) { return at - directMapStart; });
}
void *kmem_native_phys_to_virt(uint64_t physical) {
  return inKernel("phys_to_virt", [&](kmem_sim &machine) { return toHost(machine, directMapStart + physical); });
}

void *kmem_native_vmalloc(size_t size, enum kmem_native_vmalloc kind) {
  return inKernel("vmalloc", [&](kmem_sim &machine) {
    Vmalloc &vmalloc = machine.system.vmalloc;
    switch (kind) {
    case KMEM_VMALLOC:
      return toHost(machine, vmalloc.vmalloc(size));
    case KMEM_VZALLOC:
      return toHost(machine, vmalloc.vzalloc(size));
    case KMEM_VMALLOC_USER:
      return toHost(machine, vmalloc.vmallocUser(size));
    case KMEM_VMALLOC_32:
      return toHost(machine, vmalloc.vmalloc32(size));
    }
    return static_cast<void *>(nullptr);
  });
}
void *kmem_native_vmalloc_gfp(size_t size, kmem_gfp gfp) {
  return allocate("__vmalloc", gfp, [&](System &system, Gfp flags) { return system.vmalloc.allocate(size, flags); });
}
void kmem_native_vfree(const void *address) {
  with("vfree", address, [](System &system, Address at) { system.vmalloc.vfree(at); });
}
void kmem_native_vfree_atomic(const void *address) {
  with("vfree_atomic", address, [](System &system, Address at) { system.vmalloc.vfreeAtomic(at); });
}
void *kmem_native_vmap(page **pages, unsigned count, unsigned long flags) {
  return inKernel("vmap", [&](kmem_sim &machine) {
    std::vector<Pfn> frames(count);
    for (unsigned i = 0; i < count; ++i)
      frames[i] = pfnOf(pages[i]);
    return toHost(machine, machine.system.vmalloc.vmapFrames(frames, flags));
  });
}
void kmem_native_vunmap(const void *address) {
  with("vunmap", address, [](System &system, Address at) { system.vmalloc.vunmap(at); });
}
page *kmem_native_vmalloc_to_page(const void *address) {
  return with("vmalloc_to_page", address, [](System &system, Address at) -> page * {
    const std::optional<Pfn> pfn = system.vmalloc.toPage(at);
    return pfn ? pageOf(*pfn) : nullptr;
  });
}
bool kmem_native_is_vmalloc(const void *address) {
  return with("is_vmalloc_addr", address, [](System &, Address at) { return isVmallocAddress(at); });
}
void *kmem_native_kvmalloc(size_t size, kmem_gfp gfp) {
  return allocate("kvmalloc", gfp, [&](System &system, Gfp flags) { return system.kvmalloc.kvmalloc(size, flags); });
}
void *kmem_native_kvmalloc_array(size_t count, size_t size, kmem_gfp gfp) {
  return allocate("kvmalloc_array", gfp,
                  [&](System &system, Gfp flags) { return system.kvmalloc.kvmallocArray(count, size, flags); });
}
void *kmem_native_kvrealloc(const void *old, size_t old_size, size_t size, kmem_gfp gfp) {
  return inKernel("kvrealloc", [&](kmem_sim &machine) {
    return toHost(machine,
                  machine.system.kvmalloc.kvrealloc(fromHost(machine, old), old_size, size, machine.gfp.toKernel(gfp)));
  });
}
void kmem_native_kvfree(const void *address) {
  with("kvfree", address, [](System &system, Address at) { system.kvmalloc.kvfree(at); });
}
void kmem_native_kvfree_sensitive(const void *address, size_t size) {
  with("kvfree_sensitive", address, [&](System &system, Address at) { system.kvmalloc.kvfreeSensitive(at, size); });
}

/// A per-CPU pointer is no address: it stays as it is.
void *kmem_native_alloc_percpu(size_t size, size_t align, kmem_gfp gfp) {
  return inKernel("alloc_percpu", [&](kmem_sim &machine) {
    return reinterpret_cast<void *>(machine.system.percpu.allocate(size, align, machine.gfp.toKernel(gfp)));
  });
}
void kmem_native_free_percpu(void *pointer) {
  inKernel("free_percpu",
           [&](kmem_sim &machine) { machine.system.percpu.free(reinterpret_cast<PercpuPointer>(pointer)); });
}
void *kmem_native_per_cpu_ptr(const void *pointer, unsigned cpu) {
  return inKernel("per_cpu_ptr", [&](kmem_sim &machine) {
    return toHost(machine, machine.system.percpu.at(reinterpret_cast<PercpuPointer>(pointer), cpu));
  });
}
unsigned kmem_native_cpu(void) {
  return inKernel("smp_processor_id", [](kmem_sim &machine) { return machine.system.kernel.context.cpu(); });
}
unsigned kmem_native_cpus(void) {
  return inKernel("num_online_cpus", [](kmem_sim &machine) { return machine.system.profile().cpus; });
}

} // extern "C"
