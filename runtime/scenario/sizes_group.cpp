// sizes: what kmalloc() makes of a size, up to and beyond its limits, what krealloc() keeps, and in which order and
// condition objects come back.
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/group.h"
#include "runtime/sim/system.h"

#include "llvm/ADT/Twine.h"

#include <algorithm>
#include <array>

namespace kmem::sim {

namespace {

constexpr unsigned objectsPerSize = 6;

class SizesGroup {
public:
  SizesGroup(System &system, Emit emit) : system(system), emit(emit), experiments(system, emit) {}

  void run() {
    constants();
    runs();
    large();
    huge();
    products();
    reallocations();
    sequence();
    contents();
  }

private:
  /// What six objects of one size have in common.
  struct Sample {
    std::string cache;
    uint64_t usable = 0, alignment = uint64_t(1) << 30;
  };

  void constants();
  void runs();
  void sizeRun(llvm::StringRef gfp, uint64_t from, uint64_t to);
  void emitRun(llvm::StringRef gfp, uint64_t from, uint64_t to, const Sample &sample);
  Sample sampleOf(uint64_t size, Gfp gfp);
  void large();
  void huge();
  void products();
  void reallocations();
  void sequence();
  void contents();

  Gfp flags(llvm::StringRef text) const { return *system.profile().gfp.parse(std::string_view(text)); }
  Gfp gfpKernel() const { return system.profile().gfp.kernel(); }
  std::string cacheOf(Address address) const {
    return isVmallocAddress(address) ? "vmalloc" : system.kmalloc.cacheNameOf(address);
  }
  unsigned countBytes(Address start, unsigned bytes, uint8_t value) const;

