#include "rule_folder.h"

using namespace kmem::rules;

static const char *kfree = "  - {name: kfree, free: {families: [slab]}}\n";
static const char *kmalloc = "  - {name: kmalloc, alloc: {family: slab, size: 0, gfp: 1}}\n";

static std::string digestOf(const std::string &rows) { return loadText("functions:\n" + rows).digest(); }

TEST(Digest, OrderFilesAndSpellingOfYamlMeanNothing) {
  std::string digest = digestOf(std::string(kfree) + kmalloc);
  EXPECT_EQ(digest, digestOf(std::string(kmalloc) + "# a comment\n\n" + kfree));
  EXPECT_EQ(digest, digestOf(std::string(kmalloc) + "  - name: [kfree]\n    free: {arg: 0, families: slab}\n"));
  RuleFolder folder;
  folder.write("b.yaml", std::string("functions:\n") + kfree);
  folder.write("a.yaml", std::string("functions:\n") + kmalloc);
  EXPECT_EQ(digest, folder.load().digest());
}

TEST(Digest, EveryMeaningCounts) {
  std::string digest = digestOf(kfree);
  EXPECT_EQ(digest.size(), 32u);
  EXPECT_NE(digest, digestOf("  - {name: kfree, free: {families: [slab]}, opaque: true}\n"));
  EXPECT_NE(digest, digestOf("  - {name: kfree, free: {arg: 1, families: [slab]}}\n"));
  EXPECT_NE(digest, digestOf("  - {name: kfree, free: {families: [slab, page]}}\n"));
  EXPECT_NE(digest, digestOf(std::string(kfree) + kmalloc));
}

TEST(Digest, RowsThatDoNotHoldAreNotPartOfIt) {
  std::string gated =
      std::string("functions:\n") + kfree + "  - {name: new_free, when: {since: \"6.4\"}, opaque: true}\n";
  EXPECT_EQ(loadText(gated, tree("6.1")).digest(), digestOf(kfree));
  EXPECT_NE(loadText(gated, tree("6.12")).digest(), digestOf(kfree));
}

TEST(Digest, HowAFunctionIsReplayedLeavesSummariesValid) {
  RuleSet plain = loadText(std::string("functions:\n") + kfree);
  RuleSet modelled = loadText("functions:\n  - {name: kfree, free: {families: [slab]}, model: kfree}\n"
                              "replay_functions:\n  - {name: memcpy, model: memcpy}\n");
  EXPECT_NE(plain.digest(), modelled.digest());
  EXPECT_EQ(plain.summaryDigest(), modelled.summaryDigest());
}
