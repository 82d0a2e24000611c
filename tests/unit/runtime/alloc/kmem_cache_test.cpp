#include "tests/unit/runtime/alloc/slub_machine.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

TEST(KmemCache, SlabsWasteLittle) {
  SlubMachine machine;
  const KmemCache &small = machine.slub.cache(machine.ownCache(1090));
  EXPECT_EQ(small.size, 1096u);
  EXPECT_EQ(small.best.order, 3);
  EXPECT_EQ(small.best.objects, 29);
  EXPECT_EQ(small.least.order, 0);
  EXPECT_EQ(small.cpuPartial, 24u);
}

TEST(KmemCache, AlignmentToTheLineShrinksWithTheObject) {
  SlubMachine machine;
  Slub &slub = machine.slub;
  const SlabFlagWord aligned = slub.flags.hwcacheAlign | slub.flags.noMerge;
  EXPECT_EQ(slub.cache(slub.create({.name = "tiny", .size = 12, .flags = aligned})).align, 16u);
  EXPECT_EQ(slub.cache(slub.create({.name = "large", .size = 40, .flags = aligned})).size, 64u);
}

TEST(KmemCache, TheFreePointerLeavesObjectsThatMustKeepTheirContent) {
  SlubMachine machine;
  Slub &slub = machine.slub;
  EXPECT_EQ(slub.cache(machine.ownCache(64)).offset, 32u);
  const CacheId rcu = slub.create({.name = "rcu", .size = 64, .flags = slub.flags.typesafeByRcu});
  EXPECT_EQ(slub.cache(rcu).offset, 64u);
  EXPECT_EQ(slub.cache(rcu).size, 72u);
  const CacheId placed =
      slub.create({.name = "placed", .size = 64, .flags = slub.flags.typesafeByRcu, .freePointerOffset = 8});
  EXPECT_EQ(slub.cache(placed).offset, 8u);
}

TEST(KmemCache, AlikeCachesAreOne) {
  SlubMachine machine;
  const CacheId first = machine.slub.create({.name = "first", .size = 600});
  const CacheId second = machine.slub.create({.name = "second", .size = 597});
  EXPECT_EQ(first, second);
  EXPECT_EQ(machine.slub.cache(first).references, 2);
  machine.slub.destroy(second);
  EXPECT_EQ(machine.slub.named("first"), first) << "the other creator still has it";
  machine.slub.destroy(first);
  EXPECT_EQ(machine.slub.named("first"), noCache);
}

TEST(KmemCache, DebuggingAndNoMergeKeepCachesApart) {
  SlubMachine debugged("612dbg-FZPU"), plain;
  EXPECT_NE(debugged.slub.create({.name = "a", .size = 600}), debugged.slub.create({.name = "b", .size = 600}));
  EXPECT_NE(plain.ownCache(600), plain.slub.create({.name = "b", .size = 600}));
}

TEST(KmemCache, ANameThatIsTakenIsWarnedAbout) {
  SlubMachine machine;
  machine.ownCache(600);
  machine.printed();
  EXPECT_NE(machine.ownCache(1200), noCache);
  EXPECT_EQ(machine.printed().at(0), "kmem_cache of name 'own' already exists");
}

TEST(KmemCache, TooLargeObjectsAreRefused) {
  SlubMachine debugVm, production("deb612");
  EXPECT_EQ(debugVm.slub.create({.name = "huge", .size = 5 << 20}), noCache);
  EXPECT_EQ(debugVm.printed().at(0), "kmem_cache_create(huge) integrity check failed");
  EXPECT_EQ(production.slub.create({.name = "huge", .size = 5 << 20}), noCache);
  EXPECT_EQ(production.printed().at(0), "__kmem_cache_create_args(huge) failed with error -22");
}

TEST(KmemCache, APanicCacheThatFailsIsTheEnd) {
  SlubMachine machine;
  EXPECT_EQ(deathOf([&] { machine.slub.create({.name = "huge", .size = 5 << 20, .flags = machine.slub.flags.panic}); }),
            DeathKind::Panic);
}

TEST(KmemCache, TheConstructorRunsOncePerObject) {
  SlubMachine machine;
  unsigned calls = 0;
  const CallbackId ctor = machine.kernel.deferred.registerCallback([&](uint64_t) { ++calls; });
  const CacheId cache = machine.slub.create({.name = "made", .size = 256, .ctor = ctor});
  EXPECT_EQ(calls, 0u);
  const Address object = machine.slub.allocate(cache, machine.gfp());
  EXPECT_EQ(calls, machine.slub.cache(cache).best.objects);
  machine.slub.free(cache, object);
  EXPECT_EQ(machine.slub.allocate(cache, machine.gfp()), object);
  EXPECT_EQ(calls, machine.slub.cache(cache).best.objects);
}

TEST(KmemCache, DestroyingWithObjectsNamesThem) {
  SlubMachine machine;
  const CacheId cache = machine.ownCache(600);
  machine.slub.allocate(cache, machine.gfp());
  machine.printed();
  machine.slub.destroy(cache);
  const auto lines = machine.printed();
  ASSERT_GE(lines.size(), 5u);
  EXPECT_EQ(lines[0], "BUG own (Not tainted): Objects remaining on __kmem_cache_shutdown()");
  EXPECT_NE(lines[1].find("@offset=0"), std::string::npos) << lines[1];
  EXPECT_NE(lines[2].find(" used=1 "), std::string::npos) << lines[2];
}

TEST(KmemCache, ShrinkingFreesEmptySlabs) {
  SlubMachine machine;
  const CacheId cache = machine.ownCache(600);
  const Address object = machine.slub.allocate(cache, machine.gfp());
  EXPECT_EQ(machine.slub.shrink(cache), 1) << "a slab is still in use";
  machine.slub.free(cache, object);
  EXPECT_EQ(machine.slub.shrink(cache), 0);
}

TEST(KmemCache, BucketsAreCachesOfTheirOwn) {
  SlubMachine machine("deb612");
  const auto buckets = machine.kmalloc.createBuckets("frob", 0, 0, 0, 0);
  ASSERT_TRUE(buckets);
  const Address object = machine.kmalloc.allocateFrom(*buckets, 100, machine.gfp());
  EXPECT_EQ(machine.kmalloc.cacheNameOf(object), "frob-128");
}

TEST(KmemCache, FailedAllocationsSayWhy) {
  Profile profile = *profileNamed("612dbg");
  profile.memoryBytes = uint64_t(64) << 20;
  SlubMachine machine(profile);
  const Gfp atomic = profile.gfp.atomicAllocation();
  while (machine.kmalloc.kmalloc(4096, atomic))
    ;
  bool said = false;
  for (const std::string &line : machine.printed())
    said |= line.starts_with("SLUB: Unable to allocate memory on CPU 0 (of node 0) on node -1, gfp=0x820(GFP_ATOMIC)");
  EXPECT_TRUE(said);
}

} // namespace
