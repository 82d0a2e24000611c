// Memory pools (mm/mempool.c): the program's mempool_t is the simulated kernel's object of it, or one that a pool
// stands for.
#include "runtime/models/allocations.h"
#include "runtime/models/call_types.h"
#include "runtime/models/counterparts.h"
#include "runtime/models/registry.h"
#include "runtime/models/releases.h"

namespace kmem::replay {

namespace {

using Make = llvm::function_ref<sim::MempoolId(sim::Mempools &)>;

/// The pool's own memory, or 0.
Values createBy(ModelCall &call, Make make) {
  const AllocationRequest request = requestOf(call);
  sim::Mempools &pools = call.system().mempools;
  sim::MempoolId pool = 0;
  const Address object = attempt(call, request, true, [&]() -> Address {
                           pool = make(pools);
                           return pool ? pools[pool].object : 0;
                         }).address;
  if (object)
    setCounterpart(call, Counterpart::Mempool, object, pool);
  return allocated(call, request, object);
}

/// mempool_init(): the pool lies in the program's memory.
Values initialiseBy(ModelCall &call, Make make) {
  const Address object = call.pointer(0);
  const AllocationRequest request = requestOf(call);
  call.context().mightAlloc(request.gfp);
  sim::MempoolId pool = 0;
  attempt(call, request, true, [&]() -> Address { return pool = make(call.system().mempools); });
  if (!pool)
    return call.returns(uint64_t(int64_t(noMemory)));
  setCounterpart(call, Counterpart::Mempool, object, pool);
  return call.returns(0);
}

// mempool_create_kmalloc_pool(minimum, size) and its siblings; mempool_init_kmalloc_pool(pool, minimum, size).
auto kmallocPool(ModelCall &call, int first) {
  return [&call, first](sim::Mempools &pools) {
    return pools.createKmalloc(uint32_t(call.number(first)), call.size(first + 1));
  };
}
auto slabPool(ModelCall &call, int first) {
  return [&call, first](sim::Mempools &pools) {
    return pools.createSlab(uint32_t(call.number(first)), cacheAt(call, call.pointer(first + 1)));
  };
}
auto pagePool(ModelCall &call, int first) {
  return [&call, first](sim::Mempools &pools) {
    return pools.createPages(uint32_t(call.number(first)), unsigned(call.number(first + 1)));
  };
}
/// mempool_create(minimum, allocate, free, data): its own functions are not run.
auto otherPool(ModelCall &call, int first) {
  return [&call, first](sim::Mempools &pools) {
    call.simplified("elements come from kmalloc(), not from the pool's own function");
    return pools.createKmalloc(uint32_t(call.number(first)), std::max<uint64_t>(sizeUsedAsResult(call.site), 64));
  };
}

Values createKmalloc(ModelCall &call) { return createBy(call, kmallocPool(call, 0)); }
Values createSlab(ModelCall &call) { return createBy(call, slabPool(call, 0)); }
Values createPages(ModelCall &call) { return createBy(call, pagePool(call, 0)); }
Values createOther(ModelCall &call) { return createBy(call, otherPool(call, 0)); }
Values initialiseKmalloc(ModelCall &call) { return initialiseBy(call, kmallocPool(call, 1)); }
Values initialiseSlab(ModelCall &call) { return initialiseBy(call, slabPool(call, 1)); }
Values initialisePages(ModelCall &call) { return initialiseBy(call, pagePool(call, 1)); }
Values initialiseOther(ModelCall &call) { return initialiseBy(call, otherPool(call, 1)); }

Values destroy(ModelCall &call) {
  const Address object = call.pointer(0);
  if (!object)
    return call.nothing();
  const sim::MempoolId pool = counterpartAt(call, Counterpart::Mempool, object);
  releaseAt(call, object, [&] { call.system().mempools.destroy(pool); });
  return call.nothing();
}

/// Never fails when it may wait.
Values allocate(ModelCall &call) {
  AllocationRequest request = requestOf(call);
  const sim::MempoolId pool = mempoolAt(call, request.cache);
  sim::Mempools &pools = call.system().mempools;
  const sim::Mempool &from = pools[pool];
  request.size = from.kind == sim::ElementKind::Slab    ? call.system().slub.cache(from.parameter).objectSize
                 : from.kind == sim::ElementKind::Pages ? sim::pageSize << from.parameter
                                                        : from.parameter;
  const bool waits = call.kernel().profile.gfp.allowsBlocking(request.gfp);
  auto [element, shouldFail] = attempt(call, request, !waits, [&] { return pools.allocate(pool, request.gfp); });
  if (shouldFail && element)
    pools.free(pool, std::exchange(element, 0));
  if (element && from.kind != sim::ElementKind::Pages)
    takeBytes(call, element, request.size);
  return allocated(call, request, element);
}

Values free(ModelCall &call) {
  const Address element = call.pointer(0), pool = call.pointer(1);
  if (element)
    releaseAt(call, element, [&] { call.system().mempools.free(mempoolAt(call, pool), element); });
  return call.nothing();
}

Values resize(ModelCall &call) {
  const sim::MempoolId pool = mempoolAt(call, call.pointer(0));
  return call.returns(uint64_t(int64_t(call.system().mempools.resize(pool, uint32_t(call.number(1))))));
}

constexpr ModelRow rows[] = {
    {"mempool_create_kmalloc_pool", createKmalloc},
    {"mempool_create_slab_pool", createSlab},
    {"mempool_create_page_pool", createPages},
    {"mempool_create", createOther},
    {"mempool_init_kmalloc_pool", initialiseKmalloc},
    {"mempool_init_slab_pool", initialiseSlab},
    {"mempool_init_page_pool", initialisePages},
    {"mempool_init", initialiseOther},
    {"mempool_destroy", destroy},
    {"mempool_alloc", allocate},
    {"mempool_free", free},
    {"mempool_resize", resize},
};

} // namespace

ModelTable poolModels() { return rows; }

} // namespace kmem::replay
