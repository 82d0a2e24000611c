// vfree() and what it becomes in interrupts.
#include "runtime/alloc/kmalloc.h"
#include "runtime/alloc/page_allocator.h"
#include "runtime/alloc/vmalloc.h"
#include "runtime/alloc/vmalloc_sites.h"

namespace kmem::sim {

namespace sites = vmalloc_sites;

void Vmalloc::vfree(Address address) {
  const Release &release = kernel.profile.release;
  if (release612() && kernel.context.inInterrupt()) {
    vfreeAtomic(address);
    return;
  }
  if (kernel.context.inNmi())
    kernel.reports.bug(sites::vfreeInNmi.in(release));
  if (!kernel.context.inInterrupt())
    kernel.context.mightSleep(sites::vfree.in(release));
  if (!address)
    return;
  if (kernel.context.inInterrupt())
    defer(address);
  else
    freeNow(address);
}

void Vmalloc::vfreeAtomic(Address address) {
  if (kernel.context.inNmi())
    kernel.reports.bug(sites::vfreeAtomicInNmi.in(kernel.profile.release));
  if (address)
    defer(address);
}

/// llist_add(): the first word of the area links it. An address that is not mapped faults here.
void Vmalloc::defer(Address address) {
  const unsigned cpu = kernel.context.cpu();
  const Address first = current.deferred[cpu];
  kernel.memory.store(address, first, CodeSite{"llist_add_batch", "lib/llist.c", 0});
  current.deferred.write(cpu) = address;
  if (!first)
    kernel.deferred.queueWork(deferredFreeWork);
}

void Vmalloc::freeDeferred() {
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu) {
    Address next = current.deferred[cpu];
    if (!next)
      continue;
    current.deferred.write(cpu) = 0;
    while (next) {
      const Address address = next;
      next = kernel.memory.load<Address>(address);
      vfree(address);
    }
  }
}

/// __vunmap(addr, 1) of 6.1 asks for the address first; 6.12 in remove_vm_area().
void Vmalloc::freeNow(Address address) {
  const auto area = removeForFree(address, sites::vfreeUnknown, "vfree");
  if (!area)
    return;
  if (area->flags & VmFlushResetPerms)
    vmUnmapAliases();
  freePages(*area);
  kmalloc.kfree(area->object);
}

std::optional<VmArea> Vmalloc::removeForFree(Address address, const SiteByRelease &unknown, const char *function) {
  const Release &release = kernel.profile.release;
  const std::string pointer = "(" + kernel.reports.describePointer(address) + ")";
  if (!release612() && (address & ~pageMask)) {
    kernel.console.print("Trying to vfree() bad address " + pointer);
    kernel.reports.warn(sites::badAddress.in(release));
    return std::nullopt;
  }
  if (release612() || findVmArea(address))
    if (const auto area = removeVmArea(address))
      return area;
  kernel.console.print(std::string("Trying to ") + (release612() ? function : "vfree") + "() nonexistent vm area " +
                       pointer);
  kernel.reports.warn(unknown.in(release));
  return std::nullopt;
}

void Vmalloc::freePages(const VmArea &area) {
  for (uint32_t i = 0; i < area.pageCount; ++i) {
    const Address page = kernel.memory.load<Address>(area.pages + i * sizeof(Address));
    if (!page)
      kernel.reports.bug(sites::pageMissing.in(kernel.profile.release));
    pages.free((page - vmemmapStart) / structPageSize, 0);
  }
  if (!(area.flags & VmMapPutPages))
    current.allocatedPages -= area.pageCount;
  if (isVmallocAddress(area.pages))
    vfree(area.pages);
  else
    kmalloc.kfree(area.pages);
}

void Vmalloc::vunmap(Address address) {
  const Release &release = kernel.profile.release;
  if (kernel.context.inInterrupt())
    kernel.reports.bug(sites::vunmapInInterrupt.in(release));
  kernel.context.mightSleep(sites::vunmap.in(release));
  if (!address)
    return;
  if (const auto area = removeForFree(address, sites::vunmapUnknown, "vunmap"))
    kmalloc.kfree(area->object);
}

} // namespace kmem::sim
