// kernel/dma/{mapping,direct}.c without an IOMMU: a device's coherent memory are pages below its mask, mappings of
// other memory are its physical address. Bus addresses equal physical ones.
#pragma once

#include "runtime/kernel/cow_pool.h"
#include "runtime/kernel/kernel.h"

namespace kmem::sim {

class PageAllocator;
class Vmalloc;

using BusAddress = uint64_t;
inline constexpr BusAddress dmaMappingError = ~BusAddress(0); ///< DMA_MAPPING_ERROR
inline constexpr uint64_t dmaBitMask(unsigned bits) { return bits == 64 ? ~uint64_t(0) : (uint64_t(1) << bits) - 1; }

using DeviceId = uint32_t; ///< 0 is no device

struct DmaDevice {
  uint64_t mask;         ///< dma_mask: streaming mappings
  uint64_t coherentMask; ///< coherent_dma_mask
  char bus[16];          ///< of the driver, or of the bus when none is bound
  char name[24];
};

struct CoherentMemory {
  Address address; ///< 0: none was to be had
  BusAddress bus;
};

class DmaMemory {
public:
  DmaMemory(Kernel &kernel, PageAllocator &pages, Vmalloc &vmalloc);

  /// A device as its bus makes it: both masks are 32 bits wide.
  DeviceId addDevice(std::string_view bus, std::string_view name);
  /// 0, or -EIO when nothing lies below the mask.
  int setMask(DeviceId device, uint64_t mask);
  int setCoherentMask(DeviceId device, uint64_t mask);

  CoherentMemory allocateCoherent(DeviceId device, uint64_t size, Gfp gfp);
  void freeCoherent(DeviceId device, uint64_t size, CoherentMemory memory);
  /// dma_map_single(); dmaMappingError for vmalloc memory and what lies above the mask.
  BusAddress mapSingle(DeviceId device, Address address, uint64_t size);
  void unmapSingle(DeviceId device, BusAddress bus, uint64_t size);
  const DmaDevice &device(DeviceId device) const { return current.devices[device]; }

  struct State {
    CowPool<DmaDevice> devices;
  };
  const State &state() const { return current; }
  void restore(const State &state) { current = state; }

private:
  void warnOnce(const CodeSite &site, DeviceId device, const std::string &text);

  Kernel &kernel;
  PageAllocator &pages;
  Vmalloc &vmalloc;
  State current;
};

} // namespace kmem::sim
