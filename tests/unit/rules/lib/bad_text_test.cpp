#include "rule_folder.h"

using namespace kmem::rules;

struct BadText {
  const char *name;
  const char *text;
  const char *problem;
};

class BadTextTest : public testing::TestWithParam<BadText> {};

TEST_P(BadTextTest, NamesFileLineAndCause) { EXPECT_EQ(problemIn(GetParam().text), GetParam().problem); }

static const BadText badTexts[] = {
    {"UnknownKey", "functions:\n  - name: f\n    sleep: always\n", "t.yaml:3: unknown key 'sleep'"},
    {"UnknownSection", "function:\n  - name: f\n", "t.yaml:1: unknown key 'function'"},
    {"UnknownNestedKey", "functions:\n  - name: f\n    alloc: {family: slab, gpf: 1}\n", "t.yaml:3: unknown key 'gpf'"},
    {"MissingName", "functions:\n  - {sleeps: always}\n", "t.yaml:2: missing required key 'name'"},
    {"MissingFamilies", "functions:\n  - {name: f, free: {arg: 0}}\n", "t.yaml:2: missing required key 'families'"},
    {"MissingFamily", "functions:\n  - {name: f, alloc: {gfp: 0}}\n", "t.yaml:2: missing required key 'family'"},
    {"NotANumber", "functions:\n  - name: f\n    gfp_arg: first\n", "t.yaml:3: invalid number"},
    {"NotABoolean", "functions:\n  - name: f\n    opaque: maybe\n", "t.yaml:3: invalid boolean"},
    {"UnknownComponent", "functions:\n  - name: f\n    enter: [preempt, irq]\n", "t.yaml:3: unknown context component"},
    {"UnknownSleep", "functions:\n  - name: f\n    sleeps: often\n", "t.yaml:3: unknown enumerated scalar"},
    {"EmptyValue", "functions:\n  - name: f\n    enter:\n", "t.yaml:4: empty value"},
    {"MapForList", "functions:\n  - name: {a: b}\n", "t.yaml:2: expected a name, a number or a list"},
    {"ScalarForMap", "functions:\n  - name: f\n    callbacks: 3\n", "t.yaml:3: expected a mapping"},
    {"TwiceTheSameKey", "functions:\n  - name: f\n    lock: 0\n    lock: 1\n",
     "t.yaml:4: duplicated mapping key 'lock'"},
    {"ModelIsOne", "functions:\n  - name: f\n    model: [a, b]\n", "t.yaml:3: unexpected scalar"},
    {"UnknownRestrictionSet", "functions:\n  - name: f\n    gfp_restrictions: [slap]\n",
     "t.yaml:3: unknown gfp restriction set 'slap'"},
};

INSTANTIATE_TEST_SUITE_P(Rules, BadTextTest, testing::ValuesIn(badTexts),
                         [](const auto &info) { return std::string(info.param.name); });

TEST(BadRules, DuplicateNamesNameBothPlaces) {
  RuleFolder folder;
  folder.write("a/x.yaml", "functions:\n  - {name: f, sleeps: always}\n");
  folder.write("b/y.yaml", "functions:\n\n  - {name: [e, f], opaque: true}\n");
  EXPECT_EQ(folder.problem(), "b/y.yaml:3: duplicate name 'f', also at a/x.yaml:2");
}

TEST(BadRules, AFunctionIsForTheCheckerOrForReplayAlone) {
  RuleFolder folder;
  folder.write("a.yaml", "functions:\n  - {name: f, sleeps: always}\n");
  folder.write("b.yaml", "replay_functions:\n  - {name: f, model: kmalloc}\n");
  EXPECT_EQ(folder.problem(), "b.yaml:2: duplicate name 'f', also at a.yaml:2");
}

TEST(BadRules, BrokenYamlIsOneLine) {
  std::string problem = problemIn("functions:\n  - {name: f\n");
  EXPECT_EQ(problem.substr(0, 7), "t.yaml:");
  EXPECT_EQ(problem.find('\n'), std::string::npos);
}

TEST(BadRules, MissingDirectory) {
  auto rules = loadRules("/nowhere/rules", {});
  ASSERT_FALSE(rules);
  EXPECT_NE(llvm::toString(rules.takeError()).find("/nowhere/rules"), std::string::npos);
}

TEST(BadRules, EmptyDirectory) { EXPECT_NE(RuleFolder().problem().find("no rule files"), std::string::npos); }
