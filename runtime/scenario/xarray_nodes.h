// lib/xarray.c as far as its allocations go: storing one entry in an empty array takes a node for each six bits of its
// index. A node is first asked for without sleeping and without a message; when that fails, one is allocated with the
// caller's flags and everything is tried again.
#pragma once

#include "runtime/alloc/slub.h"

#include <vector>

namespace kmem::sim {

class XArrayNodes {
public:
  XArrayNodes(Slub &slub, const GfpFlags &gfp);
  /// xa_store(array, index, value, GFP_KERNEL) into the array; false for -ENOMEM.
  bool store(uint64_t index);
  /// xa_erase() of the only entry.
  void erase();

private:
  bool addNodes(size_t wanted, Address &spare);

  Slub &slub;
  const GfpFlags &gfp;
  CacheId cache;
  std::vector<Address> nodes;
};

} // namespace kmem::sim
