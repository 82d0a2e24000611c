// Which requests fail, and in which pattern, for given knobs of failslab and fail_page_alloc: each row sets the knobs,
// makes the task fail, repeats one call and writes 'F' or '.' for each.
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/group.h"
#include "runtime/scenario/xarray_nodes.h"
#include "runtime/sim/system.h"

#include "llvm/ADT/Twine.h"

namespace kmem::sim {

namespace {

/// The four knobs of a row.
struct Knobs {
  uint64_t probability, interval;
  int32_t times, space;
};
constexpr Knobs always{100, 1, -1, 0};

/// A call to repeat: its argument and what gives back what it returned, 0 for failure.
struct Call {
  std::function<uint64_t()> allocate;
  std::function<void(uint64_t)> free;
};

class FaultGroup {
public:
  FaultGroup(System &system, Emit emit)
      : system(system), experiments(system, emit), gfp(system.profile().gfp), nodes(system.slub, gfp) {}

  void run();

private:
  void defaults();
  void slabByDefault();
  void slabByCall();
  void slabByKnobs();
  void slabByTask();
  void pagesByDefault();
  void pagesWithReclaim();
  void pagesOfOrderZero();
  void pagesByKnobs();

  void slab(Knobs knobs, llvm::StringRef arguments, unsigned repeats, const Call &call);
  void page(Knobs knobs, llvm::StringRef arguments, const Call &call);
  void pattern(const llvm::Twine &op, llvm::StringRef arguments, unsigned repeats, const Call &call);
  std::string repeat(unsigned repeats, const Call &call);
  void single(llvm::StringRef op, llvm::StringRef result);

  void set(FaultAttr &attr, Knobs knobs);
  void allOff() { system.faults.failslab().attr.probability = system.faults.failPageAlloc().attr.probability = 0; }
  void makeItFail(bool on) { system.kernel.context.taskForWrite().makeItFail = on; }

  Call kmalloc(uint64_t size, llvm::StringRef flags);
  Call kvmalloc(uint64_t size);
  Call vmalloc(uint64_t size);
  Call krealloc(uint64_t from, uint64_t to);
  Call pageBlock(llvm::StringRef flags, unsigned order);
  Call cacheObject();
  Call cacheObjects();
  Call newCache();
  Call percpu();
  Call mempool();
  Call arrayEntry();
  Gfp flags(llvm::StringRef text) const { return gfp.parse({text.data(), text.size()}).value_or(0); }

