// caches: the whole layout of a cache. Not the number of caches merged into it, which depends on subsystems that the
// simulation does not have, and no caches of such subsystems.
#include "runtime/scenario/comparison.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::sim {

namespace {

constexpr FieldRuleRow rules[] = {
    {"", "id", FieldRule::Ignored},
    {"", "refcount", FieldRule::Ignored},
};

/// Caches that belong to memory management itself: without them the simulation would not be one.
bool isCoreCache(llvm::StringRef name) {
  return llvm::any_of(llvm::ArrayRef<llvm::StringRef>{"kmalloc-", "dma-kmalloc-", "kmem_cache", "vmap_area", "anon_vma",
                                                      "vm_area_struct", "mm_struct"},
                      [&](llvm::StringRef prefix) { return name.starts_with(prefix); });
}

} // namespace

bool cacheCounts(const Record &expected, bool simulated) {
  return simulated || isCoreCache(expected.getString("name").value_or(""));
}

Differences compareCaches(const Pair &pair) { return compareFields(pair, rules); }

} // namespace kmem::sim
