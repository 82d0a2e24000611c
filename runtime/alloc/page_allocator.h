// The page allocator of mm/page_alloc.c: which frames an alloc_pages() gets, or why it gets none, with the texts the
// kernel prints on the way. Frames are named by their number; 0 is never given out.
//
// An allocation looks at the per-CPU lists, then at the free lists of the zones that its flags allow, then takes the
// slow path: it wakes kswapd, digs below the watermarks as far as its flags entitle it, and, if it may sleep, reclaims
// through the registered Reclaimers and kills through the OomKiller. Each of these shows in Events.
//
// Untouched memory costs nothing: blocks of the largest order that nobody took yet are a range, not a list, and their
// struct Pages read as zero. Ask ownerOf() and zoneOf(), not Memory, about a frame that may be untouched.
#pragma once

#include "runtime/alloc/zones.h"
#include "runtime/fault/oracle.h"
#include "runtime/kernel/kernel.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kmem::sim {

/// Gives memory back when the page allocator asks: page cache, swap, slab shrinkers.
class Reclaimer {
public:
  virtual ~Reclaimer() = default;
  /// Frees about `pages` pages to the page allocator; the number freed, 0 when nothing is left. `gfp` says whether
  /// filesystems and I/O may be entered.
  virtual uint64_t reclaim(Gfp gfp, uint64_t pages) = 0;
  /// An estimate of what reclaim() could free in all.
  virtual uint64_t reclaimable() const { return 0; }
};

/// Chooses and kills a process when nothing can be reclaimed (mm/oom_kill.c).
class OomKiller {
public:
  virtual ~OomKiller() = default;
  virtual bool hasVictim() const = 0;
  /// Frees the memory of one process and says so on the console; false when there is no process left to kill.
  virtual bool killOne() = 0;
};

class FreeObserver;
class PageSanitizer;

class PageAllocator : public FrameSource {
public:
  PageAllocator(Kernel &kernel, Oracle &oracle);
  ~PageAllocator() override;
  PageAllocator(const PageAllocator &) = delete;
  PageAllocator &operator=(const PageAllocator &) = delete;

  // Allocation. An order above maxPageOrder, flags that contradict each other and sleeping where it is forbidden are
  // reported as the kernel does.
  /// alloc_pages(); `node` as in alloc_pages_node(), the CPU's own when absent.
  std::optional<Pfn> allocate(Gfp gfp, unsigned order, std::optional<unsigned> node = std::nullopt);
  /// __free_pages(): drops one reference; with others left, a block that is not compound loses all but its first page.
  void free(Pfn page, unsigned order);
  void getPage(Pfn page);
  /// put_page(): frees the page, or the whole compound page, with the last reference.
  void putPage(Pfn page);
  /// __get_free_pages(): the address in the direct map, 0 on failure.
  Address getFreePages(Gfp gfp, unsigned order);
  Address getZeroedPage(Gfp gfp);
  /// free_pages(); nothing for address 0.
  void freePages(Address address, unsigned order);
  /// alloc_pages_exact(): contiguous pages for `bytes`, the rest of the block goes back; 0 on failure.
  Address allocateExact(uint64_t bytes, Gfp gfp);
  void freeExact(Address address, uint64_t bytes);
  /// split_page(): the pages of a block that is not compound get references of their own.
  void splitPage(Pfn page, unsigned order);
  /// alloc_pages_bulk_array(): fills the zero entries with single pages; the number of entries that are filled.
  uint64_t allocateBulk(Gfp gfp, std::span<Pfn> pages);

  /// warn_alloc(): "init: vmalloc error: ..., mode:...", unless `gfp` has __GFP_NOWARN; at most once in ten seconds.
  void warnAlloc(Gfp gfp, const std::string &what);

  /// drain_all_pages().
  void drainAll();
  void drainCpu(unsigned cpu);

  // FrameSource: GFP_KERNEL | __GFP_ZERO pages of order 0.
  std::optional<Pfn> allocateTable() override;
  void freeTable(Pfn table) override;

  // Who helps when memory is short. Not part of the state; both outlive the allocator.
  void addReclaimer(Reclaimer *reclaimer);
  void setOomKiller(OomKiller *killer);
  /// Looks at every block before it is freed.
  void setFreeObserver(FreeObserver *observer);
  void setSanitizer(PageSanitizer *sanitizer);
  /// Lets kswapd do what it was woken for: reclaim up to the high marks, take back boosts. False when it sleeps.
  bool runKswapd();
  bool kswapdIsAwake() const;

  // As another boot left it (page_arrangement.cpp): memory that no part of this machine stands for is free or in use.
  /// These blocks are free in a zone, as many as fit, and no others.
  void arrange(ZoneIndex zone, const FreeBlocksByType &blocks);
  /// Takes or gives back single pages of that memory until so many are free in the zone.
  void holdUntilFree(ZoneIndex zone, uint64_t pages);

  // What there is
  std::vector<ZoneIndex> zones() const; ///< populated, node by node, lowest first
  ZoneView zone(ZoneIndex zone) const;
  ZoneIndex zoneOf(Pfn page) const;
  PageOwner ownerOf(Pfn page) const;
  MigrateType blockTypeOf(Pfn page) const; ///< of the pageblock
  uint64_t freePageCount() const;          ///< nr_free_pages()
  uint64_t managedPageCount() const;       ///< totalram_pages()
  const Events &events() const;
  /// /proc/sys/vm/min_free_kbytes.
  uint64_t minFreeKbytes() const;
  void setMinFreeKbytes(uint64_t kbytes);

  struct State;
  const State &state() const { return *current; }
  void restore(const State &state);

  struct Parts; ///< page_allocator_parts.h
private:
  Kernel &kernel;
  std::unique_ptr<State> current;
  std::unique_ptr<Parts> parts;
};

} // namespace kmem::sim
