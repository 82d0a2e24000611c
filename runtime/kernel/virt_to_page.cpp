#include "runtime/kernel/virt_to_page.h"

#include "runtime/kernel/kernel.h"

namespace kmem::sim {

namespace {

constexpr uint64_t kernelImageSize = uint64_t(512) << 20; // KERNEL_IMAGE_SIZE
constexpr unsigned physicalBits = 40;                     // boot_cpu_data.x86_phys_bits of QEMU's qemu64
constexpr CodeSite beyondImage{"__phys_addr", "arch/x86/mm/physaddr.c", 23};
constexpr CodeSite notDirect{"__phys_addr", "arch/x86/mm/physaddr.c", 28};
constexpr unsigned compoundHeadOffset = 8; // of struct page; what page_folio() reads first

bool isInDirectMapRange(Address address) {
  return address >= directMapStart && (address - directMapStart) >> physicalBits == 0;
}

} // namespace

Physical physicalAddress(Kernel &kernel, Address address) {
  if (address >= kernelTextStart) {
    const Physical physical = address - kernelTextStart;
    if (kernel.profile.debugVirtual && physical >= kernelImageSize)
      kernel.reports.bug(beyondImage);
    return physical;
  }
  if (kernel.profile.debugVirtual && !isInDirectMapRange(address))
    kernel.reports.bug(notDirect);
  return address - directMapStart;
}

Pfn virtToPage(Kernel &kernel, Address address, const char *reader) {
  const Pfn pfn = physicalAddress(kernel, address) >> pageShift;
  if (!kernel.memory.hasPage(pfn))
    kernel.reports.badAccess(pageToVmemmap(pfn) + compoundHeadOffset, AccessKind::Read, {reader, "", 0});
  return pfn;
}

Pfn virtToHead(Kernel &kernel, Address address, const char *reader) {
  const Pfn pfn = virtToPage(kernel, address, reader);
  const Page &page = kernel.memory.page(pfn);
  return page.compoundHead ? page.compoundHead - 1 : pfn;
}

bool isVirtAddrValid(Kernel &kernel, Address address) {
  if (address >= kernelTextStart)
    return address - kernelTextStart < kernelImageSize &&
           kernel.memory.hasPage((address - kernelTextStart) >> pageShift);
  return isInDirectMapRange(address) && kernel.memory.hasPage((address - directMapStart) >> pageShift);
}

} // namespace kmem::sim
