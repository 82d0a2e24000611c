// The rules this repository ships, held against themselves: for each release they claim to know, every name they
// mention exists.
#include "rule_folder.h"

#include "llvm/ADT/StringSet.h"

using namespace kmem;
using namespace kmem::rules;

class ShippedRules : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    auto loaded = loadRules(KMEM_SOURCE_DIR "/rules", tree(GetParam()));
    ASSERT_TRUE(bool(loaded)) << llvm::toString(loaded.takeError());
    rules = std::move(*loaded);
    for (const ValueRule &value : rules.values)
      values.insert(value.name);
  }

  void expectFamily(const std::string &name, const RuleOrigin &origin) {
    EXPECT_NE(rules.family(name), nullptr) << origin.file << ":" << origin.line << ": no family " << name;
  }
  void expectValue(const std::string &name, const RuleOrigin &origin) {
    EXPECT_TRUE(name.empty() || values.contains(name)) << origin.file << ":" << origin.line << ": no value " << name;
  }

  RuleSet rules;
  llvm::StringSet<> values;
};

TEST_P(ShippedRules, FamiliesAndValuesExist) {
  for (const FunctionRule &rule : rules.functions) {
    if (rule.alloc) {
      expectFamily(rule.alloc->family, rule.origin);
      expectValue(rule.alloc->limit, rule.origin);
      expectValue(rule.alloc->orderLimit, rule.origin);
      expectValue(rule.alloc->fixedGfp, rule.origin);
    }
    for (const std::string &family : rule.free ? rule.free->families : std::vector<std::string>())
      expectFamily(family, rule.origin);
    if (rule.familyTest != noArgument)
      expectFamily(rule.familyTestFor, rule.origin);
  }
}

TEST_P(ShippedRules, EveryFamilyIsAllocatedAndReleased) {
  llvm::StringSet<> allocated, released;
  for (const FunctionRule &rule : rules.functions) {
    if (rule.alloc)
      allocated.insert(rule.alloc->family);
    for (const std::string &family : rule.free ? rule.free->families : std::vector<std::string>())
      released.insert(family);
  }
  for (const FamilyRule &family : rules.families) {
    EXPECT_TRUE(allocated.contains(family.name)) << family.name;
    EXPECT_TRUE(released.contains(family.name)) << family.name;
  }
}

TEST_P(ShippedRules, TheReleaseAFixCallsAcceptsTheFamily) {
  for (const FamilyRule &family : rules.families) {
    const FunctionRule *release = rules.function(family.release);
    ASSERT_TRUE(release && release->free) << family.name;
    const std::vector<std::string> &accepted = release->free->families;
    EXPECT_TRUE(llvm::is_contained(accepted, family.name)) << family.name;
    for (const std::string &covered : family.covers)
      EXPECT_TRUE(llvm::is_contained(accepted, covered)) << family.name << " covers " << covered;
  }
}

TEST_P(ShippedRules, RestrictionsNameFlagsAndSayWhy) {
  for (const FunctionRule &rule : rules.functions)
    for (const GfpRestriction &restriction : rule.gfpRestrictions) {
      EXPECT_FALSE(restriction.why.empty());
      EXPECT_FALSE(restriction.allOf.empty() && restriction.noneOf.empty());
      for (const std::string &flag : restriction.allOf)
        expectValue(flag, rule.origin);
      for (const std::string &flag : restriction.noneOf)
        expectValue(flag, rule.origin);
    }
}

TEST_P(ShippedRules, EveryRuleSaysSomething) {
  for (const FunctionRule &rule : rules.functions) {
    bool says = rule.alloc || rule.free || rule.sleeps != SleepWhen::Never || !rule.effects.empty() ||
                !rule.callbacks.empty() || !rule.sources.empty() || !rule.forbiddenIn.empty() || rule.noReturn ||
                rule.bootOnly || rule.opaque || !rule.model.empty() || rule.test != ContextTest::None ||
                rule.familyTest != noArgument;
    EXPECT_TRUE(says) << rule.origin.file << ":" << rule.origin.line << ": " << rule.name;
  }
}

TEST_P(ShippedRules, FieldsNameARecordAndAMember) {
  for (const FieldRule &rule : rules.fields) {
    EXPECT_NE(rule.name.find('.'), std::string::npos) << rule.name;
    EXPECT_FALSE(rule.varies && rule.callback) << rule.name;
    EXPECT_TRUE(rule.varies || rule.callback || !rule.paramSources.empty() || !rule.source.empty()) << rule.name;
  }
}

TEST_P(ShippedRules, OutsidersHaveKnownKinds) {
  const llvm::StringSet<> kinds = {"user", "device", "network", "disk"};
  for (const FunctionRule &rule : rules.functions)
    for (const SourceRule &source : rule.sources)
      EXPECT_TRUE(kinds.contains(source.kind)) << rule.name;
  for (const FieldRule &rule : rules.fields)
    for (const FieldRule::ParamSource &source : rule.paramSources)
      EXPECT_TRUE(kinds.contains(source.kind)) << rule.name;
}

TEST_P(ShippedRules, ChecksAreComplete) {
  for (const char *id : {"kmem-atomic-gfp", "kmem-atomic-vmalloc", "kmem-atomic-sleep", "kmem-oversized-kmalloc",
                         "kmem-unbounded-kmalloc", "kmem-mismatched-free", "kmem-invalid-gfp", "kmem-fault-null-deref",
                         "kmem-fault-leak", "kmem-fault-double-free"}) {
    const CheckRule *check = rules.check(id);
    ASSERT_NE(check, nullptr) << id;
    EXPECT_EQ(check->origin.file, std::string("checks/") + id + ".yaml");
    EXPECT_TRUE(check->severity == "error" || check->severity == "warning");
    EXPECT_FALSE(check->explanation.empty() || check->bad.empty() || check->good.empty()) << id;
  }
}

INSTANTIATE_TEST_SUITE_P(Releases, ShippedRules, testing::Values("6.1", "6.12", ""), [](const auto &info) {
  return info.param[0] ? "v6_" + std::string(info.param + 2) : std::string("unknown");
});
