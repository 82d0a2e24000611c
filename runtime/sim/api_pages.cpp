// kmem/sim.h: pages and access to memory.
#include "runtime/sim/machine.h"

using namespace kmem::sim;

namespace {
/// A frame that the page allocator can have given out.
bool isFrame(const kmem_sim *machine, kmem_pfn page) { return page && machine->system.kernel.memory.hasFrame(page); }
bool isOrder(unsigned order) { return order <= maxPageOrder; }
} // namespace

extern "C" {

kmem_status kmem_sim_alloc_pages(kmem_sim *machine, kmem_gfp gfp, unsigned order, kmem_pfn *page) {
  return onMachine(machine, [&](System &system) {
    give(page, system.pages.allocate(machine->gfp.toKernel(gfp), order).value_or(0));
  });
}

kmem_status kmem_sim_free_pages(kmem_sim *machine, kmem_pfn page, unsigned order) {
  if (!machine || !isFrame(machine, page) || !isOrder(order))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.pages.free(page, order); });
}

kmem_status kmem_sim_get_page(kmem_sim *machine, kmem_pfn page) {
  if (!machine || !isFrame(machine, page))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.pages.getPage(page); });
}

kmem_status kmem_sim_put_page(kmem_sim *machine, kmem_pfn page) {
  if (!machine || !isFrame(machine, page))
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { system.pages.putPage(page); });
}

kmem_status kmem_sim_get_free_pages(kmem_sim *machine, kmem_gfp gfp, unsigned order, kmem_address *address) {
  return onMachine(
      machine, [&](System &system) { give(address, system.pages.getFreePages(machine->gfp.toKernel(gfp), order)); });
}

kmem_status kmem_sim_free_pages_at(kmem_sim *machine, kmem_address address, unsigned order) {
  if (!isOrder(order))
    return KMEM_BAD_ARGUMENT;
  return onMachine(machine, [&](System &system) { system.pages.freePages(address, order); });
}

kmem_status kmem_sim_alloc_pages_exact(kmem_sim *machine, uint64_t bytes, kmem_gfp gfp, kmem_address *address) {
  return onMachine(
      machine, [&](System &system) { give(address, system.pages.allocateExact(bytes, machine->gfp.toKernel(gfp))); });
}

kmem_status kmem_sim_free_pages_exact(kmem_sim *machine, kmem_address address, uint64_t bytes) {
  return onMachine(machine, [&](System &system) { system.pages.freeExact(address, bytes); });
}

kmem_status kmem_sim_free_page_count(const kmem_sim *machine, uint64_t *pages) {
  if (!machine)
    return KMEM_BAD_ARGUMENT;
  give(pages, machine->system.pages.freePageCount());
  return KMEM_OK;
}

kmem_status kmem_sim_read(kmem_sim *machine, kmem_address from, void *to, size_t size) {
  if (!to && size)
    return KMEM_BAD_ARGUMENT;
  return onMachine(machine, [&](System &system) {
    system.kernel.memory.checkAccess(from, size, AccessKind::Read, {});
    system.kernel.memory.read(from, {static_cast<std::byte *>(to), size});
  });
}

kmem_status kmem_sim_write(kmem_sim *machine, kmem_address to, const void *from, size_t size) {
  if (!from && size)
    return KMEM_BAD_ARGUMENT;
  return onMachine(machine, [&](System &system) {
    system.kernel.memory.checkAccess(to, size, AccessKind::Write, {});
    system.kernel.memory.write(to, {static_cast<const std::byte *>(from), size});
  });
}

kmem_status kmem_sim_fill(kmem_sim *machine, kmem_address to, uint8_t value, size_t size) {
  return onMachine(machine, [&](System &system) {
    system.kernel.memory.checkAccess(to, size, AccessKind::Write, {});
    system.kernel.memory.fill(to, value, size);
  });
}

void *kmem_sim_pointer(const kmem_sim *machine, kmem_address address) {
  return machine && machine->system.kernel.memory.isHostBacked() ? machine->system.kernel.memory.hostAddress(address)
                                                                 : nullptr;
}

kmem_address kmem_sim_address(const kmem_sim *machine, const void *pointer) {
  return machine && machine->system.kernel.memory.isHostBacked() ? machine->system.kernel.memory.fromHost(pointer) : 0;
}

} // extern "C"
