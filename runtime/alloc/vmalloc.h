// mm/vmalloc.c: kernel memory that is contiguous in virtual addresses only. Areas between vmallocStart and vmallocEnd,
// found first fit by address; each normal area ends in a guard page that nothing maps. Freed areas keep their addresses
// until enough of them wait (lazy_max_pages) and a purge gives them back.
//
// A size is in bytes and may be anything; failure is address 0 with the kernel's warning on the console. Calls that
// may sleep say so to the Context where the kernel does. Physical frames and page tables are the machine's.
#pragma once

#include "runtime/alloc/area_sanitizer.h"
#include "runtime/alloc/slub.h"
#include "runtime/alloc/vmap_space.h"
#include "runtime/kernel/kernel.h"

#include <span>

namespace kmem::sim {

class Kmalloc;
class PageAllocator;

/// vm_struct::flags (include/linux/vmalloc.h).
enum VmAreaFlag : uint64_t {
  VmIoremap = 0x1,
  VmAlloc = 0x2,
  VmMap = 0x4,
  VmUserMap = 0x8,
  VmDmaCoherent = 0x10,
  VmUninitialized = 0x20,
  VmNoGuard = 0x40,
  VmKasan = 0x80,
  VmFlushResetPerms = 0x100,
  VmMapPutPages = 0x200,
  VmAllowHugeVmap = 0x400,
};

inline constexpr uint64_t pageKernel =
    PtePresent | PteWrite | PteAccessed | PteDirty | PteGlobal | PteNoExec; ///< PAGE_KERNEL

/// struct vmap_block: addresses that one CPU hands out to small vm_map_ram()s, front to back, and takes back all at
/// once.
struct VmapBlock {
  uint32_t free, dirty; ///< pages not handed out yet; pages given back
  uint32_t cpu;
  bool queued;            ///< in its CPU's list of blocks with free pages
  Address next, previous; ///< in that list
  Address object;         ///< the kernel's memory for it
};

class Vmalloc {
public:
  Vmalloc(Kernel &kernel, PageAllocator &pages, Slub &slub, Kmalloc &kmalloc);

  /// Who looks at areas as they come and go; not part of the state, outlives this.
  void setSanitizer(AreaSanitizer *newSanitizer) { sanitizer = newSanitizer; }

  // Memory of its own
  Address vmalloc(uint64_t size);
  Address vzalloc(uint64_t size);
  Address vmallocUser(uint64_t size);
  Address vmalloc32(uint64_t size);
  Address vmalloc32User(uint64_t size);
  Address vmallocHuge(uint64_t size, Gfp gfp);
  Address allocate(uint64_t size, Gfp gfp);              ///< __vmalloc()
  Address vrealloc(Address old, uint64_t size, Gfp gfp); ///< 6.12
  /// __vmalloc_node_range() in [start, end); `flags` are VmAreaFlag bits on top of VM_ALLOC.
  Address allocateRange(uint64_t size, uint64_t align, Address start, Address end, Gfp gfp, uint64_t protection,
                        uint64_t flags);
  void vfree(Address address);
  void vfreeAtomic(Address address);

  // Other frames
  /// vmap() of `count` struct page pointers that lie at `array` in simulated memory.
  Address vmap(Address array, uint64_t count, uint64_t flags, uint64_t protection = pageKernel);
  /// vmap() of these frames, from an array of the caller's; VM_MAP_PUT_PAGES needs the form above.
  Address vmapFrames(std::span<const Pfn> frames, uint64_t flags, uint64_t protection = pageKernel);
  void vunmap(Address address);
  Address vmMapRam(std::span<const Pfn> frames);
  void vmUnmapRam(Address address, unsigned count);
  void vmUnmapAliases(); ///< purges what can be purged
  /// Addresses for device registers; nothing answers there.
  Address ioremap(Physical physical, uint64_t size);
  void iounmap(Address address);
  /// get_vm_area(): addresses only, nothing mapped. free_vm_area() undoes it.
  Address getVmArea(uint64_t size, uint64_t flags);
  void freeVmArea(Address address);
  /// pcpu_get_vm_areas() for one group: the highest free place.
  Address getPercpuArea(uint64_t size, uint64_t align);
  /// Maps frames into an area made by the two above. 0, or -ENOMEM with nothing mapped.
  int mapFrames(Address address, std::span<const Pfn> frames, uint64_t protection);
  void unmapRange(Address address, uint64_t size);

