#include "runtime/sim/system.h"

#include "runtime/sim/system_state.h"

#include <cassert>

namespace kmem::sim {

System::System(const Profile &profile, uint64_t seed, std::unique_ptr<HostWindow> window)
    : kernel(profile, std::move(window)), faults(kernel, seed), oracle(profile.gfp, faults), pages(kernel, oracle),
      slub(kernel, pages, oracle, seed), kmalloc(kernel, pages, slub), vmalloc(kernel, pages, slub, kmalloc),
      kvmalloc(kernel, kmalloc, vmalloc), percpu(kernel, pages, kmalloc, vmalloc),
      mempools(kernel, pages, slub, kmalloc), dma(kernel, pages, vmalloc), dmaPools(kernel, kmalloc, dma),
      devres(kernel, kmalloc), user(kernel, pages, oracle), debugObjects(kernel),
      kvfreeRcu(kernel, kvmalloc, debugObjects) {
  slub.addFreeObserver(&debugObjects);
  pages.setFreeObserver(&debugObjects);
  kernel.deferred.setKswapd([this] { return pages.runKswapd(); });
  if (profile.kasan)
    addKasan();
}

void System::addKasan() {
  kasan = std::make_unique<Kasan>(kernel, pages, slub, vmalloc);
  kernel.memory.setAccessCheck(kasan.get());
  pages.setSanitizer(kasan.get());
  slub.setSanitizer(kasan.get());
  vmalloc.setSanitizer(kasan.get());
}

System::~System() = default;

System::State::State(const System &system)
    : console(system.kernel.console), reports(system.kernel.reports.state()), memory(system.kernel.memory.state()),
      context(system.kernel.context.state()), locks(system.kernel.locks.state()),
      deferred(system.kernel.deferred.state()), faults(system.faults.state()), oracle(system.oracle.state()),
      pages(system.pages.state()), slub(system.slub.state()), vmalloc(system.vmalloc.state()),
      percpu(system.percpu.state()), mempools(system.mempools.state()), dma(system.dma.state()),
      dmaPools(system.dmaPools.state()), devres(system.devres.state()), user(system.user.state()),
      debugObjects(system.debugObjects.state()), kvfreeRcu(system.kvfreeRcu.state()) {
  if (system.kasan)
    kasan = system.kasan->state();
}

void System::State::restoreTo(System &system) const {
  system.kernel.console = console;
  system.kernel.reports.restore(reports);
  system.kernel.memory.restore(memory);
  system.kernel.context.restore(context);
  system.kernel.locks.restore(locks);
  system.kernel.deferred.restore(deferred);
  system.faults.restore(faults);
  system.oracle.restore(oracle);
  system.pages.restore(pages);
  system.slub.restore(slub);
  system.vmalloc.restore(vmalloc);
  system.percpu.restore(percpu);
  system.mempools.restore(mempools);
  system.dma.restore(dma);
  system.dmaPools.restore(dmaPools);
  system.devres.restore(devres);
  system.user.restore(user);
  system.debugObjects.restore(debugObjects);
  system.kvfreeRcu.restore(kvfreeRcu);
  if (kasan)
    system.kasan->restore(*kasan);
}

System::Snapshot System::snapshot() const {
  assert(!kernel.memory.isHostBacked() && "a window's memory cannot be kept");
  return std::make_shared<const State>(*this);
}

void System::restore(const Snapshot &snapshot) { snapshot->restoreTo(*this); }

} // namespace kmem::sim
