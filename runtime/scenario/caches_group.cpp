// caches: the list slab_caches of a booted kernel, newest first, with what was computed for each.
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/group.h"
#include "runtime/sim/system.h"

namespace kmem::sim {

namespace {

Record describe(const KmemCache &cache, std::string_view name) {
  return Record{{"op", "cache"},
                {"name", std::string(name)},
                {"object_size", cache.objectSize},
                {"size", cache.size},
                {"align", cache.align},
                {"inuse", cache.inUse},
                {"offset", cache.offset},
                {"order", cache.best.order},
                {"objects", cache.best.objects},
                {"min_order", cache.least.order},
                {"min_objects", cache.least.objects},
                {"min_partial", cache.minPartial},
                {"cpu_partial", cache.cpuPartial},
                {"cpu_partial_slabs", cache.cpuPartialSlabs},
                {"flags", hexadecimal(cache.flags)},
                {"allocflags", hexadecimal(cache.allocFlags)},
                {"refcount", cache.references},
                {"red_left_pad", cache.redLeftPad},
                {"ctor", cache.ctor ? 1 : 0}};
}

} // namespace

void runCachesGroup(System &system, Emit emit) {
  int64_t id = 0;
  for (CacheId at = system.slub.newest(); at != noCache; at = system.slub.cache(at).older) {
    Record record = describe(system.slub.cache(at), system.slub.nameOf(at));
    record["id"] = id++;
    emit(std::move(record));
  }
}

} // namespace kmem::sim
