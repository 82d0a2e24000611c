#include "runtime/alloc/dma_coherent.h"

#include "runtime/alloc/kmem_cache_layout.h"
#include "runtime/alloc/page_allocator.h"
#include "runtime/alloc/vmalloc.h"
#include "runtime/kernel/virt_to_page.h"

namespace kmem::sim {

namespace {

constexpr const char *mapping = "kernel/dma/mapping.c";
constexpr SiteByRelease noMask = {{"dma_alloc_attrs", mapping, 499}, {"dma_alloc_attrs", mapping, 598}};
constexpr SiteByRelease compound = {{"", mapping, 0}, {"dma_alloc_attrs", mapping, 605}};
constexpr SiteByRelease freeWithIrqsOff = {{"dma_free_attrs", mapping, 533}, {"dma_free_attrs", mapping, 650}};
constexpr SiteByRelease mapVmalloc = {{"dma_map_single_attrs", "include/linux/dma-mapping.h", 332},
                                      {"dma_map_single_attrs", "include/linux/dma-mapping.h", 381}};
constexpr SiteByRelease overflow = {{"dma_map_page_attrs", "kernel/dma/direct.h", 103},
                                    {"dma_map_page_attrs", "kernel/dma/direct.h", 103}};
constexpr int eio = -5;
constexpr uint64_t zoneDmaLimit = dmaBitMask(24);

uint64_t pageAlign(uint64_t size) { return (size + pageSize - 1) & pageMask; }

} // namespace

DmaMemory::DmaMemory(Kernel &kernel, PageAllocator &pages, Vmalloc &vmalloc)
    : kernel(kernel), pages(pages), vmalloc(vmalloc) {}

DeviceId DmaMemory::addDevice(std::string_view bus, std::string_view name) {
  const DeviceId id = current.devices.allocate();
  DmaDevice &device = current.devices.write(id);
  device.mask = device.coherentMask = dmaBitMask(32);
  bus.copy(device.bus, sizeof device.bus - 1);
  name.copy(device.name, sizeof device.name - 1);
  return id;
}

/// dma_direct_supported(): the DMA zone must be within reach, unless all of memory is.
int DmaMemory::setMask(DeviceId device, uint64_t mask) {
  if (mask < std::min(zoneDmaLimit, kernel.memory.frameCount() * pageSize - 1))
    return eio;
  current.devices.write(device).mask = mask;
  return 0;
}

int DmaMemory::setCoherentMask(DeviceId device, uint64_t mask) {
  if (mask < std::min(zoneDmaLimit, kernel.memory.frameCount() * pageSize - 1))
    return eio;
  current.devices.write(device).coherentMask = mask;
  return 0;
}

/// dma_direct_alloc(): first from the zone that the mask suggests, then from lower ones.
CoherentMemory DmaMemory::allocateCoherent(DeviceId device, uint64_t size, Gfp gfp) {
  const GfpFlags &flags = kernel.profile.gfp;
  const Release &release = kernel.profile.release;
  const uint64_t mask = current.devices[device].coherentMask;
  if (!mask)
    kernel.reports.warnOnce(noMask.in(release));
  if (release.atLeast(6, 12) && (gfp & flags.comp)) {
    kernel.reports.warnOnce(compound.in(release));
    return {};
  }
  gfp &= ~(flags.dma | flags.dma32 | flags.highmem | flags.zero);
  gfp |= mask <= zoneDmaLimit ? flags.dma : mask <= dmaBitMask(32) ? flags.dma32 : 0;
  const uint64_t bytes = pageAlign(size);
  for (;;) {
    const auto page = pages.allocate(gfp, orderOf(bytes));
    if (!page)
      return {};
    const BusAddress bus = *page << pageShift;
    if (bus + bytes - 1 <= mask) {
      kernel.memory.fill(pageToVirt(*page), 0, bytes);
      return {pageToVirt(*page), bus};
    }
    pages.free(*page, orderOf(bytes));
    if (mask < ~uint64_t(0) && !(gfp & (flags.dma32 | flags.dma)))
      gfp |= flags.dma32;
    else if (!(gfp & flags.dma))
      gfp = (gfp & ~flags.dma32) | flags.dma;
    else
      return {};
  }
}

void DmaMemory::freeCoherent(DeviceId, uint64_t size, CoherentMemory memory) {
  if (kernel.context.irqsDisabled())
    kernel.reports.warn(freeWithIrqsOff.in(kernel.profile.release));
  if (!memory.address)
    return;
  if (isVmallocAddress(memory.address))
    vmalloc.vunmap(memory.address);
  pages.free(memory.bus >> pageShift, orderOf(size));
}

/// dev_WARN_ONCE(): the text begins with the driver, or the bus without one, and the device.
void DmaMemory::warnOnce(const CodeSite &site, DeviceId device, const std::string &text) {
  if (!kernel.reports.firstTime(site))
    return;
  const DmaDevice &who = current.devices[device];
  kernel.console.print(std::string(who.bus) + " " + who.name + ": " + text);
  kernel.reports.warn(site);
}

BusAddress DmaMemory::mapSingle(DeviceId device, Address address, uint64_t size) {
  const Release &release = kernel.profile.release;
  if (isVmallocAddress(address)) {
    warnOnce(mapVmalloc.in(release), device, "rejecting DMA map of vmalloc memory");
    return dmaMappingError;
  }
  const Physical physical = physicalAddress(kernel, address);
  const uint64_t mask = current.devices[device].mask;
  if (physical + size - 1 <= mask)
    return physical;
  char text[128];
  std::snprintf(text, sizeof text, "DMA addr 0x%016lx+%lu overflow (mask %lx, bus limit 0).", physical, size, mask);
  warnOnce(overflow.in(release), device, text);
  return dmaMappingError;
}

void DmaMemory::unmapSingle(DeviceId, BusAddress, uint64_t) {
  // Without an IOMMU and bounce buffers there is nothing to undo (dma_direct_unmap_page()).
}

} // namespace kmem::sim
