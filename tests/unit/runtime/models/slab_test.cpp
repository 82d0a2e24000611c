#include "models_fixture.h"

using namespace kmem;
using namespace kmem::replay;

namespace {

class Slab : public ModelsTest {};

TEST_F(Slab, MemoryIsTheSimulatedKernels) {
  const Address object = call("kmalloc_noprof", 100, gfpKernel());
  EXPECT_EQ(machine.system.kmalloc.cacheNameOf(object), "kmalloc-128");
  const Allocation *known = models.allocationAt(object + 99);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->size, 100u);
  EXPECT_EQ(rules.families[known->family - 1].name, "slab");
  call("kfree", object);
  EXPECT_TRUE(models.allocationAt(object)->freed);
  EXPECT_EQ(printed(), "");
}

TEST_F(Slab, FailureIsAChoiceWithTheChecksOfTheCall) {
  chooser.choices[ChoiceKind::Allocation] = {1};
  enter(ContextComponent::Preempt);
  EXPECT_EQ(call("__kmalloc_noprof", 64, gfpKernel()), 0u);
  EXPECT_EQ(chooser.asked, std::vector<std::string>{"kmalloc()"});
  EXPECT_TRUE(says("BUG: sleeping function called from invalid context at include/linux/sched/mm.h:321"));
}

TEST_F(Slab, WhatMustFailOrMustNotIsNoChoice) {
  EXPECT_EQ(call("__kmalloc_noprof", sim::kmallocMaxSize + 1, gfpKernel()), 0u);
  EXPECT_TRUE(says("WARNING: CPU: 0"));
  EXPECT_EQ(call("kmalloc_array_noprof", uint64_t(1) << 40, uint64_t(1) << 40, gfpKernel()), 0u);
  EXPECT_NE(call("__kmalloc_noprof", 64, gfpKernel() | machine.system.profile().gfp.nofail), 0u);
  EXPECT_TRUE(chooser.asked.empty());
}

TEST_F(Slab, FlagsAreTranslatedByName) {
  TreeValues values;
  for (auto [name, bit] : {std::pair("__GFP_DIRECT_RECLAIM", 0x1), {"__GFP_HIGH", 0x2}, {"__GFP_ZERO", 0x4}})
    values[name] = bit;
  values["GFP_ATOMIC"] = 0x2; // a composite, whatever its number
  const GfpBits moved(values, machine.system.profile().gfp);
  const sim::GfpFlags &gfp = machine.system.profile().gfp;
  EXPECT_EQ(moved.toKernel(1 | 4), gfp.directReclaim | gfp.zero);
  EXPECT_EQ(moved.toKernel(0x2 | uint64_t(1) << 31), gfp.high);
}

TEST_F(Slab, SymbolicArgumentsArePicked) {
  chooser.picks = {gfpAtomic(), 200};
  const Value object = callWith("kmalloc_noprof", {variable("size"), variable("flags", 32)});
  EXPECT_EQ(machine.system.kmalloc.cacheNameOf(object.bits()), "kmalloc-256");
  EXPECT_EQ(chooser.picked, (std::vector<PickFor>{PickFor::Argument, PickFor::Size}));
}

TEST_F(Slab, ARefusedPickEndsTheRun) {
  chooser.refuses = true;
  EXPECT_NE(outcomeOf("kmalloc_noprof", {variable("size"), variable("flags", 32)})->refusal, "");
}

TEST_F(Slab, ZeroedMemoryForgetsTheTermsOfItsPredecessor) {
  const Address object = call("kmalloc_noprof", 64, gfpKernel());
  machine.memory.store(object + 32, variable("secret"));
  call("kfree", object);
  ASSERT_EQ(call("kzalloc_noprof", 64, gfpKernel()), object);
  EXPECT_EQ(wordAt(object + 32), 0u);
}

TEST_F(Slab, ReallocationMovesTerms) {
  const Address object = call("kmalloc_noprof", 64, gfpKernel());
  const Value secret = variable("secret");
  machine.memory.store(object + 8, secret);
  const Address moved = call("krealloc_noprof", object, 1000, gfpKernel());
  EXPECT_NE(moved, object);
  EXPECT_EQ(machine.memory.load(moved + 8, 64), secret);
  EXPECT_TRUE(models.allocationAt(object)->freed);
}

TEST_F(Slab, MismatchedReleasesPrintTheKernelsText) {
  const Address area = machine.system.vmalloc.vmalloc(10000);
  EXPECT_TRUE(dies("kfree", area));
  EXPECT_TRUE(says("BUG: unable to handle page fault") || says("Oops") || says("kernel BUG at"));
}

TEST_F(Slab, AnObjectOfUnknownOriginIsFreedOnce) {
  const Address object = lazyObject();
  call("kfree", object);
  EXPECT_EQ(printed(), "");
  EXPECT_TRUE(models.allocationAt(object)->freed);
  call("kfree", object);
  EXPECT_TRUE(says("BUG: KASAN: double-free in kfree"));
}

TEST_F(Slab, CachesKeepTheirObjects) {
  const Address cache = call("kmem_cache_create", addressOf("text"), 200, 0, 0, 0);
  const Address object = call("kmem_cache_alloc_noprof", cache, gfpKernel());
  EXPECT_EQ(machine.system.slub.nameOf(machine.system.slub.cacheOf(object)), "hello");
  EXPECT_EQ(models.allocationAt(object)->cache, cache);
  call("kmem_cache_free", cache, object);
  call("kmem_cache_destroy", cache);
  EXPECT_EQ(printed(), "");
}

TEST_F(Slab, ACacheOfUnknownOriginIsMadeOutsideOfTheRunsContext) {
  enter(ContextComponent::Hardirq);
  const Address cache = lazyObject("cache"), object = call("kmem_cache_alloc_noprof", cache, gfpAtomic());
  EXPECT_NE(object, 0u);
  call("kmem_cache_free", cache, object);
  EXPECT_EQ(printed(), "");
  EXPECT_TRUE(cpu().inHardirq());
}

/// The law: what runs after going back runs as it did before.
TEST_F(Slab, GoingBackForgetsEverything) {
  const Address cache = lazyObject("cache"), lock = lazyObject("dev");
  auto sequence = [&] {
    std::vector<uint64_t> results;
    for (uint64_t size : {8, 100, 5000, 20000})
      results.push_back(call("kmalloc_noprof", size, gfpKernel()));
    results.push_back(call("kmem_cache_alloc_noprof", cache, gfpKernel()));
    results.push_back(call("_raw_spin_lock_irqsave", lock));
    results.push_back(call("krealloc_noprof", results[1], 300, gfpAtomic()));
    call("kfree", results[0]);
    call("_raw_spin_unlock_irqrestore", lock, results[5]);
    return results;
  };
  const auto before = models.state();
  const auto machineBefore = machine.state();
  const std::vector<uint64_t> first = sequence();
  models.restore(before);
  machine.restore(machineBefore);
  EXPECT_EQ(models.allocationAt(first[2]), nullptr);
  EXPECT_EQ(sequence(), first);
}

} // namespace
