// gfp: the numbers of the flags, what kmalloc() and alloc_pages() make of unusual combinations, and caches created with
// unusual arguments.
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/group.h"
#include "runtime/sim/system.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::sim {

namespace {

constexpr llvm::StringRef gfpNames[] = {"GFP_KERNEL",
                                        "GFP_ATOMIC",
                                        "GFP_NOWAIT",
                                        "GFP_NOIO",
                                        "GFP_NOFS",
                                        "GFP_USER",
                                        "GFP_HIGHUSER",
                                        "GFP_HIGHUSER_MOVABLE",
                                        "GFP_DMA",
                                        "GFP_DMA32",
                                        "GFP_KERNEL_ACCOUNT",
                                        "GFP_TRANSHUGE",
                                        "GFP_TRANSHUGE_LIGHT",
                                        "__GFP_DMA",
                                        "__GFP_HIGHMEM",
                                        "__GFP_DMA32",
                                        "__GFP_MOVABLE",
                                        "__GFP_RECLAIMABLE",
                                        "__GFP_HIGH",
                                        "__GFP_IO",
                                        "__GFP_FS",
                                        "__GFP_ZERO",
                                        "__GFP_DIRECT_RECLAIM",
                                        "__GFP_KSWAPD_RECLAIM",
                                        "__GFP_RECLAIM",
                                        "__GFP_WRITE",
                                        "__GFP_NOWARN",
                                        "__GFP_RETRY_MAYFAIL",
                                        "__GFP_NOFAIL",
                                        "__GFP_NORETRY",
                                        "__GFP_MEMALLOC",
                                        "__GFP_COMP",
                                        "__GFP_NOMEMALLOC",
                                        "__GFP_HARDWALL",
                                        "__GFP_THISNODE",
                                        "__GFP_ACCOUNT",
                                        "__GFP_ATOMIC",
                                        "__GFP_ZEROTAGS",
                                        "__GFP_SKIP_ZERO",
                                        "__GFP_SKIP_KASAN",
                                        "__GFP_NOLOCKDEP",
                                        "__GFP_NO_OBJ_EXT",
                                        "__GFP_BITS_SHIFT",
                                        "__GFP_BITS_MASK"};

struct KmallocCase {
  uint64_t size;
  llvm::StringRef gfp; ///< as it stands in the recording
};
constexpr KmallocCase kmallocCases[] = {
    {64, "GFP_KERNEL | __GFP_HIGHMEM"},
    {64, "GFP_KERNEL | __GFP_DMA32"},
    {64, "GFP_KERNEL | __GFP_MOVABLE"},
    {64, "GFP_KERNEL | __GFP_DMA32 | __GFP_ZERO"},
    {40000, "GFP_KERNEL | __GFP_HIGHMEM"},
    {40000, "GFP_KERNEL | __GFP_DMA32"},
    {64, "GFP_KERNEL | __GFP_COMP"},
    {64, "GFP_KERNEL | __GFP_THISNODE"},
    {64, "GFP_KERNEL | __GFP_HARDWALL"},
    {64, "GFP_HIGHUSER"},
    {64, "GFP_HIGHUSER_MOVABLE"},
    {64, "GFP_TRANSHUGE"},
    {64, "GFP_DMA"},
    {64, "GFP_KERNEL | GFP_DMA"},
    {40000, "GFP_KERNEL | GFP_DMA"},
    {4096, "GFP_ATOMIC | GFP_DMA"},
    {64, "GFP_KERNEL | GFP_DMA | __GFP_DMA32"},
    {64, "GFP_KERNEL | GFP_DMA | __GFP_HIGHMEM"},
    {64, "GFP_ATOMIC | __GFP_NOFAIL"},
    {40000, "GFP_ATOMIC | __GFP_NOFAIL"},
    {64, "GFP_KERNEL | __GFP_NOFAIL"},
    {8192, "GFP_KERNEL | __GFP_NOFAIL"},
    {8193, "GFP_KERNEL | __GFP_NOFAIL"},
    {40000, "GFP_KERNEL | __GFP_NOFAIL"},
    {64, "GFP_NOWAIT | __GFP_NOFAIL"},
    {64, "(__force gfp_t)0"},
    {64, "GFP_KERNEL | GFP_ATOMIC"},
    {64, "__GFP_ZERO"},
    {64, "(__force gfp_t)0x80000000u"},
    {64, "GFP_KERNEL | __GFP_ACCOUNT | __GFP_RECLAIMABLE"},
    {64, "GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOMEMALLOC"},
    {kmallocMaxSize, "GFP_ATOMIC | __GFP_NOFAIL"},
    {kmallocMaxSize + 1, "GFP_KERNEL | __GFP_NOFAIL"},
};

struct PagesCase {
  llvm::StringRef name, gfp;
  unsigned order;
};
constexpr PagesCase pagesCases[] = {
    {"GFP_KERNEL|NOFAIL", "GFP_KERNEL|__GFP_NOFAIL", 0},
    {"GFP_KERNEL|NOFAIL", "GFP_KERNEL|__GFP_NOFAIL", 1},
    {"GFP_KERNEL|NOFAIL", "GFP_KERNEL|__GFP_NOFAIL", 2},
    {"GFP_KERNEL|NOFAIL", "GFP_KERNEL|__GFP_NOFAIL", 4},
    {"GFP_ATOMIC|NOFAIL", "GFP_ATOMIC|__GFP_NOFAIL", 0},
    {"GFP_ATOMIC|NOFAIL", "GFP_ATOMIC|__GFP_NOFAIL", 3},
    {"GFP_KERNEL|NOFAIL", "GFP_KERNEL|__GFP_NOFAIL", maxPageOrder + 1},
    {"GFP_KERNEL|HIGHMEM", "GFP_KERNEL|__GFP_HIGHMEM", 0},
    {"GFP_KERNEL|DMA32", "GFP_KERNEL|__GFP_DMA32", 0},
    {"GFP_KERNEL|DMA|DMA32", "GFP_KERNEL|GFP_DMA|__GFP_DMA32", 0},
    {"GFP_KERNEL|DMA|HIGHMEM", "GFP_KERNEL|GFP_DMA|__GFP_HIGHMEM", 0},
    {"GFP_HIGHUSER_MOVABLE", "GFP_HIGHUSER_MOVABLE", 0},
    {"GFP_KERNEL|COMP", "GFP_KERNEL|__GFP_COMP", 2},
    {"GFP_KERNEL", "GFP_KERNEL", 2},
    {"MOVABLE|RECLAIMABLE", "GFP_KERNEL|__GFP_MOVABLE|__GFP_RECLAIMABLE", 0},
};

constexpr Gfp unknownBit = 0x80000000u;
constexpr uint8_t constructedByte = 0x16, dirtyByte = 0x77;
constexpr uint32_t probeSize = 32;

class GfpGroup {
public:
  GfpGroup(System &system, Emit emit) : system(system), emit(emit), experiments(system, emit) {}

