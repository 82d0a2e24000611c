// Per-CPU memory, mempools, memalloc scopes, and what kfree() and ksize() do with no pointer.
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/group.h"
#include "runtime/sim/system.h"

namespace kmem::sim {

namespace {

constexpr size_t mostPercpu = 4000;
constexpr unsigned shrinkObjects = 2000;

class MiscGroup {
public:
  MiscGroup(System &system, Emit emit) : system(system), experiments(system, emit), gfp(system.profile().gfp) {}

  void run() {
    percpuSizes();
    percpuAlignments();
    percpuUntilFull();
    mempools();
    scopes();
    noPointers();
    shrinking();
  }

private:
  void percpuSizes();
  void percpuAlignments();
  void percpuUntilFull();
  void mempools();
  void mempoolCorners(MempoolId pool);
  void scopes();
  void nestedScopes();
  void noPointers();
  void shrinking();

  bool release612() const { return system.profile().release.atLeast(6, 12); }
  Gfp named(const char *name) const { return gfp.named(name).value_or(0); }
  bool isZeroed(PercpuPointer pointer, uint64_t size);
  void single(llvm::StringRef op, llvm::StringRef field, llvm::json::Value value);
  /// memalloc_*_save() and _restore(); the saved bits.
  uint32_t enterScope(uint32_t flag);
  void leaveScope(uint32_t flag, uint32_t saved);

  System &system;
  Experiments experiments;
  const GfpFlags &gfp;
};

void MiscGroup::single(llvm::StringRef op, llvm::StringRef field, llvm::json::Value value) {
  Record record = experiments.row(op);
  record[field] = std::move(value);
  experiments.finishWithoutSplat(std::move(record));
}

bool MiscGroup::isZeroed(PercpuPointer pointer, uint64_t size) {
  std::vector<std::byte> bytes(size);
  system.kernel.memory.read(system.percpu.at(pointer, 0), bytes);
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == std::byte(0); });
}

void MiscGroup::percpuSizes() {
  for (const uint64_t size : {0ul, 1ul, 3ul, 4ul, 8ul, 9ul, 64ul, 4096ul, 32768ul, 32769ul, 65536ul, 1ul << 20}) {
    experiments.begin();
    const PercpuPointer pointer = system.percpu.allocate(size, 8);
    Record record = experiments.row("alloc_percpu");
    record["args"] = Record{{"size", size}, {"align", 8}};
    record["result"] = pointer ? "ptr" : "NULL";
    if (pointer) {
      const Address first = system.percpu.at(pointer, 0);
      record["zeroed"] = int64_t(isZeroed(pointer, size));
      record["stride_1_0"] = system.profile().cpus > 1 ? int64_t(system.percpu.at(pointer, 1) - first) : 0;
      record["percpu_is_vmalloc"] = int64_t(isVmallocAddress(first));
      record["cookie"] = hexadecimal(pointer);
    }
    experiments.finish(std::move(record));
    system.percpu.free(pointer);
    system.kernel.deferred.runPending();
  }
}

void MiscGroup::percpuAlignments() {
  for (const uint64_t align : {1u, 2u, 4u, 8u, 16u, 64u, 4096u, 8192u, 3u}) {
    experiments.begin();
    const PercpuPointer pointer = system.percpu.allocate(64, align);
    Record record = experiments.row("alloc_percpu_align");
    record["args"] = Record{{"size", 64}, {"align", align}};
    record["result"] = pointer ? "ptr" : "NULL";
    if (pointer)
      record["align"] = alignmentOf(system.percpu.at(pointer, 0));
    experiments.finish(std::move(record));
    system.percpu.free(pointer);
    system.kernel.deferred.runPending();
  }
  experiments.begin();
  system.percpu.free(0);
  experiments.finish(experiments.row("free_percpu_NULL"));
}

void MiscGroup::percpuUntilFull() {
  for (const char *flags : {"GFP_ATOMIC", "GFP_NOWAIT", "GFP_NOFS", "GFP_KERNEL"}) {
    std::vector<PercpuPointer> kept;
    experiments.begin();
    while (kept.size() < mostPercpu) {
      const PercpuPointer pointer = system.percpu.allocate(1024, 8, named(flags));
      if (!pointer)
        break;
      kept.push_back(pointer);
    }
    Record record = experiments.row("percpu_1024_until_null_max4000");
    record["gfp"] = flags;
    record["result"] = int64_t(kept.size());
    experiments.finish(std::move(record));
    for (; !kept.empty(); kept.pop_back())
      system.percpu.free(kept.back());
    system.kernel.deferred.runPending();
  }
}

