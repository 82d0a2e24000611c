// A machine with no more than the slab allocator needs.
#pragma once

#include "runtime/alloc/kmalloc.h"
#include "runtime/alloc/page_allocator.h"
#include "runtime/fault/back_ends.h"

#include <optional>
#include <string>
#include <vector>

namespace kmem::sim {

class SlubMachine {
public:
  explicit SlubMachine(std::string_view profile = "612dbg") : SlubMachine(*profileNamed(profile)) {}
  explicit SlubMachine(const Profile &profile)
      : kernel(profile), pages(kernel, never), slub(kernel, pages, never), kmalloc(kernel, pages, slub) {}

  Gfp gfp() const { return kernel.profile.gfp.kernel(); }
  /// A cache of its own, also where caches are merged.
  CacheId ownCache(uint32_t size, uint32_t align = 0) {
    return slub.create(
        {.name = "own", .size = size, .align = align, .flags = slub.flags.noMerge | slub.flags.noLeakTrace});
  }
  /// What was printed since the last call.
  std::vector<std::string> printed() {
    auto lines = kernel.console.since(seen);
    seen = kernel.console.mark();
    return lines;
  }

  Kernel kernel;
  NeverFails never;
  PageAllocator pages;
  Slub slub;
  Kmalloc kmalloc;

private:
  Console::Mark seen = 0;
};

/// Runs `body`; how the thread died, or nothing.
template <typename Body> std::optional<DeathKind> deathOf(Body body) {
  try {
    body();
  } catch (const Death &death) {
    return death.kind;
  }
  return std::nullopt;
}

} // namespace kmem::sim