  // Questions
  std::optional<Pfn> toPage(Address address);                           ///< vmalloc_to_page(), nothing for NULL
  std::optional<Pfn> toPfn(Address address) { return toPage(address); } ///< vmalloc_to_pfn()
  /// is_vmalloc_or_module_addr().
  static bool isVmallocOrModuleAddress(Address address) {
    return isVmallocAddress(address) || (address >= modulesStart && address < modulesEnd);
  }
  std::optional<VmArea> findVmArea(Address address) const;           ///< find_vm_area(): any address in the area
  uint64_t allocatedPages() const { return current.allocatedPages; } ///< vmalloc_nr_pages()
  uint64_t lazyPages() const { return current.space.lazyPages(); }
  uint64_t lazyMaxPages() const;
  const VmapSpace &space() const { return current.space; }

  struct State {
    VmapSpace space;
    OrderedMap<VmapBlock> blocks; ///< by address
    CowArray<Address> blockQueue; ///< first block with free pages by CPU, last at index 64 + CPU
    CowArray<Address> deferred;   ///< vfree_deferred by CPU: a list through the first word of each area
    CowArray<Address> spare;      ///< ne_fit_preload_node by CPU
    uint64_t allocatedPages = 0;
  };
  const State &state() const { return current; }
  void restore(const State &state) { current = state; }

private:
  // vmalloc.cpp
  struct Request;
  Address allocateOnce(const Request &request);
  void leaveBootAreas();
  void waitForMemory(unsigned attempt);
  bool fillArea(VmArea &area, const Request &request);
  uint32_t allocatePages(const VmArea &area, uint64_t wanted, Gfp gfp);
  void writePageArray(Address array, uint64_t index, std::span<const Pfn> frames);
  bool mapArea(const VmArea &area, const Request &request);
  // vmap_area.cpp
  std::optional<VmArea> getVmAreaNode(uint64_t size, uint64_t align, unsigned shift, uint64_t flags, Address start,
                                      Address end, Gfp gfp);
  std::optional<VmArea> allocateVmapArea(uint64_t size, uint64_t align, Address start, Address end, Gfp gfp,
                                         VmArea area);
  std::string placeMissing(uint64_t size, Address start, Address end) const;
  std::optional<VmArea> removeVmArea(Address address);
  void freeUnmap(const VmArea &area);
  void freeNoFlush(const VmArea &area);
  void reclaimAndPurge();
  void drain();
  void purgeLazily(bool toFree);
  void preload(Gfp gfp);
  void freeUnused(const VmapSpace::Objects &objects);
  // vfree.cpp
  void defer(Address address);
  void freeDeferred();
  void freeNow(Address address);
  std::optional<VmArea> removeForFree(Address address, const SiteByRelease &unknown, const char *function);
  void freePages(const VmArea &area);
  // vmap.cpp
  int mapPage(Address address, std::optional<Pfn> frame, uint64_t protection);
  int mapPointers(Address address, Address array, uint64_t count, uint64_t protection);
  std::optional<VmArea> vmapArea(uint64_t count, uint64_t flags);
  // ioremap.cpp
  bool holdsMemory(Physical start, uint64_t size);
  bool mapRegisters(const VmArea &area, Physical start, uint64_t size);
  Address reserveMemtype();
  void freeMemtype(Address entry);
  void reportForeignMemtype(const VmArea &area);
  void reportIoremapOfRam(Physical first, Physical last);
  // vmap_block.cpp
  Address takeFromBlock(unsigned count);
  Address newBlock(unsigned count);
  void freeInBlock(Address address, unsigned count);
  void freeBlock(Address start);
  void purgeFragmentedBlocks();
  void queueBlock(Address start);
  void unqueueBlock(Address start);
  uint64_t blockPages() const; ///< of a block

  bool release612() const { return kernel.profile.release.atLeast(6, 12); }

  Kernel &kernel;
  PageAllocator &pages;
  Slub &slub;
  Kmalloc &kmalloc;
  AreaSanitizer *sanitizer = nullptr;
  CacheId vmapAreaCache;
  LockId resourceLock, memtypeLock;
  DeferredId deferredFreeWork, drainWork; ///< vfree_deferred.wq and drain_vmap_work
  State current;
};

} // namespace kmem::sim
