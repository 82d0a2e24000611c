#include "rule_folder.h"

#include "rules/lib/rows.h"

using namespace kmem::rules;

TEST(Condition, VersionsCompareAsNumbers) {
  EXPECT_LT(compareVersions("6.4", "6.12"), 0);
  EXPECT_EQ(compareVersions("6.4", "6.4.0"), 0);
  EXPECT_GT(compareVersions("6.12.1", "6.12"), 0);
  EXPECT_GT(compareVersions("7.0", "6.12"), 0);
}

TEST(Condition, SinceIsInclusiveBeforeIsNot) {
  Condition when{"6.4", "6.8", {}};
  EXPECT_FALSE(holds(when, tree("6.1")));
  EXPECT_TRUE(holds(when, tree("6.4")));
  EXPECT_TRUE(holds(when, tree("6.7.9")));
  EXPECT_FALSE(holds(when, tree("6.8")));
  EXPECT_TRUE(holds(when, tree("")));
}

TEST(Condition, EveryConfigMustHold) {
  Condition when{"", "", {"CONFIG_A", "!CONFIG_B"}};
  EXPECT_TRUE(holds(when, tree("6.1", {"CONFIG_A"})));
  EXPECT_FALSE(holds(when, tree("6.1", {"CONFIG_A", "CONFIG_B"})));
  EXPECT_FALSE(holds(when, tree("6.1")));
}

static const char *twoReleases = "values:\n"
                                 "  - {name: MAX, expression: old, when: {before: \"6.4\"}}\n"
                                 "  - {name: MAX, expression: middle, when: {since: \"6.4\", before: \"6.8\"}}\n"
                                 "  - {name: MAX, expression: new, when: {since: \"6.8\"}}\n";

TEST(Condition, OneNamePerRelease) {
  EXPECT_EQ(loadText(twoReleases, tree("6.1")).values[0].expression, "old");
  EXPECT_EQ(loadText(twoReleases, tree("6.5")).values[0].expression, "middle");
  EXPECT_EQ(loadText(twoReleases, tree("6.12")).values[0].expression, "new");
}

TEST(Condition, TheNewestReleaseSpeaksForAnUnknownOne) {
  RuleSet rules = loadText(twoReleases);
  ASSERT_EQ(rules.values.size(), 1u);
  EXPECT_EQ(rules.values[0].expression, "new");
}

TEST(Condition, OverlappingRowsAreDuplicates) {
  EXPECT_EQ(problemIn("functions:\n"
                      "  - {name: f, when: {since: \"6.1\"}, opaque: true}\n"
                      "  - {name: f, when: {since: \"6.4\"}, opaque: true}\n"),
            "t.yaml:3: duplicate name 'f', also at t.yaml:2");
}