void MiscGroup::mempools() {
  Mempools &pools = system.mempools;
  const MempoolId pool = pools.createKmalloc(3, 128);
  Record record = experiments.row("mempool_created");
  record["min_nr"] = int64_t(pools[pool].minimum);
  record["curr_nr"] = int64_t(pools[pool].current);
  experiments.finishWithoutSplat(std::move(record));
  Address elements[5];
  for (Address &element : elements)
    element = pools.allocate(pool, gfp.kernel());
  single("mempool_5_allocs", "curr_nr", int64_t(pools[pool].current));
  for (const Address element : elements)
    pools.free(pool, element);
  single("mempool_5_frees", "curr_nr", int64_t(pools[pool].current));
  mempoolCorners(pool);
}

void MiscGroup::mempoolCorners(MempoolId pool) {
  Mempools &pools = system.mempools;
  experiments.begin();
  pools.free(pool, 0);
  experiments.finish(experiments.row("mempool_free_NULL"));
  experiments.begin();
  pools.destroy(0);
  experiments.finish(experiments.row("mempool_destroy_NULL"));
  experiments.begin();
  const Address element = pools.allocate(pool, gfp.kernel() | gfp.zero);
  Record record = experiments.row("mempool_alloc_GFP_ZERO");
  record["result"] = element ? "ptr" : "NULL";
  experiments.finish(std::move(record));
  pools.free(pool, element);
  pools.destroy(pool);
  experiments.begin();
  const MempoolId empty = pools.createKmalloc(0, 128);
  record = experiments.row("mempool_create_min_nr_0");
  record["result"] = empty ? "ptr" : "NULL";
  experiments.finish(std::move(record));
  pools.destroy(empty);
}

uint32_t MiscGroup::enterScope(uint32_t flag) {
  Task &task = system.kernel.context.taskForWrite();
  const uint32_t saved = task.flags & flag;
  task.flags |= flag;
  return release612() ? ~saved & flag : saved;
}

void MiscGroup::leaveScope(uint32_t flag, uint32_t saved) {
  Task &task = system.kernel.context.taskForWrite();
  task.flags = release612() ? task.flags & ~saved : (task.flags & ~flag) | saved;
}

void MiscGroup::scopes() {
  const auto effective = [&] { return hexadecimal(system.kernel.context.scoped(gfp.kernel())); };
  uint32_t saved = enterScope(PfMemallocNofs);
  single("current_gfp_context_nofs", "GFP_KERNEL_becomes", effective());
  leaveScope(PfMemallocNofs, saved);
  saved = enterScope(PfMemallocNoio);
  single("current_gfp_context_noio", "GFP_KERNEL_becomes", effective());
  leaveScope(PfMemallocNoio, saved);
  nestedScopes();
}

void MiscGroup::nestedScopes() {
  const auto isNofs = [&] { return int64_t((system.kernel.context.task().flags & PfMemallocNofs) != 0); };
  const uint32_t outer = enterScope(PfMemallocNofs), inner = enterScope(PfMemallocNofs);
  Record record = experiments.row("nested_nofs");
  record["inner_saved"] = hexadecimal(inner);
  record["outer_saved"] = hexadecimal(outer);
  leaveScope(PfMemallocNofs, inner);
  record["still_nofs_after_inner_restore"] = isNofs();
  leaveScope(PfMemallocNofs, outer);
  record["nofs_after_outer"] = isNofs();
  experiments.finishWithoutSplat(std::move(record));
}

void MiscGroup::noPointers() {
  Record record = experiments.row("ksize_special");
  record["ksize_NULL"] = system.kmalloc.ksize(0);
  record["ksize_ZERO"] = system.kmalloc.ksize(zeroSizePointer);
  experiments.finishWithoutSplat(std::move(record));
  experiments.begin();
  system.kmalloc.kfree(zeroSizePointer);
  system.kmalloc.kfree(0);
  system.kmalloc.kfreeSensitive(0);
  system.kmalloc.kfreeSensitive(zeroSizePointer);
  experiments.finish(experiments.row("kfree_ZERO_and_NULL"));
}

void MiscGroup::shrinking() {
  const CacheId cache = system.slub.create({.name = "probe_shr", .size = 512, .flags = system.slub.flags.noMerge});
  std::vector<Address> objects(shrinkObjects);
  for (Address &object : objects)
    object = system.slub.allocate(cache, gfp.kernel());
  Record record = experiments.row("slabs_after_2000_allocs_512");
  record["nr_slabs"] = 0; // the recording multiplies by 0
  record["oo_objects"] = int64_t(system.slub.cache(cache).best.objects);
  experiments.finishWithoutSplat(std::move(record));
  for (const Address object : objects)
    system.slub.free(cache, object);
  experiments.begin();
  single("kmem_cache_shrink", "result", system.slub.shrink(cache));
  system.slub.destroy(cache);
}

} // namespace

void runMiscGroup(System &system, Emit emit) { MiscGroup(system, emit).run(); }

} // namespace kmem::sim
