// Slab caches (mm/slab_common.c, mm/slub.c): the program's struct kmem_cache is the simulated kernel's object of it, or
// an object of unknown origin that a cache stands for.
#include "runtime/models/allocations.h"
#include "runtime/models/counterparts.h"
#include "runtime/models/image_text.h"
#include "runtime/models/registry.h"
#include "runtime/models/releases.h"

namespace kmem::replay {

namespace {

constexpr unsigned bulkAtMost = 256;

/// SLAB_* flags have numbers of the tree that no rule names; a constructor would have to be entered.
Values createCache(ModelCall &call, uint64_t size, uint64_t align, bool hasConstructor) {
  const std::string name = imageText(call, call.pointer(0));
  if (hasConstructor)
    call.simplified("the constructor of the cache is not run");
  AllocationRequest request;
  request.size = size;
  request.gfp = call.gfp();
  sim::Slub &slub = call.system().slub;
  sim::CacheId cache = sim::noCache;
  const Address self = attempt(call, request, true, [&]() -> Address {
                         cache = slub.create({.name = name, .size = uint32_t(size), .align = uint32_t(align)});
                         return cache ? slub.cache(cache).self : 0;
                       }).address;
  if (self)
    setCounterpart(call, Counterpart::Cache, self, cache);
  return allocated(call, request, self);
}

/// kmem_cache_create(name, size, align, flags, ctor)
Values create(ModelCall &call) {
  const bool hasConstructor = call.has(4) && call.number(call.has(6) ? 6 : 4) != 0;
  return createCache(call, call.size(1), call.size(2), hasConstructor);
}

/// __kmem_cache_create_args(name, size, args, flags) of 6.12; `align` is the first member of struct kmem_cache_args.
Values createByArguments(ModelCall &call) {
  const Address arguments = call.pointer(2);
  const uint64_t align = arguments ? call.known(call.load(arguments, 32), PickFor::Size) : 0;
  return createCache(call, call.size(1), align, false);
}

Values destroy(ModelCall &call) {
  const Address address = call.pointer(0);
  if (!address)
    return call.nothing();
  const sim::CacheId cache = cacheAt(call, address);
  releaseAt(call, address, [&] { call.system().slub.destroy(cache); });
  return call.nothing();
}

Values allocateWith(ModelCall &call, sim::Gfp added) {
  AllocationRequest request = requestOf(call);
  request.gfp |= added;
  const sim::CacheId cache = cacheAt(call, request.cache);
  sim::Slub &slub = call.system().slub;
  request.size = slub.cache(cache).objectSize;
  return allocateBytes(call, request,
                       {.fallible = true,
                        .allocate = [&] { return slub.allocate(cache, request.gfp); },
                        .undo = [&](Address object) { slub.free(cache, object); }});
}

Values allocate(ModelCall &call) { return allocateWith(call, 0); }
Values zallocate(ModelCall &call) { return allocateWith(call, call.kernel().profile.gfp.zero); }

Values free(ModelCall &call) {
  const Address object = call.pointer(call.rule.free ? call.rule.free->arg : 1);
  const Address address = call.pointer(call.rule.free ? call.rule.free->cache : 0);
  if (object)
    releaseAt(call, object, [&] { call.system().slub.free(cacheAt(call, address), object); });
  return call.nothing();
}

/// kmem_cache_alloc_bulk(cache, gfp, count, objects)
Values allocateBulk(ModelCall &call) {
  AllocationRequest request = requestOf(call);
  request.cache = call.pointer(0);
  const uint64_t count = call.size(2);
  const Address objects = call.pointer(3);
  const sim::CacheId cache = cacheAt(call, request.cache);
  request.size = call.system().slub.cache(cache).objectSize;
  if (count > bulkAtMost)
    throw Refusal{call.title() + " of very many objects"};
  std::vector<Address> made(count);
  const bool succeeded =
      attempt(call, request, true, [&] { return call.system().slub.allocateBulk(cache, request.gfp, made); }).address;
  for (uint64_t i = 0; succeeded && i < count; ++i) {
    remember(call, request, made[i]);
    call.storeWord(objects + i * sizeof(Address), made[i]);
  }
  return call.returns(succeeded ? count : 0);
}

/// kmem_cache_free_bulk(cache, count, objects) and kfree_bulk(count, objects): one after the other.
Values freeBulk(ModelCall &call) {
  const bool hasCache = call.has(2);
  const uint64_t count = call.size(hasCache ? 1 : 0);
  const Address objects = call.pointer(hasCache ? 2 : 1);
  if (count > bulkAtMost)
    throw Refusal{call.title() + " of very many objects"};
  const Address cache = hasCache ? call.pointer(0) : 0;
  for (uint64_t i = 0; i < count; ++i) {
    const Address object = call.known(call.load(objects + i * sizeof(Address), maxWidth), PickFor::Address);
    releaseAt(call, object, [&] {
      if (cache)
        call.system().slub.free(cacheAt(call, cache), object);
      else
        call.system().kmalloc.kfree(object);
    });
  }
  return call.nothing();
}

Values shrink(ModelCall &call) {
  return call.returns(uint64_t(call.system().slub.shrink(cacheAt(call, call.pointer(0)))));
}

constexpr ModelRow rows[] = {
    {"kmem_cache_create", create},           {"kmem_cache_create_args", createByArguments},
    {"kmem_cache_destroy", destroy},         {"kmem_cache_alloc", allocate},
    {"kmem_cache_zalloc", zallocate},        {"kmem_cache_free", free},
    {"kmem_cache_alloc_bulk", allocateBulk}, {"kfree_bulk", freeBulk},
    {"kmem_cache_shrink", shrink},
};

} // namespace

ModelTable slabCacheModels() { return rows; }

} // namespace kmem::replay
