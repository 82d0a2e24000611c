// Memory for each CPU and memory pools.
#include "runtime/scenario/operation_families.h"

#include "runtime/sim/system.h"

namespace kmem::sim {

namespace {

constexpr Argument percpuArguments[] = {
    sizeArgument,
    {"align", ArgumentKind::Size, "bytes; default: 8", false},
    optional(gfpArgument),
};
constexpr Argument percpuArgument = named("ptr", ValueKind::Percpu, "a per-CPU pointer");
constexpr Argument percpuOnly[] = {percpuArgument};
constexpr Argument percpuAndCpu[] = {percpuArgument, {"cpu", ArgumentKind::Size, "whose copy"}};

constexpr Argument minimumArgument{"min_nr", ArgumentKind::Size, "elements kept back"};
constexpr Argument poolArgument = named("pool", ValueKind::Mempool, "a memory pool");
constexpr Argument kmallocPool[] = {minimumArgument, sizeArgument};
constexpr Argument slabPool[] = {minimumArgument, named("cache", ValueKind::Cache, "where elements come from")};
constexpr Argument pagePool[] = {minimumArgument, orderArgument};
constexpr Argument poolAndGfp[] = {poolArgument, gfpArgument};
constexpr Argument poolAndPointer[] = {poolArgument, pointerArgument};
constexpr Argument poolAndMinimum[] = {poolArgument, minimumArgument};
constexpr Argument poolOnly[] = {poolArgument};

constexpr uint64_t defaultPercpuAlign = 8;

MempoolId poolOf(const Step &step) { return MempoolId(step.named("pool").value); }
uint32_t minimumOf(const Step &step) { return uint32_t(step.number("min_nr")); }

void tellPool(Step &step, MempoolId pool) { step.produce({ValueKind::Mempool, pool, 0}); }

void tellReserve(Step &step, MempoolId pool) {
  step.result["curr_nr"] = int64_t(step.system.mempools[pool].current);
  step.result["min_nr"] = int64_t(step.system.mempools[pool].minimum);
}

void allocatePercpu(Step &step) {
  const Gfp gfp = Gfp(step.number("gfp", step.system.profile().gfp.kernel()));
  const PercpuPointer pointer =
      step.system.percpu.allocate(step.number("size"), step.number("align", defaultPercpuAlign), gfp);
  step.produce({ValueKind::Percpu, pointer, 0});
  if (!pointer)
    return;
  llvm::json::Array copies;
  for (unsigned cpu = 0; cpu < step.system.profile().cpus; ++cpu) {
    Record copy;
    describeAddress(step.system, step.system.percpu.at(pointer, cpu), step.number("size"), copy);
    copies.push_back(std::move(copy));
  }
  step.result["copies"] = std::move(copies);
}

constexpr Operation table[] = {
    {"alloc_percpu", "zeroed memory that every CPU has a copy of", percpuArguments, ValueKind::Percpu, allocatePercpu},
    {"per_cpu_ptr", "one CPU's copy", percpuAndCpu, ValueKind::Pointer,
     [](Step &s) { s.producePointer(s.system.percpu.at(s.named("ptr").value, unsigned(s.number("cpu")))); }},
    {"free_percpu", "gives it back", percpuOnly, ValueKind::None,
     [](Step &s) { s.system.percpu.free(s.named("ptr").value); }},
    {"mempool_create_kmalloc_pool", "a pool of kmalloc memory", kmallocPool, ValueKind::Mempool,
     [](Step &s) { tellPool(s, s.system.mempools.createKmalloc(minimumOf(s), s.number("size"))); }},
    {"mempool_create_slab_pool", "a pool of a cache's objects", slabPool, ValueKind::Mempool,
     [](Step &s) { tellPool(s, s.system.mempools.createSlab(minimumOf(s), CacheId(s.named("cache").value))); }},
    {"mempool_create_page_pool", "a pool of blocks of pages", pagePool, ValueKind::Mempool,
     [](Step &s) { tellPool(s, s.system.mempools.createPages(minimumOf(s), unsigned(s.number("order")))); }},
    {"mempool_alloc", "an element, from the reserve when need be", poolAndGfp, ValueKind::Pointer,
     [](Step &s) {
       s.producePointer(s.system.mempools.allocate(poolOf(s), Gfp(s.number("gfp"))));
       tellReserve(s, poolOf(s));
     }},
    {"mempool_free", "gives an element back", poolAndPointer, ValueKind::None,
     [](Step &s) {
       s.system.mempools.free(poolOf(s), s.number("ptr"));
       tellReserve(s, poolOf(s));
     }},
    {"mempool_resize", "another reserve", poolAndMinimum, ValueKind::None,
     [](Step &s) { s.say(int64_t(s.system.mempools.resize(poolOf(s), minimumOf(s)))); }},
    {"mempool_destroy", "removes a pool", poolOnly, ValueKind::None,
     [](Step &s) { s.system.mempools.destroy(poolOf(s)); }},
};

} // namespace

llvm::ArrayRef<Operation> poolOperations() { return table; }

} // namespace kmem::sim
