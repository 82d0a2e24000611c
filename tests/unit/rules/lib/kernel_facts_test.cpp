// Facts that users of the shipped rules rely on, one row each: where the kernel's releases differ, and the easily
// confused.
#include "rule_folder.h"

using namespace kmem;
using namespace kmem::rules;

static RuleSet shipped(const char *version, std::initializer_list<llvm::StringRef> configs = {}) {
  auto rules = loadRules(KMEM_SOURCE_DIR "/rules", tree(version, configs));
  EXPECT_TRUE(bool(rules));
  return rules ? std::move(*rules) : RuleSet();
}

static bool accepts(const RuleSet &rules, const char *release, const char *family) {
  const FunctionRule *rule = rules.function(release);
  return rule && rule->free && llvm::is_contained(rule->free->families, family);
}

static const std::string *valueExpression(const RuleSet &rules, llvm::StringRef name) {
  for (const ValueRule &value : rules.values)
    if (value.name == name)
      return &value.expression;
  return nullptr;
}

TEST(KernelFacts, KfreeTakesCacheObjectsOnceSlobIsGone) {
  EXPECT_FALSE(accepts(shipped("6.1"), "kfree", "slab_cache"));
  EXPECT_TRUE(accepts(shipped("6.12"), "kfree", "slab_cache"));
}

TEST(KernelFacts, TheHighestOrderChangedItsNameAndMeaning) {
  EXPECT_EQ(*valueExpression(shipped("6.1"), "MAX_PAGE_ORDER"), "MAX_ORDER - 1");
  EXPECT_EQ(*valueExpression(shipped("6.12"), "MAX_PAGE_ORDER"), "");
}

TEST(KernelFacts, KvreallocLostItsOldSize) {
  EXPECT_EQ(shipped("6.1").function("kvrealloc")->alloc->gfp, 3);
  EXPECT_EQ(shipped("6.12").function("kvrealloc_noprof")->alloc->gfp, 2);
}

TEST(KernelFacts, BucketsMoveTheFlags) {
  EXPECT_EQ(shipped("6.12").function("__kmalloc_node_noprof")->alloc->gfp, 1);
  EXPECT_EQ(shipped("6.12", {"CONFIG_SLAB_BUCKETS"}).function("__kmalloc_node_noprof")->alloc->gfp, 2);
}

TEST(KernelFacts, VfreeIsLegalInInterruptAndNowhereElseAtomic) {
  RuleSet rules = shipped("6.12");
  EXPECT_TRUE(rules.function("vfree")->allowedInInterrupt);
  EXPECT_FALSE(rules.function("vunmap")->allowedInInterrupt);
  EXPECT_EQ(rules.function("vmalloc_noprof")->sleeps, SleepWhen::Always);
  EXPECT_EQ(rules.function("__vmalloc_noprof")->sleeps, SleepWhen::Always);
  EXPECT_EQ(rules.function("kvmalloc_node_noprof")->sleeps, SleepWhen::GfpBlocks);
}

TEST(KernelFacts, EachReleaseTakesItsOwn) {
  RuleSet rules = shipped("6.12");
  for (auto [release, family] : {std::pair("kfree", "kvmalloc"),
                                 {"kfree", "devm"},
                                 {"kfree", "vmalloc"},
                                 {"vfree", "kvmalloc"},
                                 {"kfree_sensitive", "vmalloc"},
                                 {"dma_free_wc", "dma_noncoherent"},
                                 {"kmem_cache_free", "slab"},
                                 {"kfree", "skb"},
                                 {"kfree", "const_string"}})
    EXPECT_FALSE(accepts(rules, release, family)) << release << " " << family;
  for (auto [release, family] : {std::pair("kvfree", "slab"),
                                 {"kvfree", "vmalloc"},
                                 {"bitmap_free", "slab"},
                                 {"kfree_const", "slab"},
                                 {"dma_free_attrs", "dma_wc"}})
    EXPECT_TRUE(accepts(rules, release, family)) << release << " " << family;
}

TEST(KernelFacts, ArraysThatDropTheirLockSaySo) {
  RuleSet rules = shipped("6.12");
  EXPECT_TRUE(rules.function("__xa_store")->dropsCallersLock);
  EXPECT_FALSE(rules.function("xa_store")->dropsCallersLock);
}

TEST(KernelFacts, HandlersAndThreadsOfOneInterruptDiffer) {
  RuleSet rules = shipped("6.12");
  const FunctionRule *rule = rules.function("request_threaded_irq");
  ASSERT_EQ(rule->callbacks.size(), 2u);
  EXPECT_TRUE(rule->callbacks[0].runsIn.contains(ContextComponent::Hardirq));
  EXPECT_TRUE(rule->callbacks[1].runsIn.empty());
}

TEST(KernelFacts, FortifiedKmemdupHasAHiddenArgument) {
  RuleSet rules = shipped("6.12");
  EXPECT_EQ(rules.function("_Z14kmemdup_noprofPKvU25pass_dynamic_object_size0mj")->alloc->size, std::vector<int>{2});
  EXPECT_EQ(rules.function("kmemdup_noprof")->alloc->size, std::vector<int>{1});
}
