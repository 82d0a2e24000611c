// DMA memory (kernel/dma/mapping.c, mm/dmapool.c). Bus addresses equal physical ones.
#include "runtime/models/allocations.h"
#include "runtime/models/counterparts.h"
#include "runtime/models/image_text.h"
#include "runtime/models/registry.h"
#include "runtime/models/releases.h"

namespace kmem::replay {

namespace {

/// dma_alloc_coherent(device, size, &handle, gfp)
Values allocateCoherent(ModelCall &call) {
  AllocationRequest request = requestOf(call);
  request.cache = call.pointer(0);
  const sim::DeviceId device = deviceAt(call, request.cache);
  const Address handle = call.pointer(2);
  sim::CoherentMemory memory{};
  const Address address = attempt(call, request, request.size != 0, [&] {
                            memory = call.system().dma.allocateCoherent(device, request.size, request.gfp);
                            return memory.address;
                          }).address;
  if (address) {
    takeBytes(call, address, request.size);
    call.storeWord(handle, memory.bus);
  }
  return allocated(call, request, address);
}

/// dma_free_coherent(device, size, address, handle). One of unknown origin gets the checks of the call.
Values freeCoherent(ModelCall &call) {
  const Address address = call.pointer(2);
  const uint64_t size = call.size(1), handle = call.number(3);
  const sim::DeviceId device = deviceAt(call, call.pointer(0));
  sim::DmaMemory &dma = call.system().dma;
  if (!address || hasUnknownOrigin(call, address))
    dma.freeCoherent(device, size, {0, 0});
  if (address)
    releaseAt(call, address, [&] { dma.freeCoherent(device, size, {address, handle}); });
  return call.nothing();
}

/// The order in which dma_alloc_pages() takes `size` bytes (kernel/dma/mapping.c).
unsigned orderOf(uint64_t size) {
  return unsigned(std::bit_width((std::max<uint64_t>(size, 1) - 1) >> sim::pageShift));
}

/// Zeroed frames for (device, size, &handle, direction, gfp), told by what `nameOf` makes of the first one.
Values allocateFrames(ModelCall &call, Address (*nameOf)(sim::Pfn)) {
  AllocationRequest request = requestOf(call);
  request.cache = call.pointer(0);
  const Address handle = call.pointer(2);
  request.order = orderOf(request.size);
  std::optional<sim::Pfn> frame;
  const Address memory =
      attempt(call, request, request.order <= sim::maxPageOrder, [&]() -> Address {
        frame = call.system().pages.allocate(request.gfp | call.kernel().profile.gfp.zero, request.order);
        return frame ? nameOf(*frame) : 0;
      }).address;
  if (memory) {
    takeBytes(call, sim::pageToVirt(*frame), request.size);
    call.storeWord(handle, *frame << sim::pageShift);
  }
  return allocated(call, request, memory);
}

/// (device, size, memory, handle, direction)
Values freeFrames(ModelCall &call, sim::Pfn (*frameOf)(Address)) {
  const Address memory = call.pointer(2);
  const uint64_t size = call.size(1);
  releaseAt(call, memory, [&] { call.system().pages.free(frameOf(memory), orderOf(size)); });
  return call.nothing();
}

/// dma_alloc_pages() and dma_free_pages(): a struct page.
Values allocatePages(ModelCall &call) { return allocateFrames(call, sim::pageToVmemmap); }
Values freePages(ModelCall &call) {
  return freeFrames(call, [](Address page) { return sim::Pfn((page - sim::vmemmapStart) / sim::structPageSize); });
}

/// dma_alloc_noncoherent() and dma_free_noncoherent(): the same by address (include/linux/dma-mapping.h).
Values allocateNoncoherent(ModelCall &call) { return allocateFrames(call, sim::pageToVirt); }
Values freeNoncoherent(ModelCall &call) {
  return freeFrames(call, [](Address memory) { return sim::Pfn((memory - sim::directMapStart) >> sim::pageShift); });
}

/// dma_pool_create(name, device, size, align, boundary)
Values createPool(ModelCall &call) {
  AllocationRequest request = requestOf(call);
  const std::string name = imageText(call, call.pointer(0));
  const sim::DeviceId device = deviceAt(call, call.pointer(1));
  const uint64_t size = call.size(2), align = call.size(3), boundary = call.size(4);
  sim::DmaPools &pools = call.system().dmaPools;
  sim::DmaPoolId pool = 0;
  const Address object = attempt(call, request, true, [&]() -> Address {
                           pool = pools.create(name, device, size, align, boundary);
                           return pool ? pools[pool].object : 0;
                         }).address;
  if (object)
    setCounterpart(call, Counterpart::DmaPool, object, pool);
  return allocated(call, request, object);
}
Values destroyPool(ModelCall &call) {
  const Address object = call.pointer(0);
  const sim::DmaPoolId pool = counterpartAt(call, Counterpart::DmaPool, object);
  if (object)
    releaseAt(call, object, [&] { call.system().dmaPools.destroy(pool); });
  return call.nothing();
}

/// dma_pool_alloc(pool, gfp, &handle)
Values allocateBlockWith(ModelCall &call, bool zeroed) {
  AllocationRequest request = requestOf(call);
  const Address handle = call.pointer(2);
  const sim::DmaPoolId pool = dmaPoolAt(call, request.cache);
  sim::DmaPools &pools = call.system().dmaPools;
  request.size = pools[pool].size;
  sim::CoherentMemory block{};
  auto [address, shouldFail] = attempt(call, request, true, [&] {
    block = zeroed ? pools.zalloc(pool, request.gfp) : pools.allocate(pool, request.gfp);
    return block.address;
  });
  if (shouldFail && address) {
    pools.free(pool, block);
    address = 0;
  }
  if (address) {
    takeBytes(call, address, request.size);
    call.storeWord(handle, block.bus);
  }
  return allocated(call, request, address);
}
Values allocateBlock(ModelCall &call) { return allocateBlockWith(call, false); }
Values zallocateBlock(ModelCall &call) { return allocateBlockWith(call, true); }

/// dma_pool_free(pool, address, handle)
Values freeBlock(ModelCall &call) {
  const Address pool = call.pointer(0), address = call.pointer(1);
  const uint64_t handle = call.number(2);
  releaseAt(call, address, [&] { call.system().dmaPools.free(dmaPoolAt(call, pool), {address, handle}); });
  return call.nothing();
}

constexpr ModelRow rows[] = {
    {"dma_alloc_coherent", allocateCoherent},
    {"dma_free_coherent", freeCoherent},
    {"dma_alloc_pages", allocatePages},
    {"dma_free_pages", freePages},
    {"dma_alloc_noncoherent", allocateNoncoherent},
    {"dma_free_noncoherent", freeNoncoherent},
    {"dma_pool_create", createPool},
    {"dma_pool_destroy", destroyPool},
    {"dma_pool_alloc", allocateBlock},
    {"dma_pool_zalloc", zallocateBlock},
    {"dma_pool_free", freeBlock},
};

} // namespace

ModelTable dmaModels() { return rows; }

} // namespace kmem::replay