  System &system;
  Experiments experiments;
  const GfpFlags &gfp;
  XArrayNodes nodes;
  CacheId cache = noCache;
  MempoolId pool = 0;
};

void FaultGroup::run() {
  cache = system.slub.create({.name = "probe_fc", .size = 48, .flags = system.slub.flags.poison});
  pool = system.mempools.createKmalloc(2, 64);
  defaults();
  slabByDefault();
  system.faults.failslab().ignoreGfpReclaim = false;
  slabByCall();
  slabByKnobs();
  slabByTask();
  pagesByDefault();
  system.faults.failPageAlloc().ignoreGfpReclaim = false;
  pagesWithReclaim();
  system.faults.failPageAlloc().minOrder = 0;
  pagesOfOrderZero();
  system.faults.failPageAlloc().ignoreGfpHighmem = false;
  pagesByKnobs();
}

void FaultGroup::defaults() {
  const FailSlab &slab = system.faults.failslab();
  const FailPageAlloc &page = system.faults.failPageAlloc();
  Record row = experiments.row("defaults");
  row["failslab_ignore_gfp_reclaim"] = int(slab.ignoreGfpReclaim);
  row["failslab_cache_filter"] = int(slab.cacheFilter);
  row["fpa_ignore_gfp_reclaim"] = int(page.ignoreGfpReclaim);
  row["fpa_ignore_gfp_highmem"] = int(page.ignoreGfpHighmem);
  row["fpa_min_order"] = page.minOrder;
  row["interval"] = int64_t(slab.attr.interval);
  row["times"] = slab.attr.times;
  row["space"] = slab.attr.space;
  row["verbose"] = int64_t(slab.attr.verbose);
  experiments.finishWithoutSplat(std::move(row));
}

void FaultGroup::slabByDefault() {
  const auto row = [&](llvm::StringRef arguments, llvm::StringRef flags) {
    set(system.faults.failslab().attr, always);
    pattern("failslab_defaults_p100", arguments, 10, kmalloc(64, flags));
  };
  row("kmalloc GFP_KERNEL", "GFP_KERNEL");
  row("kmalloc GFP_ATOMIC", "GFP_ATOMIC");
  row("kmalloc GFP_NOWAIT", "GFP_NOWAIT");
  row("kmalloc GFP_ATOMIC|NOWARN", "GFP_ATOMIC|__GFP_NOWARN");
}

void FaultGroup::slabByCall() {
  const Call noEntry{[] { return 1; }, [](uint64_t) {}}; // ida_alloc() of a small number: it is kept in the root itself
  slab(always, "kmalloc(64,GFP_KERNEL)", 10, kmalloc(64, "GFP_KERNEL"));
  slab(always, "kmalloc NOFAIL", 10, kmalloc(64, "GFP_KERNEL|__GFP_NOFAIL"));
  slab(always, "kmalloc(40000) (page allocator path)", 10, kmalloc(40000, "GFP_KERNEL"));
  slab(always, "kmalloc(0)", 10, kmalloc(0, "GFP_KERNEL"));
  slab(always, "kvmalloc(64)", 10, kvmalloc(64));
  slab(always, "kvmalloc(8192)", 10, kvmalloc(8192));
  slab(always, "kvmalloc(40000)", 10, kvmalloc(40000));
  slab(always, "vmalloc(8192)", 10, vmalloc(8192));
  slab(always, "alloc_percpu(64)", 10, percpu());
  slab(always, "alloc_pages o0", 10, pageBlock("GFP_KERNEL", 0));
  slab(always, "mempool_alloc no reclaim (2 reserved)", 10, mempool());
  slab(always, "krealloc 33->60", 10, krealloc(33, 60));
  slab(always, "krealloc 33->300", 10, krealloc(33, 300));
  slab(always, "kmem_cache_alloc", 10, cacheObject());
  slab(always, "kmem_cache_alloc_bulk(4)", 10, cacheObjects());
  slab(always, "kmem_cache_create", 4, newCache());
  slab(always, "xa_store", 4, arrayEntry());
  slab(always, "ida_alloc", 4, noEntry);
  slab({100, 1, 1, 0}, "xa_store (one failure)", 4, arrayEntry());
}

void FaultGroup::slabByKnobs() {
  const Call object = kmalloc(64, "GFP_KERNEL");
  slab({100, 3, -1, 0}, "kmalloc", 30, object);
  slab({100, 5, 2, 0}, "kmalloc", 30, object);
  slab({100, 1, 3, 0}, "kmalloc", 30, object);
  slab({100, 1, 0, 0}, "kmalloc", 30, object);
  slab({100, 1, -1, 200}, "kmalloc(64): space consumed by object_size", 30, object);
  slab({100, 1, -1, 64}, "kmalloc(64)", 30, object);
  slab({100, 1, 1, 128}, "kmalloc(64)", 30, object);
  slab({100, 4, 2, 300}, "kmalloc(64)", 40, object);
  slab({50, 1, -1, 0}, "kmalloc (random)", 100, object);
  slab({10, 1, -1, 0}, "kmalloc (random)", 100, object);
  slab({100, 0, -1, 0}, "kmalloc interval 0", 10, object);
  system.faults.failslab().cacheFilter = true;
  slab(always, "kmalloc with cache-filter=Y (cache not marked)", 10, object);
  system.faults.failslab().cacheFilter = false;
}

void FaultGroup::slabByTask() {
  FaultAttr &attr = system.faults.failslab().attr;
  const Call object = kmalloc(64, "GFP_KERNEL");
  set(attr, always);
  const Address unmarked = object.allocate();
  allOff();
  single("task_filter_without_make_it_fail", unmarked ? "ptr" : "NULL");
  object.free(unmarked);

  set(attr, always);
  system.kernel.context.taskForWrite().failNth = 3;
  const std::string nth = repeat(7, object);
  allOff();
  system.kernel.context.taskForWrite().failNth = 0;
  single("fail_nth=3", nth);

  set(attr, always);
  makeItFail(true);
  system.kernel.context.bhDisable();
  const Address inBh = system.kmalloc.kmalloc(64, flags("GFP_ATOMIC"));
  system.kernel.context.bhEnable();
  makeItFail(false);
  allOff();
  single("task_filter_bh_disabled", inBh ? "ptr" : "NULL");
  system.kmalloc.kfree(inBh);
}

void FaultGroup::pagesByDefault() {
  page(always, "defaults: alloc_pages(GFP_KERNEL,0)", pageBlock("GFP_KERNEL", 0));
  page(always, "defaults: alloc_pages(GFP_KERNEL,1)", pageBlock("GFP_KERNEL", 1));
  page(always, "defaults: alloc_pages(GFP_ATOMIC,0)", pageBlock("GFP_ATOMIC", 0));
  page(always, "defaults: alloc_pages(GFP_ATOMIC,1)", pageBlock("GFP_ATOMIC", 1));
}

void FaultGroup::pagesWithReclaim() {
  const auto row = [&](llvm::StringRef arguments, const Call &call) {
    page(always, ("ignore-gfp-wait=N min-order=1: " + arguments).str(), call);
  };
  row("alloc_pages(GFP_KERNEL,0)", pageBlock("GFP_KERNEL", 0));
  row("alloc_pages(GFP_KERNEL,1)", pageBlock("GFP_KERNEL", 1));
  row("NOFAIL order 1", pageBlock("GFP_KERNEL|__GFP_NOFAIL", 1));
  row("kmalloc(40000)", kmalloc(40000, "GFP_KERNEL"));
  row("kvmalloc(40000)", kvmalloc(40000));
  row("vmalloc(8192)", vmalloc(8192));
}

void FaultGroup::pagesOfOrderZero() {
  const auto row = [&](llvm::StringRef arguments, const Call &call) {
    page(always, ("ignore-gfp-wait=N min-order=0: " + arguments).str(), call);
  };
  row("alloc_pages(GFP_KERNEL,0)", pageBlock("GFP_KERNEL", 0));
  row("GFP_HIGHUSER order 0 (ignore-gfp-highmem=Y)", pageBlock("GFP_HIGHUSER", 0));
  row("kvmalloc(40000)", kvmalloc(40000));
  row("vmalloc(8192)", vmalloc(8192));
}

void FaultGroup::pagesByKnobs() {
  page(always, "ignore-gfp-wait=N highmem=N min-order=0: vmalloc(8192)", vmalloc(8192));
  page({100, 1, 1, 0}, "one failure: vmalloc(8192)", vmalloc(8192));
  page({100, 1, -1, 3}, "space=3 order 1 (size is in pages)", pageBlock("GFP_KERNEL", 1));
  page({100, 1, -1, 3}, "space=3 order 0", pageBlock("GFP_KERNEL", 0));
  page({100, 2, -1, 0}, "interval 2 order 0", pageBlock("GFP_KERNEL", 0));
  page(always, "kmalloc(64) (slab may need no page)", kmalloc(64, "GFP_KERNEL"));
}

std::string text(const Knobs &knobs) {
  return "p=" + std::to_string(knobs.probability) + " interval=" + std::to_string(knobs.interval) +
         " times=" + std::to_string(knobs.times) + " space=" + std::to_string(knobs.space);
}

void FaultGroup::slab(Knobs knobs, llvm::StringRef arguments, unsigned repeats, const Call &call) {
  set(system.faults.failslab().attr, knobs);
  pattern("failslab " + text(knobs) + " ignore-gfp-wait=N", arguments, repeats, call);
}

void FaultGroup::page(Knobs knobs, llvm::StringRef arguments, const Call &call) {
  set(system.faults.failPageAlloc().attr, knobs);
  pattern("fail_page_alloc " + text(knobs), arguments, 10, call);
}

void FaultGroup::pattern(const llvm::Twine &op, llvm::StringRef arguments, unsigned repeats, const Call &call) {
  experiments.begin();
  makeItFail(true);
  const std::string result = repeat(repeats, call);
  makeItFail(false);
  allOff();
  Record row = experiments.row("");
  row["op"] = op.str(); // owned: a JSON value only points to a StringRef
  row["args"] = arguments.str();
  row["result"] = result;
  experiments.finish(std::move(row));
}

std::string FaultGroup::repeat(unsigned repeats, const Call &call) {
  std::string all;
  while (repeats--) {
    const uint64_t got = call.allocate();
    all += got ? '.' : 'F';
    if (got)
      call.free(got);
  }
  return all;
}

void FaultGroup::single(llvm::StringRef op, llvm::StringRef result) {
  Record row = experiments.row(op);
  row["result"] = result.str();
  experiments.finishWithoutSplat(std::move(row));
}

void FaultGroup::set(FaultAttr &attr, Knobs knobs) {
  attr = {.probability = knobs.probability,
          .interval = knobs.interval,
          .times = knobs.times,
          .space = knobs.space,
          .verbose = 2,
          .taskFilter = true};
}

Call FaultGroup::kmalloc(uint64_t size, llvm::StringRef text) {
  return {[this, size, wanted = flags(text)] { return system.kmalloc.kmalloc(size, wanted); },
          [this](uint64_t object) { system.kmalloc.kfree(object); }};
}

Call FaultGroup::kvmalloc(uint64_t size) {
  return {[this, size] { return system.kvmalloc.kvmalloc(size, gfp.kernel()); },
          [this](uint64_t address) { system.kvmalloc.kvfree(address); }};
}

Call FaultGroup::vmalloc(uint64_t size) {
  return {[this, size] { return system.vmalloc.vmalloc(size); },
          [this](uint64_t address) { system.vmalloc.vfree(address); }};
}

/// The first allocation may not fail.
Call FaultGroup::krealloc(uint64_t from, uint64_t to) {
  return {[this, from, to] {
            makeItFail(false);
            const Address object = system.kmalloc.kmalloc(from, gfp.kernel());
            makeItFail(true);
            const Address grown = system.kmalloc.krealloc(object, to, gfp.kernel());
            if (!grown)
              system.kmalloc.kfree(object);
            return grown;
          },
          [this](uint64_t object) { system.kmalloc.kfree(object); }};
}

Call FaultGroup::pageBlock(llvm::StringRef text, unsigned order) {
  return {[this, order, wanted = flags(text)] { return system.pages.allocate(wanted, order).value_or(0); },
          [this, order](uint64_t pfn) { system.pages.free(pfn, order); }};
}

Call FaultGroup::cacheObject() {
  return {[this] { return system.slub.allocate(cache, gfp.kernel()); },
          [this](uint64_t object) { system.slub.free(cache, object); }};
}

Call FaultGroup::cacheObjects() {
  auto objects = std::make_shared<std::array<Address, 4>>();
  return {[this, objects] { return system.slub.allocateBulk(cache, gfp.kernel(), *objects); },
          [this, objects](uint64_t) { system.slub.freeBulk(cache, *objects); }};
}

Call FaultGroup::newCache() {
  return {[this] { return system.slub.create({.name = "probe_f", .size = 24, .flags = system.slub.flags.poison}); },
          [this](uint64_t created) { system.slub.destroy(CacheId(created)); }};
}

Call FaultGroup::percpu() {
  return {[this] { return system.percpu.allocate(64, 8); }, [this](uint64_t pointer) { system.percpu.free(pointer); }};
}

Call FaultGroup::mempool() {
  return {[this] { return system.mempools.allocate(pool, gfp.kernel() & ~gfp.directReclaim); },
          [this](uint64_t element) { system.mempools.free(pool, element); }};
}

Call FaultGroup::arrayEntry() {
  return {[this] { return nodes.store(77); }, [this](uint64_t) { nodes.erase(); }};
}

} // namespace

/// A kernel without the two capabilities records nothing.
void runFaultGroup(System &system, Emit emit) {
  if (system.profile().failslab && system.profile().failPageAlloc)
    FaultGroup(system, emit).run();
}

} // namespace kmem::sim
