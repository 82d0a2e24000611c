// Generic KASAN (mm/kasan/): a shadow that says which bytes may be accessed, kept up to date by the allocators through
// their sanitizer interfaces, looked at by every access of instrumented code, and a report for the first bad access. A
// wrong free is caught before it does harm; freed objects wait in a quarantine.
//
// One per machine with Profile::kasan. After its first report the kernel is silent about the rest (no
// kasan_multi_shot).
#pragma once

#include "runtime/alloc/area_sanitizer.h"
#include "runtime/alloc/kasan_quarantine.h"
#include "runtime/alloc/kasan_shadow.h"
#include "runtime/alloc/page_sanitizer.h"
#include "runtime/alloc/slab_sanitizer.h"
#include "runtime/kernel/kernel.h"
#include "runtime/kernel/ordered_map.h"

#include <string>

namespace kmem::sim {

class PageAllocator;
class Slub;
class Vmalloc;

class Kasan final : public SlabSanitizer, public PageSanitizer, public AreaSanitizer, public AccessCheck {
public:
  Kasan(Kernel &kernel, PageAllocator &pages, Slub &slub, Vmalloc &vmalloc);
  ~Kasan() override;

  // Instrumented code
  void check(Address address, uint64_t size, AccessKind kind, const CodeSite &by) override;
  /// __asan_register_globals() of one variable: the bytes behind it up to `paddedSize` are its red zone.
  void registerGlobal(std::string_view name, Address address, uint64_t size, uint64_t paddedSize);
  /// A frame's variable on the stack: `bytes` from `start` between two red zones. leaveFrame() takes all of it back.
  void enterFrame(Address start, uint64_t bytes);
  void leaveFrame(Address start, uint64_t bytes);

  // Slab allocator
  void poisonSlab(CacheId cache, Address start, uint64_t bytes) override;
  void initSlabObject(CacheId cache, Address object) override;
  void unpoisonNewObject(CacheId cache, Address object) override;
  void poisonNewObject(CacheId cache, Address object) override;
  void slabAlloc(CacheId cache, Address object, Gfp gfp) override;
  void kmallocRedZone(CacheId cache, Address object, uint64_t size, Gfp gfp) override;
  void kmallocLarge(Address object, uint64_t size, Gfp gfp) override;
  void kreallocInPlace(Address object, uint64_t size, Gfp gfp) override;
  bool slabPreFree(CacheId cache, Address object) override;
  bool slabFree(CacheId cache, Address object, bool stillAccessible) override;
  void kfreeLarge(Address object) override;
  bool checkByte(Address address) override;
  void unpoisonRange(Address start, uint64_t bytes) override;
  void cacheShrink(CacheId cache) override;
  void cacheShutdown(CacheId cache) override;

  // Page allocator and vmalloc
  void pagesAllocated(Pfn first, unsigned order) override;
  void pagesFreed(Pfn first, unsigned order) override;
  void areaPopulated(Address start, uint64_t bytes) override;
  void areaUnpoisoned(Address start, uint64_t bytes) override;
  void areaPoisoned(Address start, uint64_t bytes) override;

  /// The shadow byte; nothing where it is not mapped.
  std::optional<uint8_t> shadowAt(Address address) const;

  struct State {
    KasanShadow shadow;
    KasanQuarantine quarantine;
    OrderedMap<uint32_t> globals; ///< name by address
    bool reported = false;
  };
  const State &state() const { return now; }
  void restore(const State &state) { now = state; }

private:
  enum class FreeFault : uint8_t { Invalid, Double };
  struct Track {
    uint32_t pid, caller;
  };
  /// What a report is about, worked out before anything is printed (struct kasan_report_info).
  struct Report {
    std::string type;
    Address address, firstBad;
    uint64_t size = 0; ///< 0 for a wrong free
    bool isWrite = false, isFree = false;
    std::string in; ///< function
    CacheId cache = noCache;
    Address object = 0;
    uint64_t allocatedSize = 0;
  };

  bool isPoisoned(Address address, uint64_t size, const CodeSite &by) const;
  bool isByteAccessible(Address address) const;
  uint8_t shadowOrFault(Address address, const CodeSite &by) const;
  bool mayReport();
  void reportAccess(Address address, uint64_t size, AccessKind kind, const std::string &in);
  void reportFree(Address object, FreeFault fault, const std::string &in);
  bool checkPageFree(Address object, const std::string &in);
  void redZoneOf(CacheId cache, Address object, uint64_t size);
  void redZoneOfPages(Address object, uint64_t size);
  void leaveQuarantine(const std::vector<KasanQuarantine::Object> &objects);
  void maybeReduce(Gfp gfp);
  void saveTrack(Address at) const;
  void saveAllocTrack(CacheId cache, Address object);
  std::string caller() const;

  // kasan_report.cpp
  Address firstBadAddress(Address address, uint64_t size) const;
  std::string shadowBugType(Address firstBad) const;
  void fillObject(Report &report) const;
  uint64_t allocatedSizeOf(CacheId cache, Address object) const;
  void print(const Report &report);
  void printObject(const Report &report);
  void printTrack(const char *what, Address at);
  void printAddress(const Report &report);
  void printShadow(Address around);
  void line(std::string text) { kernel.console.print(std::move(text)); }

  Kernel &kernel;
  PageAllocator &pages;
  Slub &slub;
  Vmalloc &vmalloc;
  std::vector<std::string> globalNames;
  State now;
};

} // namespace kmem::sim