  System &system;
  Emit emit;
  Experiments experiments;
};

void SizesGroup::constants() {
  const Profile &profile = system.profile();
  Record record = experiments.row("const");
  const std::pair<const char *, int64_t> values[] = {
      {"KMALLOC_MAX_SIZE", kmallocMaxSize},
      {"KMALLOC_MAX_CACHE_SIZE", kmallocMaxCacheSize},
      {"KMALLOC_SHIFT_HIGH", kmallocShiftHigh},
      {"KMALLOC_SHIFT_LOW", kmallocShiftLow},
      {"KMALLOC_SHIFT_MAX", maxPageOrder + pageShift},
      {"KMALLOC_MIN_SIZE", 1 << kmallocShiftLow},
      {"KMALLOC_MAX_ORDER", maxPageOrder},
      {"ARCH_KMALLOC_MINALIGN", 8},
      {"ARCH_SLAB_MINALIGN", 8},
      {"SLAB_OBJ_MIN_SIZE", 8},
      {"dma_get_cache_alignment", 1},
      {"MAX_PAGE_ORDER", maxPageOrder},
      {"PAGE_ALLOC_COSTLY_ORDER", costlyOrder},
      {"pageblock_order", pageblockOrder},
      {"sizeof_struct_page", structPageSize},
      {"MAX_NR_ZONES", profile.distribution ? zoneCount + 1 : zoneCount},                // ZONE_DEVICE
      {"MIGRATE_TYPES", profile.distribution ? migrateTypeCount + 1 : migrateTypeCount}, // MIGRATE_ISOLATE
      {"MIGRATE_PCPTYPES", pcpMigrateTypeCount},
      {"PCPU_MIN_UNIT_SIZE", 32 << 10},
  };
  for (const auto &[name, value] : values)
    record[name] = value;
  record["ZERO_SIZE_PTR"] = hexadecimal(zeroSizePointer);
  emit(std::move(record));
}

void SizesGroup::runs() {
  sizeRun("GFP_KERNEL", 0, 70000);
  sizeRun("GFP_KERNEL_ACCOUNT", 1, 10000);
  sizeRun("GFP_KERNEL|GFP_DMA", 1, 10000);
  sizeRun("GFP_KERNEL|__GFP_RECLAIMABLE", 1, 10000);
  sizeRun("GFP_KERNEL|GFP_DMA|__GFP_RECLAIMABLE", 64, 64);
  sizeRun("GFP_KERNEL|GFP_DMA|__GFP_ACCOUNT", 64, 64);
  sizeRun("GFP_KERNEL|__GFP_RECLAIMABLE|__GFP_ACCOUNT", 64, 64);
}

/// A row for each stretch of sizes that are served alike.
void SizesGroup::sizeRun(llvm::StringRef gfp, uint64_t from, uint64_t to) {
  const Gfp wanted = flags(gfp) | system.profile().gfp.nowarn;
  Sample stretch = sampleOf(from, wanted);
  uint64_t begin = from;
  for (uint64_t size = from + 1; size <= to; ++size) {
    const Sample now = sampleOf(size, wanted);
    if (now.cache == stretch.cache && now.usable == stretch.usable) {
      stretch.alignment = std::min(stretch.alignment, now.alignment);
      continue;
    }
    emitRun(gfp, begin, size - 1, stretch);
    stretch = now;
    begin = size;
  }
  emitRun(gfp, begin, to, stretch);
}

void SizesGroup::emitRun(llvm::StringRef gfp, uint64_t from, uint64_t to, const Sample &sample) {
  Record record = experiments.row("kmalloc_run");
  record["gfp"] = gfp;
  record["args"] = Record{{"from", from}, {"to", to}, {"step", 1}};
  record["result"] = sample.cache;
  record["ksize"] = sample.usable;
  record["min_align_seen"] = sample.alignment;
  emit(std::move(record));
}

SizesGroup::Sample SizesGroup::sampleOf(uint64_t size, Gfp gfp) {
  Sample sample;
  std::array<Address, objectsPerSize> objects{};
  for (Address &object : objects)
    object = system.kmalloc.kmalloc(size, gfp);
  if (objects[0])
    sample.usable = system.kmalloc.ksize(objects[0]);
  sample.cache = cacheOf(objects[0]);
  for (const Address object : objects)
    if (!isZeroOrNull(object))
      sample.alignment = std::min(sample.alignment, alignmentOf(object));
  std::reverse(objects.begin(), objects.end());
  for (const Address object : objects)
    system.kmalloc.kfree(object);
  return sample;
}

/// Around the powers of two up to 16 MiB.
void SizesGroup::large() {
  for (unsigned shift = 13; shift <= 24; ++shift)
    for (const int off : {-1, 0, 1}) {
      const uint64_t size = (uint64_t(1) << shift) + uint64_t(int64_t(off));
      experiments.begin();
      const Address block = system.kmalloc.kmalloc(size, gfpKernel());
      Record record = experiments.row("kmalloc_big");
      record["args"] = Record{{"size", size}};
      record["result"] = cacheOf(block);
      if (block) {
        const Pfn pfn = (block - directMapStart) >> pageShift;
        const Page &page = system.kernel.memory.page(pfn);
        const Page &first = system.kernel.memory.page(page.compoundHead ? page.compoundHead - 1 : pfn);
        record["ksize"] = system.kmalloc.ksize(block);
        record["align"] = alignmentOf(block);
        record["compound_order"] = page.pageFlags & PageHead ? page.order : 0;
        record["refcount"] = first.refCount;
        record["PageSlab"] = first.owner == PageOwner::Slab ? 1 : 0;
      }
      experiments.finish(std::move(record));
      system.kmalloc.kfree(block);
    }
}

void SizesGroup::huge() {
  constexpr uint64_t sizes[] = {kmallocMaxSize,          kmallocMaxSize + 1, uint64_t(8) << 20, uint64_t(1) << 31,
                                (uint64_t(1) << 31) + 1, uint64_t(1) << 40,  UINT64_MAX,        uint64_t(-4096),
                                uint64_t(-4097),         uint64_t(INT64_MAX)};
  for (const uint64_t size : sizes)
    for (const llvm::StringRef op : {"kmalloc_huge", "kmalloc_huge_nowarn", "kvmalloc_huge"}) {
      experiments.begin();
      const Address block = op == "kvmalloc_huge" ? system.kvmalloc.kvmalloc(size, gfpKernel())
                            : op == "kmalloc_huge"
                                ? system.kmalloc.kmalloc(size, gfpKernel())
                                : system.kmalloc.kmalloc(size, gfpKernel() | system.profile().gfp.nowarn);
      Record record = experiments.row(op);
      record["args"] = Record{{"size", size}};
      record["result"] = cacheOf(block);
      experiments.finish(std::move(record));
      system.kvmalloc.kvfree(block);
    }
}

/// Products that overflow, and 0 objects.
void SizesGroup::products() {
  constexpr uint64_t many = UINT64_MAX / 4;
  auto row = [&](llvm::StringRef op, Address block, bool named) {
    Record record = experiments.row(op);
    record["result"] = named ? cacheOf(block) : block ? "ptr" : "NULL";
    experiments.finish(std::move(record));
    system.kvmalloc.kvfree(block);
  };
  experiments.begin();
  row("kcalloc_overflow", system.kmalloc.kcalloc(many, 8, gfpKernel()), false);
  experiments.begin();
  row("kmalloc_array_overflow", system.kmalloc.kmallocArray(many, 8, gfpKernel()), false);
  experiments.begin();
  row("kvmalloc_array_overflow", system.kvmalloc.kvmallocArray(many, 8, gfpKernel()), false);
  experiments.begin();
  row("kcalloc_0", system.kmalloc.kcalloc(0, 8, gfpKernel()), true);
}

void SizesGroup::reallocations() {
  for (const uint64_t to : {0, 1, 8, 16, 31, 32, 33, 64, 65, 96, 100, 4096}) {
    const Address object = system.kmalloc.kmalloc(33, gfpKernel());
    const uint64_t before = system.kmalloc.ksize(object);
    const Address resized = system.kmalloc.krealloc(object, to, gfpKernel());
    Record record = experiments.row("krealloc_from_33");
    record["args"] = Record{{"to", to}};
    record["result"] = cacheOf(resized);
    record["moved"] = resized != object ? 1 : 0;
    record["ksize"] = system.kmalloc.ksize(resized);
    record["ksize_before"] = before;
    emit(std::move(record));
    system.kmalloc.kfree(resized);
  }
}

/// Addresses of 40 objects in a row, and who gets the two that were freed.
void SizesGroup::sequence() {
  constexpr unsigned count = 40, freedFirst = 3, freedLast = 7;
  Slub &slub = system.slub;
  const CacheId cache =
      slub.create({.name = "probe_order", .size = 256, .flags = slub.flags.panic | slub.flags.noMerge});
  std::array<Address, count> objects{};
  for (Address &object : objects)
    object = slub.allocate(cache, gfpKernel());
  llvm::json::Array distances;
  for (unsigned i = 1; i < count; ++i)
    distances.push_back(int64_t(objects[i] - objects[i - 1]));
  Record order = experiments.row("alloc_sequence_256");
  order["result"] = std::move(distances);
  emit(std::move(order));

  slub.free(cache, objects[freedFirst]);
  slub.free(cache, objects[freedLast]);
  const Address first = slub.allocate(cache, gfpKernel()), second = slub.allocate(cache, gfpKernel());
  Record reuse = experiments.row("lifo_reuse");
  reuse["first_is_last_freed"] = first == objects[freedLast] ? 1 : 0;
  reuse["second_is_first_freed"] = second == objects[freedFirst] ? 1 : 0;
  emit(std::move(reuse));
  objects[freedFirst] = second;
  objects[freedLast] = first;
  for (const Address object : objects)
    slub.free(cache, object);
  slub.destroy(cache);
}

/// What a freed object still holds when it is handed out again.
void SizesGroup::contents() {
  constexpr uint64_t size = 64;
  constexpr uint8_t pattern = 0xa5;
  Kmalloc &kmalloc = system.kmalloc;
  const Address object = kmalloc.kmalloc(size, gfpKernel());
  system.kernel.memory.fill(object, pattern, size);
  kmalloc.kfree(object);
  const Address again = kmalloc.kmalloc(size, gfpKernel());
  Record stale = experiments.row("stale_bytes_after_free_64");
  stale["same_address"] = again == object ? 1 : 0;
  stale["bytes_still_a5"] = countBytes(again, size, pattern);
  emit(std::move(stale));
  kmalloc.kfree(again);

  const Address dirty = kmalloc.kmalloc(size, gfpKernel());
  system.kernel.memory.fill(dirty, pattern, size);
  kmalloc.kfree(dirty);
  const Address zeroed = kmalloc.kzalloc(5, gfpKernel());
  Record zero = experiments.row("kzalloc5_nonzero_in_first_8");
  zero["result"] = 8 - countBytes(zeroed, 8, 0);
  emit(std::move(zero));
  kmalloc.kfree(zeroed);
}

unsigned SizesGroup::countBytes(Address start, unsigned bytes, uint8_t value) const {
  unsigned count = 0;
  for (unsigned i = 0; i < bytes; ++i)
    count += system.kernel.memory.load<uint8_t>(start + i) == value;
  return count;
}

} // namespace

void runSizesGroup(System &system, Emit emit) { SizesGroup(system, emit).run(); }

} // namespace kmem::sim
