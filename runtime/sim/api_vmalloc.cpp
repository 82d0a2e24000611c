// kmem/sim.h: vmalloc, kvmalloc and per-CPU memory.
#include "runtime/sim/machine.h"

using namespace kmem::sim;

extern "C" {

kmem_status kmem_sim_vmalloc(kmem_sim *machine, uint64_t size, kmem_gfp gfp, kmem_address *address) {
  return onMachine(machine,
                   [&](System &system) { give(address, system.vmalloc.allocate(size, machine->gfp.toKernel(gfp))); });
}

kmem_status kmem_sim_vfree(kmem_sim *machine, kmem_address address) {
  return onMachine(machine, [&](System &system) { system.vmalloc.vfree(address); });
}

kmem_status kmem_sim_vmap(kmem_sim *machine, const kmem_pfn *pages, size_t count, kmem_address *address) {
  if (!machine || !pages || !count)
    return KMEM_BAD_ARGUMENT;
  for (size_t i = 0; i < count; ++i)
    if (!machine->system.kernel.memory.hasPage(pages[i]))
      return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { give(address, system.vmalloc.vmapFrames({pages, count}, VmMap)); });
}

kmem_status kmem_sim_vunmap(kmem_sim *machine, kmem_address address) {
  return onMachine(machine, [&](System &system) { system.vmalloc.vunmap(address); });
}

kmem_status kmem_sim_vmalloc_to_pfn(kmem_sim *machine, kmem_address address, kmem_pfn *page) {
  return onMachine(machine, [&](System &system) { give(page, system.vmalloc.toPage(address).value_or(0)); });
}

kmem_status kmem_sim_kvmalloc(kmem_sim *machine, uint64_t size, kmem_gfp gfp, kmem_address *address) {
  return onMachine(machine,
                   [&](System &system) { give(address, system.kvmalloc.kvmalloc(size, machine->gfp.toKernel(gfp))); });
}

kmem_status kmem_sim_kvfree(kmem_sim *machine, kmem_address address) {
  return onMachine(machine, [&](System &system) { system.kvmalloc.kvfree(address); });
}

kmem_status kmem_sim_alloc_percpu(kmem_sim *machine, uint64_t size, uint64_t align, kmem_gfp gfp, uint64_t *pointer) {
  return onMachine(
      machine, [&](System &system) { give(pointer, system.percpu.allocate(size, align, machine->gfp.toKernel(gfp))); });
}

kmem_status kmem_sim_free_percpu(kmem_sim *machine, uint64_t pointer) {
  return onMachine(machine, [&](System &system) { system.percpu.free(pointer); });
}

kmem_status kmem_sim_percpu_at(kmem_sim *machine, uint64_t pointer, unsigned cpu, kmem_address *address) {
  if (!machine || cpu >= machine->system.profile().cpus)
    return KMEM_BAD_ARGUMENT;
  return machine->call([&](System &system) { give(address, system.percpu.at(pointer, cpu)); });
}

} // extern "C"
