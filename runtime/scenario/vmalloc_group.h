// The group vmalloc, in the order of its experiments.
#pragma once

#include "runtime/scenario/experiment.h"
#include "runtime/sim/system.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <string>
#include <vector>

namespace kmem::sim {

class VmallocGroup {
public:
  VmallocGroup(System &system, Emit emit);
  void run();

private:
  // vmalloc_group.cpp
  void constants();
  void gaps();
  void mixedSizes();
  void sizes();
  void predicates();
  void noPointers();
  void flagTable();
  void hugeSizes();
  void vmapping();
  void vmapPutPages(const std::vector<Pfn> &pages);
  void vmMapRam();
  void thresholds();
  // vmalloc_fragmented_group.cpp
  void takenBlocks();
  void oddPagesOnly();
  void zoneStates(llvm::StringRef op);
  void fragmentedRow(llvm::StringRef op, uint64_t size, Address memory);
  void oddPagesRow(uint64_t size, llvm::StringRef call, Address memory);
  std::vector<Pfn> takeAllPages(Gfp flags);
  void takeLargerBlocks(std::vector<std::pair<Pfn, unsigned>> &taken);

  std::vector<Address> strides(llvm::StringRef op, uint64_t size, bool countsPages);
  void describeArea(Record &record, Address address, uint64_t checked);
  void kvmallocRow(uint64_t size, const char *name, Gfp flags);
  bool withKmalloc(llvm::function_ref<bool(Address)> test);
  std::string kindOf(Address address) const;
  Record row(llvm::StringRef op, uint64_t size, Address result);
  std::string zoneOf(Address address);
  int64_t references(Pfn page) const;
  bool isContiguous(Address start, uint64_t size);
  void settle();
  Gfp named(const char *name) const { return gfp.named(name).value_or(0); }

  System &system;
  Experiments experiments;
  const GfpFlags &gfp;
};

} // namespace kmem::sim