  void run() {
    system.kernel.reports.taint(Taint::OutOfTreeModule);
    if (system.profile().distribution)
      system.kernel.reports.taint(Taint::UnsignedModule);
    // A booted kernel has a slab of small objects at hand.
    system.kmalloc.kfree(system.kmalloc.kmalloc(kmallocCases[0].size, flags("GFP_KERNEL")));
    values();
    for (const KmallocCase &each : kmallocCases)
      kmallocFlag(each);
    for (const PagesCase &each : pagesCases)
      pagesFlag(each);
    highmemAddress();
    constructors();
    creation();
  }

private:
  Gfp flags(llvm::StringRef text) const { return *system.profile().gfp.parse(std::string_view(text)); }
  const Page &page(Pfn pfn) const { return system.kernel.memory.page(pfn); }
  llvm::StringRef zoneName(Pfn pfn) const { return nameOf(system.pages.zoneOf(pfn).zone); }

  void value(llvm::StringRef name, uint64_t number) {
    Record record = experiments.row("gfp_value");
    record["name"] = name;
    record["result"] = hexadecimal(number);
    experiments.finishWithoutSplat(std::move(record));
  }

  void values();
  void kmallocFlag(const KmallocCase &each);
  void pagesFlag(const PagesCase &each);
  void highmemAddress();
  void constructors();
  void creation();
  void duplicateName();
  void finishCreated(llvm::StringRef op, CacheId cache);
  int64_t firstByte(Address object) const { return object ? system.kernel.memory.load<uint8_t>(object) : -1; }

