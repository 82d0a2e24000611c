// struct page: 64 bytes a frame, laid out where x86-64 6.12 has the fields that inlined kernel code reads (flags,
// _mapcount, _refcount; include/linux/mm_types.h). The words between mean different things to the owner of the page.
// Links between pages are frame numbers plus one; 0 is the end of a list.
#pragma once

#include "runtime/kernel/layout.h"

namespace kmem::sim {

enum class ZoneId : uint8_t { Dma, Dma32, Normal, Movable };
inline constexpr unsigned zoneCount = 4; ///< MAX_NR_ZONES

enum class MigrateType : uint8_t { Unmovable, Movable, Reclaimable, HighAtomic };
inline constexpr unsigned migrateTypeCount = 4;
inline constexpr unsigned pcpMigrateTypeCount = 3; ///< MIGRATE_PCPTYPES

/// Who holds the frame.
enum class PageOwner : uint8_t {
  None,     ///< not memory: a hole, or beyond the end
  Reserved, ///< the kernel image, memmap, firmware
  Free,     ///< in a free list of the buddy
  PerCpu,   ///< free, in a per-CPU list
  Allocated,
  Slab,
  LargeKmalloc, ///< head of a kmalloc that bypasses the slabs
  Vmalloc,
  PageTable,
  User,      ///< anonymous memory
  PageCache, ///< file memory
};

/// The owner's words of a Page. Links are frame numbers plus one.
struct PageLinks {
  uint32_t next, previous; ///< free list or per-CPU list
  uint64_t words[4];
};
struct PageOfSlab {
  uint32_t cache;          ///< number of the kmem_cache
  uint32_t next, previous; ///< node's partial list
  uint32_t partialNext;    ///< per-CPU partial list
  uint64_t freelist;       ///< address of the first free object as stored by the kernel, 0 when none
  uint16_t inUse, objects;
  uint8_t frozen;
  uint8_t onPartialList; ///< of its node; PG_workingset in 6.12
  uint8_t order;
  uint8_t spare[9];
};
struct PageOfMemory {
  uint64_t mapping; ///< VMA owner or file
  uint64_t index;   ///< page offset in it
  uint64_t words[3];
};

struct Page {
  // 0: flags, spread over bytes for readability
  PageOwner owner;
  uint8_t order; ///< of the free block or compound page that starts here
  ZoneId zone : 4;
  uint8_t node : 4;
  MigrateType migrateType; ///< of the free list it is in, or was taken from
  uint16_t pageFlags;      ///< PageFlag bits
  uint16_t unused;
  union { // 8..48
    PageLinks list;
    PageOfSlab slab;
    PageOfMemory memory;
    uint64_t words[5];
  };
  int32_t mapCount; ///< minus one, as in the kernel
  int32_t refCount;
  uint32_t compoundHead; ///< frame number plus one of the head, in tail pages
  uint32_t memcg;
};
static_assert(sizeof(Page) == structPageSize);

enum PageFlag : uint16_t {
  PageHead = 1 << 0, ///< first of a compound page
  PageDirty = 1 << 1,
  PageLocked = 1 << 2,
  PageUptodate = 1 << 3,
  PageReferenced = 1 << 4,
  PageReadahead = 1 << 5,
  PageSwapBacked = 1 << 6,
  PageMlocked = 1 << 7,
  PagePfmemalloc = 1 << 8,
  PageAnonExclusive = 1 << 9, ///< one mapping alone may write it
  PageSwapCache = 1 << 10,
};

} // namespace kmem::sim
