// One wrong free or bad access: the calls that the experiments of the group `mismatch` make, as a module's function
// makes them, with the module's own data, its thread's stack and two caches and a pool that were made before.
#pragma once

#include "runtime/sim/system.h"

#include <array>
#include <span>

namespace kmem::sim {

/// Where the module's things are in memory.
struct ProbeModule {
  Address text, readOnlyData, data;
  static constexpr uint64_t staticObjectSize = 256;
  Address staticObject() const { return data; }
};

class Probe {
public:
  explicit Probe(System &system);

  /// Loads the module and makes what all experiments share. Call once, before the snapshot.
  void setUp();
  /// A new thread is running now, for the function named `what`, on a stack that an earlier one left in the cache.
  void startThread(std::string_view what);
  /// Back to the thread that started it, whatever became of it.
  void endThread();

  System &system;
  Kernel &kernel;
  const GfpFlags &gfp;
  const Gfp gfpKernel;
  CacheId cache1 = noCache, cache2 = noCache;
  MempoolId pool = 0;
  ProbeModule module{};
  unsigned index = 0; ///< of the experiment

  // Short forms
  Address kmalloc(uint64_t size) { return system.kmalloc.kmalloc(size, gfpKernel); }
  Address kzalloc(uint64_t size) { return system.kmalloc.kzalloc(size, gfpKernel); }
  void kfree(Address object) { system.kmalloc.kfree(object); }
  Address vmalloc(uint64_t size) { return system.vmalloc.vmalloc(size); }
  void vfree(Address address) { system.vmalloc.vfree(address); }
  void kvfree(Address address) { system.kvmalloc.kvfree(address); }
  Address pagesOf(unsigned order, bool compound = false) {
    return system.pages.getFreePages(gfpKernel | (compound ? gfp.comp : 0), order);
  }
  void freePages(Address address, unsigned order) { system.pages.freePages(address, order); }
  Address object() { return system.slub.allocate(cache1, gfpKernel); }
  PercpuPointer percpu() { return system.percpu.allocate(64, 8); }
  /// vmap() of one new page.
  Address mappedPage();
  /// A local array of `bytes` in the running function's frame.
  Address local(uint64_t bytes);

  // The function's own accesses, as its compiler instruments them
  uint8_t read(Address address);
  void write(Address address, uint8_t value);
  void write64(Address address, uint64_t value);
  void fill(Address address, uint8_t value, uint64_t bytes);
  void call(Address function);
  CodeSite site() const { return {function, "", 0}; }

  /// An address in the kernel's own data, such as jiffies, and in its read-only data, such as linux_banner.
  Address kernelData() const;
  Address kernelReadOnlyData() const;
  /// Bytes of a lock of the kind in this configuration.
  uint64_t spinlockSize() const;
  uint64_t mutexSize() const;

private:
  void loadModule();
  void mapModule();
  Address mapModulePages(Address at, unsigned pages, uint64_t flags);

  const char *function = "";
  TaskId starter = 0;
  Address stackPointer = 0;
};

struct MismatchCase {
  const char *name;
  void (*run)(Probe &probe);
};

// In the order of the recording; together they are numbered from 0.
std::span<const MismatchCase> mismatchedFrees();
std::span<const MismatchCase> mismatchedCaches();
std::span<const MismatchCase> mismatchedPages();
std::span<const MismatchCase> doubleFrees();
std::span<const MismatchCase> badAccesses();
std::span<const MismatchCase> mismatchedObjects();

} // namespace kmem::sim
