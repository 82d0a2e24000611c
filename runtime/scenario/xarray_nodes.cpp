#include "runtime/scenario/xarray_nodes.h"

#include <bit>

namespace kmem::sim {

namespace {
constexpr unsigned chunkShift = 6; ///< XA_CHUNK_SHIFT
constexpr uint32_t nodeSize = 576; ///< sizeof(struct xa_node)
constexpr const char *cacheName = "radix_tree_node";
} // namespace

XArrayNodes::XArrayNodes(Slub &slub, const GfpFlags &gfp) : slub(slub), gfp(gfp), cache(slub.named(cacheName)) {
  if (cache == noCache)
    cache = slub.create({.name = cacheName, .size = nodeSize, .flags = slub.flags.panic | slub.flags.reclaimAccount});
}

bool XArrayNodes::store(uint64_t index) {
  const size_t wanted = (size_t(std::bit_width(index)) + chunkShift - 1) / chunkShift;
  Address spare = 0;
  while (!addNodes(wanted, spare)) {
    spare = slub.allocate(cache, gfp.kernel()); // xas_nomem()
    if (!spare)
      return false;
  }
  return true;
}

/// xas_alloc() for each node that is missing.
bool XArrayNodes::addNodes(size_t wanted, Address &spare) {
  while (nodes.size() < wanted) {
    const Address node = spare ? std::exchange(spare, 0) : slub.allocate(cache, gfp.kswapdReclaim | gfp.nowarn);
    if (!node)
      return false;
    nodes.push_back(node);
  }
  return true;
}

void XArrayNodes::erase() {
  for (Address node : nodes)
    slub.free(cache, node);
  nodes.clear();
}

} // namespace kmem::sim
