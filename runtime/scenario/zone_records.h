// What the recording says of zones and their free blocks, for the groups about pages.
#pragma once

#include "runtime/alloc/zones.h"
#include "runtime/scenario/experiment.h"

#include <map>

namespace kmem::sim {

class PageAllocator;

/// One record a populated zone of node 0: free pages and blocks, and everything else with `full`.
void emitZones(Experiments &experiments, System &system, llvm::StringRef op, bool full);

llvm::json::Array blocksByOrder(const std::array<uint64_t, orderCount> &blocks);

/// How the free blocks of each zone changed since a moment.
class FreeBlocksChange {
public:
  explicit FreeBlocksChange(System &system) : system(system) {}
  void begin();
  /// {"DMA32": [change by order]}, without zones that did not change.
  Record sinceBegin() const;

private:
  System &system;
  std::map<unsigned, std::array<uint64_t, orderCount>> before; ///< by zone
};

/// The thread that an experiment of these groups runs in.
class ProbeThread {
public:
  explicit ProbeThread(System &system);
  ~ProbeThread();
  ProbeThread(const ProbeThread &) = delete;
  ProbeThread &operator=(const ProbeThread &) = delete;

private:
  System &system;
  uint32_t caller;
};

} // namespace kmem::sim
