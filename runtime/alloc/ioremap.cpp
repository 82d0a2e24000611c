// arch/x86/mm/ioremap.c: vmalloc addresses for device registers. Every mapping has an entry in the table of memory
// types (arch/x86/mm/pat/memtype.c). Memory of the machine is refused.
#include "runtime/alloc/kmalloc.h"
#include "runtime/alloc/vmalloc.h"
#include "runtime/alloc/vmalloc_sites.h"

namespace kmem::sim {

namespace {

constexpr uint64_t pageKernelIo = pageKernel | 1 << 4; // PAGE_KERNEL_IO with cache mode UC-: _PAGE_PCD
constexpr uint64_t memtypeSize = 56;                   // sizeof(struct memtype)
constexpr unsigned physicalBits = 40;                  // of QEMU's qemu64
constexpr const char *file = "arch/x86/mm/ioremap.c";
constexpr SiteByRelease onMemory = {{"__ioremap_caller", file, 211}, {"__ioremap_caller", file, 217}};

} // namespace

Address Vmalloc::ioremap(Physical physical, uint64_t size) {
  const Physical last = physical + size - 1;
  if (!size || last < physical)
    return 0;
  if (last >> physicalBits) {
    char text[80];
    std::snprintf(text, sizeof text, "ioremap: invalid physical address %lx", physical);
    kernel.console.print(text);
    return 0;
  }
  const Physical start = physical & pageMask;
  const uint64_t mapped = ((last + pageSize) & pageMask) - start;
  if (holdsMemory(start, mapped)) {
    reportIoremapOfRam(physical, last);
    return 0;
  }
  const Address memtype = reserveMemtype();
  if (!memtype)
    return 0;
  auto area = getVmAreaNode(mapped, 1, pageShift, VmIoremap, vmallocStart, vmallocEnd, kernel.profile.gfp.kernel());
  if (area && mapRegisters(*area, start, mapped)) {
    area->physical = start;
    area->memtype = memtype;
    current.space.update(*area);
    return area->address + (physical & ~pageMask);
  }
  if (area)
    freeVmArea(area->address);
  freeMemtype(memtype);
  return 0;
}

/// __ioremap_check_mem(): looks through the tree of resources.
bool Vmalloc::holdsMemory(Physical start, uint64_t size) {
  kernel.locks.acquire(resourceLock, LockMode::Shared);
  kernel.locks.release(resourceLock);
  for (Physical at = start; at < start + size; at += pageSize)
    if (kernel.memory.hasFrame(at >> pageShift))
      return true;
  return false;
}

bool Vmalloc::mapRegisters(const VmArea &area, Physical start, uint64_t size) {
  kernel.context.mightSleep(vmalloc_sites::vmapRange.in(kernel.profile.release));
  Memory &memory = kernel.memory;
  for (uint64_t offset = 0; offset < size; offset += pageSize)
    if (!memory.map(memory.kernelTable(), area.address + offset, (start + offset) >> pageShift, pageKernelIo))
      return false;
  return true;
}

Address Vmalloc::reserveMemtype() {
  const Address entry = kmalloc.kzalloc(memtypeSize, kernel.profile.gfp.kernel());
  if (!entry)
    return 0;
  kernel.locks.acquire(memtypeLock);
  kernel.locks.release(memtypeLock);
  return entry;
}

void Vmalloc::freeMemtype(Address entry) {
  kernel.locks.acquire(memtypeLock);
  kernel.locks.release(memtypeLock);
  kmalloc.kfree(entry);
}

void Vmalloc::reportIoremapOfRam(Physical first, Physical last) {
  const CodeSite site = onMemory.in(kernel.profile.release);
  if (!kernel.reports.firstTime(site))
    return;
  char text[96];
  std::snprintf(text, sizeof text, "ioremap on RAM at 0x%016lx - 0x%016lx", first, last);
  kernel.console.print(text);
  kernel.reports.warn(site);
}

/// memtype_free() of a range that nobody reserved (arch/x86/mm/pat/memtype.c, CONFIG_X86_PAT).
void Vmalloc::reportForeignMemtype(const VmArea &area) {
  if (!kernel.profile.distribution)
    return;
  const Task &task = kernel.context.task();
  char text[120];
  std::snprintf(text, sizeof text, "x86/PAT: %s:%u freeing invalid memtype [mem 0x%08lx-0x%08lx]", task.comm, task.pid,
                area.physical, area.physical + (area.mappedEnd() - area.address) - 1);
  kernel.console.print(text);
}

void Vmalloc::iounmap(Address address) {
  if (address < vmallocStart)
    return; // below high_memory: not of ioremap()
  const Address start = address & pageMask;
  {
    LockScope lock(kernel, KernelLock::VmapNode); // of find_vm_area()
  }
  const auto area = findVmArea(start);
  if (!area) {
    kernel.console.print("iounmap: bad address " + kernel.reports.describePointer(start));
    return;
  }
  if (!area->memtype)
    reportForeignMemtype(*area);
  freeMemtype(area->memtype); // NULL for an area that is not of ioremap()
  freeVmArea(area->address);
}

} // namespace kmem::sim