  System &system;
  Emit emit;
  Experiments experiments;
};

void GfpGroup::values() {
  const Profile &profile = system.profile();
  const bool is612 = profile.release.atLeast(6, 12);
  for (const llvm::StringRef name : gfpNames) {
    if (name == (is612 ? "__GFP_ATOMIC" : "__GFP_SKIP_KASAN") || (!is612 && name == "__GFP_NO_OBJ_EXT"))
      continue; // the other release's
    value(name, name == "__GFP_BITS_SHIFT" ? profile.gfp.bitsShift : flags(name));
  }
  const SlabFlags &slab = system.slub.flags;
  const std::pair<llvm::StringRef, SlabFlagWord> slabFlags[] = {{"SLAB_HWCACHE_ALIGN", slab.hwcacheAlign},
                                                                {"SLAB_POISON", slab.poison},
                                                                {"SLAB_RED_ZONE", slab.redZone},
                                                                {"SLAB_STORE_USER", slab.storeUser},
                                                                {"SLAB_CONSISTENCY_CHECKS", slab.consistencyChecks},
                                                                {"SLAB_TYPESAFE_BY_RCU", slab.typesafeByRcu},
                                                                {"SLAB_CACHE_DMA", slab.cacheDma},
                                                                {"SLAB_CACHE_DMA32", slab.cacheDma32},
                                                                {"SLAB_PANIC", slab.panic},
                                                                {"SLAB_ACCOUNT", slab.account},
                                                                {"SLAB_RECLAIM_ACCOUNT", slab.reclaimAccount}};
  for (const auto &[name, number] : slabFlags)
    value(name, number);
}

void GfpGroup::kmallocFlag(const KmallocCase &each) {
  experiments.begin();
  const llvm::StringRef number = "(__force gfp_t)";
  const Gfp gfp = !each.gfp.starts_with(number) ? flags(each.gfp) : each.gfp.ends_with(")0") ? 0 : unknownBit;
  const Address object = system.kmalloc.kmalloc(each.size, gfp);
  Record record = experiments.row("kmalloc_flag");
  record["args"] = Record{{"size", int64_t(each.size)}, {"gfp", each.gfp}};
  record["result"] = system.kmalloc.cacheNameOf(object);
  if (!isZeroOrNull(object)) {
    record["phys"] = hexadecimal(object - directMapStart);
    record["zone"] = zoneName((object - directMapStart) >> pageShift);
  }
  experiments.finish(std::move(record));
  system.kmalloc.kfree(object);
}

void GfpGroup::pagesFlag(const PagesCase &each) {
  const GfpFlags &names = system.profile().gfp;
  const Gfp gfp = flags(each.gfp);
  if (system.profile().debugVm && (gfp & names.dma) && (gfp & (names.dma32 | names.highmem)))
    return; // a BUG, for the group mismatch
  experiments.begin();
  const auto pfn = system.pages.allocate(gfp, each.order);
  Record record = experiments.row("alloc_pages_flag");
  record["args"] = Record{{"gfp", each.name}, {"order", each.order}};
  record["result"] = pfn ? zoneName(*pfn) : "NULL";
  if (pfn) {
    record["PageCompound"] = page(*pfn).pageFlags & PageHead ? 1 : 0;
    record["refcount"] = page(*pfn).refCount;
    if (each.order)
      record["refcount_tail"] = page(*pfn + 1).refCount;
  }
  experiments.finish(std::move(record));
  if (pfn)
    system.pages.free(*pfn, each.order);
}

void GfpGroup::highmemAddress() {
  experiments.begin();
  const Address address = system.pages.getFreePages(flags("GFP_KERNEL|__GFP_HIGHMEM"), 0);
  Record record = experiments.row("get_free_pages_highmem");
  record["result"] = address ? "ptr" : "NULL";
  experiments.finish(std::move(record));
  system.pages.freePages(address, 0);
}

void GfpGroup::constructors() {
  const Gfp gfpKernel = flags("GFP_KERNEL");
  const CallbackId fill = system.kernel.deferred.registerCallback(
      [this](uint64_t object) { system.kernel.memory.fill(object, constructedByte, probeSize); });
  auto emitByte = [&](llvm::StringRef op, Address object) {
    Record record = experiments.row(op);
    record["byte0"] = firstByte(object);
    experiments.finish(std::move(record));
  };
  experiments.begin();
  const CacheId cache = system.slub.create({.name = "probe_ctor", .size = probeSize, .ctor = fill});
  Address object = system.slub.allocate(cache, gfpKernel);
  emitByte("ctor_alloc", object);
  system.slub.free(cache, object);
  experiments.begin();
  object = system.slub.allocate(cache, flags("GFP_KERNEL|__GFP_ZERO"));
  emitByte("ctor_alloc_zero", object);
  if (object) {
    system.kernel.memory.fill(object, dirtyByte, probeSize);
    system.slub.free(cache, object);
  }
  experiments.begin();
  emitByte("ctor_alloc_after_dirty_free", system.slub.allocate(cache, gfpKernel));
  experiments.begin();
  system.slub.destroy(cache);
  experiments.finish(experiments.row("kmem_cache_destroy_with_live_object"));
}

void GfpGroup::finishCreated(llvm::StringRef op, CacheId cache) {
  Record record = experiments.row(op);
  record["result"] = cache != noCache ? "ptr" : "NULL";
  experiments.finish(std::move(record));
}

void GfpGroup::duplicateName() {
  const CacheOptions options{.name = "probe_dupl", .size = 40, .flags = system.slub.flags.poison};
  experiments.begin();
  system.slub.create(options);
  finishCreated("kmem_cache_create_duplicate_name", system.slub.create(options));
}

void GfpGroup::creation() {
  Slub &slub = system.slub;
  experiments.begin();
  finishCreated("kmem_cache_create_name_with_space", slub.create({.name = "probe dup", .size = 32}));
  duplicateName();
  experiments.begin();
  finishCreated("kmem_cache_create_5M", slub.create({.name = "probe_big", .size = 5 << 20}));

  auto describe = [&](llvm::StringRef op, const CacheOptions &options, llvm::StringRef nameField) {
    experiments.begin();
    const CacheId cache = slub.create(options);
    Record record = experiments.row(op);
    if (op != "kmem_cache_create_64_merge") {
      record["size"] = cache != noCache ? int64_t(slub.cache(cache).size) : 0;
      record["align"] = cache != noCache ? int64_t(slub.cache(cache).align) : 0;
    } else {
      record["refcount"] = cache != noCache ? int64_t(slub.cache(cache).references) : 0;
    }
    if (!nameField.empty())
      record[nameField] = cache != noCache ? std::string(slub.nameOf(cache)) : "";
    experiments.finish(std::move(record));
  };
  describe("kmem_cache_create_24_align64", {.name = "probe_al", .size = 24, .align = 64}, "merged_name");
  describe("kmem_cache_create_24_hwalign", {.name = "probe_al3", .size = 24, .flags = slub.flags.hwcacheAlign}, "");
  describe("kmem_cache_create_64_merge", {.name = "probe_merge64", .size = 64}, "name_of_cache");
  experiments.begin();
  slub.destroy(noCache);
  experiments.finish(experiments.row("kmem_cache_destroy_NULL"));
}

} // namespace

void runGfpGroup(System &system, Emit emit) { GfpGroup(system, emit).run(); }

} // namespace kmem::sim
