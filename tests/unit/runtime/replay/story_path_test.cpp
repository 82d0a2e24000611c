#include "runtime/replay/story_path.h"

#include <gtest/gtest.h>

namespace kmem::replay {
namespace {

StoryLine line(unsigned number, std::string note = "") {
  StoryLine line{"f", "a.c", number, 0, {}};
  if (!note.empty())
    line.notes.push_back(std::move(note));
  return line;
}

TEST(StoryPath, aLoopOfManyIterationsIsShortened) {
  std::vector<StoryLine> lines{line(1)};
  for (unsigned i = 0; i < 10; ++i) {
    lines.push_back(line(2, "allocated 8 bytes at 0x" + std::to_string(100 + i)));
    lines.push_back(line(3));
  }
  lines.push_back(line(4));
  const std::vector<StoryLine> shortened = withLoopsShortened(lines);
  ASSERT_EQ(shortened.size(), 1 + 3 * 2 + 1 + 1u);
  EXPECT_EQ(shortened[7].iterations, 7u);
  EXPECT_EQ(shortened.back().line, 4u);
}

TEST(StoryPath, threeIterationsAreShown) {
  EXPECT_EQ(withLoopsShortened({line(2), line(2), line(2), line(3)}).size(), 4u);
}

TEST(StoryPath, iterationsThatDoOtherThingsAreShown) {
  EXPECT_EQ(withLoopsShortened({line(2, "a"), line(2, "b"), line(2, "c"), line(2, "d")}).size(), 4u);
}

TEST(StoryPath, ofVeryLongPathsTheMiddleIsLeftOut) {
  std::vector<StoryLine> lines;
  for (unsigned i = 1; i <= 1000; ++i)
    lines.push_back(line(i));
  const std::vector<StoryLine> shortened = withLoopsShortened(lines);
  ASSERT_EQ(shortened.size(), 801u);
  EXPECT_EQ(shortened[400].leftOut, 200u);
}

} // namespace
} // namespace kmem::replay
