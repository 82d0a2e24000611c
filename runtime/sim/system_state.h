// What a snapshot keeps: the state of every part.
#pragma once

#include "runtime/alloc/page_allocator_state.h"
#include "runtime/alloc/slub_state.h"
#include "runtime/kernel/context_state.h"
#include "runtime/kernel/deferred_state.h"
#include "runtime/kernel/locks_state.h"
#include "runtime/sim/system.h"

namespace kmem::sim {

struct System::State {
  explicit State(const System &system);
  void restoreTo(System &system) const;

  Console console;
  Reports::State reports;
  Memory::State memory;
  Context::State context;
  Locks::State locks;
  Deferred::State deferred;
  KernelFaults::State faults;
  Recorder::State oracle;
  PageAllocator::State pages;
  Slub::State slub;
  Vmalloc::State vmalloc;
  Percpu::State percpu;
  Mempools::State mempools;
  DmaMemory::State dma;
  DmaPools::State dmaPools;
  Devres::State devres;
  UserMemory::State user;
  DebugObjects::State debugObjects;
  KvfreeRcu::State kvfreeRcu;
  std::optional<Kasan::State> kasan;
};

} // namespace kmem::sim
