// Takes user pages back (mm/vmscan.c, mm/rmap.c): pages of files are written if dirty and dropped, private and shared
// anonymous ones go to swap. Pages that were used since the last look get a second chance. Registered with the page
// allocator; kills processes when nothing else is left.
#pragma once

#include "runtime/user/page_cache.h"

namespace kmem::sim {

class Reclaim : public Reclaimer, public OomKiller {
public:
  Reclaim(UserParts &parts, PageCache &cache) : parts(parts), cache(cache) {}

  // Reclaimer, OomKiller
  uint64_t reclaim(Gfp gfp, uint64_t pages) override;
  uint64_t reclaimable() const override;
  bool hasVictim() const override { return victim() != 0; }
  bool killOne() override;

  /// Unmaps the page everywhere and puts its bytes on swap, or on its device; false when it is locked, pinned, or there
  /// is no room.
  bool takeBack(Pfn page);
  /// MADV_PAGEOUT: of what only this address space maps; pages taken.
  uint64_t pageOut(MmId mm, Address start, Address end);
  /// swapoff would bring all back; here: every page that can be swapped out or dropped is. Pages taken.
  uint64_t takeBackAll();
  /// Clears the accessed bits of all mappings; how many had it set.
  unsigned takeReferences(Pfn page);
  /// Writes a dirty file page back; the next write to each mapping of it faults (page_mkclean).
  bool writeBack(Pfn page);
  /// Removes every mapping of a file page, as truncation does.
  void unmapFilePage(Pfn page);

private:
  MmId victim() const;
  uint64_t shrink(PageList inactive, PageList active, uint64_t wanted);
  bool isLocked(Pfn page) const;
  bool isPinned(Pfn page) const;
  bool discardLazily(Pfn page);
  bool swapOut(Pfn page);
  bool swapOutShared(Pfn page);
  bool dropFilePage(Pfn page);
  std::optional<SwapSlot> slotFor(Pfn page);
  void replaceMappings(Pfn page, SwapSlot slot);

  UserParts &parts;
  PageCache &cache;
};

} // namespace kmem::sim
