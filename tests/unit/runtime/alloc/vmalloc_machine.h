// A machine up to vmalloc and what is built on it, for the tests.
#pragma once

#include "runtime/alloc/devres.h"
#include "runtime/alloc/dma_pool.h"
#include "runtime/alloc/kvmalloc.h"
#include "runtime/alloc/mempool.h"
#include "runtime/alloc/percpu.h"
#include "runtime/alloc/vmalloc.h"
#include "tests/unit/runtime/alloc/slub_machine.h"

namespace kmem::sim {

struct VmallocMachine : SlubMachine {
  explicit VmallocMachine(std::string_view profile = "612dbg") : SlubMachine(profile) {}

  Vmalloc vmalloc{kernel, pages, slub, kmalloc};
  Kvmalloc kvmalloc{kernel, kmalloc, vmalloc};
  Percpu percpu{kernel, pages, kmalloc, vmalloc};
  Mempools mempools{kernel, pages, slub, kmalloc};
  DmaMemory dma{kernel, pages, vmalloc};
  DmaPools dmaPools{kernel, kmalloc, dma};
  Devres devres{kernel, kmalloc};
};

} // namespace kmem::sim
