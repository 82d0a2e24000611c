// kmalloc and its relatives, slab caches.
#include "runtime/scenario/operation_families.h"

#include "runtime/sim/system.h"

#include "llvm/ADT/SmallVector.h"

namespace kmem::sim {

namespace {

constexpr Argument sizeAndGfp[] = {sizeArgument, gfpArgument};
constexpr Argument arrayArguments[] = {{"n", ArgumentKind::Size, "elements"}, sizeArgument, gfpArgument};
constexpr Argument pointerOnly[] = {pointerArgument};
constexpr Argument pointerSizeGfp[] = {pointerArgument, sizeArgument, gfpArgument};
constexpr Argument textAndGfp[] = {{"text", ArgumentKind::Text, "what it will hold"}, gfpArgument};
constexpr Argument cacheArgument = named("cache", ValueKind::Cache, "a cache");
constexpr Argument cacheAndGfp[] = {cacheArgument, gfpArgument};
constexpr Argument cacheAndPointer[] = {cacheArgument, pointerArgument};
constexpr Argument cacheOnly[] = {cacheArgument};
constexpr llvm::StringLiteral
    slabFlagWords("HWCACHE_ALIGN PANIC ACCOUNT RECLAIM_ACCOUNT POISON RED_ZONE STORE_USER "
                  "CONSISTENCY_CHECKS TYPESAFE_BY_RCU CACHE_DMA CACHE_DMA32 FAILSLAB NO_MERGE");
constexpr Argument createArguments[] = {
    {"name", ArgumentKind::Text, "as in /proc/slabinfo"},
    sizeArgument,
    {"align", ArgumentKind::Size, "bytes", false},
    {"flags", ArgumentKind::Choices, "SLAB_* flags", false, ValueKind::None, slabFlagWords},
};

Gfp gfpOf(const Step &step) { return Gfp(step.number("gfp")); }
CacheId cacheOf(const Step &step) { return CacheId(step.named("cache").value); }

/// The flags in the order of slabFlagWords.
SlabFlagWord slabFlagsOf(const SlabFlags &flags, uint64_t chosen) {
  const SlabFlagWord words[] = {flags.hwcacheAlign,  flags.panic,    flags.account,    flags.reclaimAccount,
                                flags.poison,        flags.redZone,  flags.storeUser,  flags.consistencyChecks,
                                flags.typesafeByRcu, flags.cacheDma, flags.cacheDma32, flags.failslab,
                                flags.noMerge};
  SlabFlagWord result = 0;
  for (size_t i = 0; i < std::size(words); ++i)
    if (chosen >> i & 1)
      result |= words[i];
  return result;
}

void tellObject(Step &step, Address object, uint64_t size) {
  step.producePointer(object, size);
  if (object)
    step.result["ksize"] = int64_t(step.system.kmalloc.ksize(object));
}

void create(Step &step) {
  const std::string name = step.text("name");
  Slub &slub = step.system.slub;
  const CacheId cache = slub.create({.name = name,
                                     .size = uint32_t(std::min<uint64_t>(step.number("size"), UINT32_MAX)),
                                     .align = uint32_t(step.number("align")),
                                     .flags = slabFlagsOf(slub.flags, step.number("flags"))});
  step.produce({ValueKind::Cache, cache, 0});
  if (cache == noCache)
    return;
  const KmemCache &made = slub.cache(cache);
  step.result["cache"] = std::string(slub.nameOf(cache));
  step.result["stride"] = int64_t(made.size);
  step.result["align"] = int64_t(made.align);
  step.result["objects_per_slab"] = int64_t(made.best.objects);
  step.result["slab_order"] = int64_t(made.best.order);
}

void allocate(Step &step) {
  const CacheId cache = cacheOf(step);
  step.producePointer(step.system.slub.allocate(cache, gfpOf(step)), step.system.slub.cache(cache).objectSize);
}

constexpr Operation table[] = {
    {"kmalloc", "physically contiguous memory", sizeAndGfp, ValueKind::Pointer,
     [](Step &s) { tellObject(s, s.system.kmalloc.kmalloc(s.number("size"), gfpOf(s)), s.number("size")); }},
    {"kzalloc", "the same, zeroed", sizeAndGfp, ValueKind::Pointer,
     [](Step &s) { tellObject(s, s.system.kmalloc.kzalloc(s.number("size"), gfpOf(s)), s.number("size")); }},
    {"kmalloc_array", "n elements; NULL when n * size overflows", arrayArguments, ValueKind::Pointer,
     [](Step &s) {
       tellObject(s, s.system.kmalloc.kmallocArray(s.number("n"), s.number("size"), gfpOf(s)),
                  s.number("n") * s.number("size"));
     }},
    {"kcalloc", "the same, zeroed", arrayArguments, ValueKind::Pointer,
     [](Step &s) {
       tellObject(s, s.system.kmalloc.kcalloc(s.number("n"), s.number("size"), gfpOf(s)),
                  s.number("n") * s.number("size"));
     }},
    {"krealloc", "another size, the contents kept", pointerSizeGfp, ValueKind::Pointer,
     [](Step &s) {
       const Address old = s.number("ptr");
       const Address moved = s.system.kmalloc.krealloc(old, s.number("size"), gfpOf(s));
       tellObject(s, moved, s.number("size"));
       s.result["moved"] = moved != old;
     }},
    {"kmemdup", "a copy of memory", pointerSizeGfp, ValueKind::Pointer,
     [](Step &s) {
       tellObject(s, s.system.kmalloc.kmemdup(s.number("ptr"), s.number("size"), gfpOf(s)), s.number("size"));
     }},
    {"kasprintf", "memory for a text", textAndGfp, ValueKind::Pointer,
     [](Step &s) {
       const std::string text = s.text("text");
       tellObject(s, s.system.kmalloc.kasprintf(gfpOf(s), text), text.size() + 1);
     }},
    {"kfree", "gives kmalloc memory back", pointerOnly, ValueKind::None,
     [](Step &s) { s.system.kmalloc.kfree(s.number("ptr")); }},
    {"kfree_sensitive", "the same, zeroed before", pointerOnly, ValueKind::None,
     [](Step &s) { s.system.kmalloc.kfreeSensitive(s.number("ptr")); }},
    {"ksize", "bytes that may be used of an object", pointerOnly, ValueKind::None,
     [](Step &s) { s.say(int64_t(s.system.kmalloc.ksize(s.number("ptr")))); }},
    {"kmem_cache_create", "a cache of equal objects", createArguments, ValueKind::Cache, create},
    {"kmem_cache_alloc", "an object", cacheAndGfp, ValueKind::Pointer, allocate},
    {"kmem_cache_free", "gives an object back", cacheAndPointer, ValueKind::None,
     [](Step &s) { s.system.slub.free(cacheOf(s), s.number("ptr")); }},
    {"kmem_cache_shrink", "gives empty slabs back; 0 when none is left", cacheOnly, ValueKind::None,
     [](Step &s) { s.say(int64_t(s.system.slub.shrink(cacheOf(s)))); }},
    {"kmem_cache_destroy", "removes a cache", cacheOnly, ValueKind::None,
     [](Step &s) { s.system.slub.destroy(cacheOf(s)); }},
};

} // namespace

llvm::ArrayRef<Operation> slabOperations() { return table; }

} // namespace kmem::sim
