// Rules and models name each other: no rule without its model, no model without a rule.
#include "models_fixture.h"

#include "llvm/ADT/StringSet.h"

using namespace kmem;
using namespace kmem::replay;

namespace {

rules::RuleSet shipped(const char *version, std::initializer_list<const char *> configs = {}) {
  rules::TreeFacts facts;
  facts.version = version;
  for (const char *config : configs)
    facts.configs[config] = true;
  return llvm::cantFail(rules::loadRules(KMEM_SOURCE_DIR "/rules", facts));
}

TEST(Registry, EveryModelOfTheRulesExists) {
  for (const char *version : {"6.1", "6.12", ""})
    EXPECT_EQ(llvm::toString(checkModels(shipped(version))), "");
}

TEST(Registry, EveryModelIsUsed) {
  llvm::StringSet<> used;
  for (const rules::RuleSet &rules : {shipped("6.1"), shipped("6.12", {"CONFIG_SLAB_BUCKETS"})})
    for (const auto *functions : {&rules.functions, &rules.replayFunctions})
      for (const rules::FunctionRule &rule : *functions)
        used.insert(rule.model);
  for (const ModelTable &table : modelTables())
    for (const ModelRow &row : table)
      EXPECT_TRUE(used.contains(row.name)) << row.name.str();
}

TEST(Registry, NamesAreUnique) {
  llvm::StringSet<> names;
  for (const ModelTable &table : modelTables())
    for (const ModelRow &row : table)
      EXPECT_TRUE(names.insert(row.name).second) << row.name.str();
}

TEST(Registry, AnUnknownModelIsAnErrorWithItsPlace) {
  rules::RuleSet rules;
  rules.functions.emplace_back();
  rules.functions.back().model = "frobnicate";
  rules.functions.back().origin = {"api/x.yaml", 7};
  EXPECT_EQ(llvm::toString(checkModels(rules)), "api/x.yaml:7: unknown model 'frobnicate'");
}

} // namespace
