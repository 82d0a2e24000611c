// drivers/base/devres.c: memory and actions that belong to a device and go, newest first, when its driver does. The
// bookkeeping lies before the memory in one kmalloc, aligned to ARCH_DMA_MINALIGN, hence larger than what was asked
// for.
#pragma once

#include "runtime/alloc/dma_coherent.h"
#include "runtime/kernel/ordered_map.h"

#include <functional>
#include <vector>

namespace kmem::sim {

class Kmalloc;

class Devres {
public:
  Devres(Kernel &kernel, Kmalloc &kmalloc);

  Address kmalloc(DeviceId device, uint64_t size, Gfp gfp);
  Address kzalloc(DeviceId device, uint64_t size, Gfp gfp);
  Address kcalloc(DeviceId device, uint64_t count, uint64_t size, Gfp gfp);
  Address krealloc(DeviceId device, Address old, uint64_t size, Gfp gfp);
  Address kmemdup(DeviceId device, Address from, uint64_t size, Gfp gfp);
  void kfree(DeviceId device, Address address); ///< WARNs when it is none of this device's
  /// devm_add_action(): `callback` of `registerAction` runs with `argument` at the end. 0 or -ENOMEM.
  int addAction(DeviceId device, uint32_t callback, uint64_t argument);
  /// Names a function once; the same numbers must be given in the same order to every copy of a machine.
  uint32_t registerAction(std::function<void(uint64_t)> function);
  void releaseAll(DeviceId device); ///< devres_release_all()
  uint64_t resources(DeviceId device) const;

  struct Entry {
    DeviceId device;
    uint32_t next, previous; ///< towards older, towards newer
    Address node;            ///< struct devres in the slab
    uint64_t size;           ///< asked for
    uint32_t action;         ///< 0: memory
    uint64_t argument;
  };
  struct State {
    CowPool<Entry> entries;
    CowArray<uint32_t> newest;      ///< by device
    OrderedMap<uint32_t> byAddress; ///< entries of memory
    CowArray<uint64_t> count;
  };
  const State &state() const { return current; }
  void restore(const State &state) { current = state; }

private:
  static constexpr uint64_t headerSize = 40; ///< offsetof(struct devres, data)

  Address allocateNode(uint64_t size, Gfp gfp);
  uint32_t find(DeviceId device, Address data) const;
  uint32_t add(DeviceId device, Address node, uint64_t size, uint32_t action, uint64_t argument);
  void remove(uint32_t entry);

  Kernel &kernel;
  Kmalloc &allocator;
  std::vector<std::function<void(uint64_t)>> actions;
  State current;
};

} // namespace kmem::sim
