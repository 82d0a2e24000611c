#include "runtime/replay/saved_replay.h"

#include <gtest/gtest.h>

namespace kmem::replay {
namespace {

SavedReplay example() {
  SavedReplay saved;
  saved.finding.check = "kmem-atomic-gfp";
  saved.finding.fingerprint = "0123456789abcdef";
  saved.finding.verdict = Verdict{Verdict::Result::Confirmed, "from a()", "because", {"b() is there"}, {}, {}, "BUG"};
  saved.first = 2;
  saved.skips = true;
  saved.inject = "failslab:nth=2";
  saved.units = {{"a.c", "00"}, {"b.c", "11"}};
  saved.witness.entries = {
      {WitnessEntry::Kind::Input, 32, ChoiceKind::Allocation, false, 7, "dev->flags"},
      {WitnessEntry::Kind::Input, 64, ChoiceKind::Allocation, true, UINT64_MAX, "dev", "struct dev"},
      {WitnessEntry::Kind::Choice, 0, ChoiceKind::Settled, false, 1, "whether"},
  };
  saved.witness.objects = {{0xffff888012345678, 64, "dev"}};
  saved.outcome = {1234, "aa", "bb"};
  return saved;
}

TEST(SavedReplay, readsBackAsWhatWasWritten) {
  const std::string text = textOf(example());
  const SavedReplay back = llvm::cantFail(parseSavedReplay(text, "x.json"));
  EXPECT_EQ(textOf(back), text);
  EXPECT_EQ(back.witness.entries, example().witness.entries);
  EXPECT_EQ(back.finding, example().finding);
  EXPECT_EQ(back.units, example().units);
  EXPECT_EQ(back.outcome, example().outcome);
}

TEST(SavedReplay, everyCutIsAnErrorThatNamesThePlace) {
  const std::string text = textOf(example());
  for (size_t length = 0; length + 2 < text.size(); ++length) {
    auto saved = parseSavedReplay(llvm::StringRef(text).take_front(length), "x.json");
    ASSERT_FALSE(saved) << length;
    const std::string why = llvm::toString(saved.takeError());
    EXPECT_TRUE(llvm::StringRef(why).starts_with("x.json:")) << why;
    EXPECT_EQ(why.find('\n'), std::string::npos) << why;
  }
}

TEST(SavedReplay, wrongKindsAreNamed) {
  std::string text = textOf(example());
  text.replace(text.find("\"skips\": true"), strlen("\"skips\": true"), "\"skips\": 1");
  auto saved = parseSavedReplay(text, "x.json");
  ASSERT_FALSE(saved);
  EXPECT_EQ(llvm::toString(saved.takeError()), "x.json: expected true or false at saved replay.skips");
}

} // namespace
} // namespace kmem::replay
