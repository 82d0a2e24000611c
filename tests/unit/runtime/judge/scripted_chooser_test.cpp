// A replay follows its script or says where it left it.
#include "runtime/judge/replayer.h"

#include <gtest/gtest.h>

namespace kmem::replay {
namespace {

WitnessEntry inputOf(uint64_t value, uint8_t width) {
  WitnessEntry entry;
  entry.width = width;
  entry.value = value;
  return entry;
}

WitnessEntry choiceOf(ChoiceKind kind, uint64_t way) {
  WitnessEntry entry;
  entry.kind = WitnessEntry::Kind::Choice;
  entry.choice = kind;
  entry.value = way;
  return entry;
}

Input asked(const char *name, unsigned width) {
  Input input;
  input.name = name;
  input.width = width;
  input.preferred = 5;
  return input;
}

/// Of a program without code, with room for no object.
class ScriptedAnswers : public testing::Test {
protected:
  const Image image{llvm::ArrayRef<const llvm::Module *>()};
  LazyObjects objects{image, {}};
};

TEST_F(ScriptedAnswers, answersInOrder) {
  const Witness script{{inputOf(7, 32), choiceOf(ChoiceKind::Allocation, 1), inputOf(9, 8)}, {}};
  ScriptedChooser chooser(script, objects);
  EXPECT_EQ(chooser.input(asked("a", 32)).bits(), 7u);
  EXPECT_EQ(chooser.choose(ChoiceKind::Allocation, "kmalloc()", 2), 1u);
  EXPECT_EQ(chooser.input(asked("b", 8)).bits(), 9u);
  EXPECT_EQ(chooser.divergence(), "");
}

TEST_F(ScriptedAnswers, anotherQuestionIsADivergence) {
  const Witness script{{choiceOf(ChoiceKind::Allocation, 1)}, {}};
  ScriptedChooser chooser(script, objects);
  EXPECT_EQ(chooser.input(asked("a", 32)).bits(), 5u) << "what is preferred";
  EXPECT_EQ(chooser.divergence(), "an input at entry 0 of the script");
}

TEST_F(ScriptedAnswers, theScriptMayEndTooEarly) {
  const Witness script;
  ScriptedChooser chooser(script, objects);
  EXPECT_EQ(chooser.choose(ChoiceKind::Trylock, "mutex_trylock()", 2), 0u);
  EXPECT_EQ(chooser.divergence(), "a choice at entry 0 of the script");
}

TEST_F(ScriptedAnswers, anotherWidthIsADivergence) {
  const Witness script{{inputOf(7, 32)}, {}};
  ScriptedChooser chooser(script, objects);
  chooser.input(asked("dev->flags", 64));
  EXPECT_NE(chooser.divergence().find("an input of another width, dev->flags"), std::string::npos);
}

TEST_F(ScriptedAnswers, anotherKindOfChoiceOrAWayTooManyIsADivergence) {
  const Witness script{{choiceOf(ChoiceKind::Allocation, 1)}, {}};
  ScriptedChooser other(script, objects);
  other.choose(ChoiceKind::Trylock, "mutex_trylock()", 2);
  EXPECT_NE(other.divergence().find("another choice, mutex_trylock()"), std::string::npos);
  ScriptedChooser fewer(script, objects);
  EXPECT_EQ(fewer.choose(ChoiceKind::Allocation, "kmalloc()", 1), 0u);
  EXPECT_NE(fewer.divergence(), "");
}

TEST_F(ScriptedAnswers, symbolsAreADivergence) {
  const Witness script;
  ScriptedChooser chooser(script, objects);
  EXPECT_EQ(chooser.branch({}), std::nullopt);
  EXPECT_EQ(chooser.pick(noTerm, PickFor::Address), std::nullopt);
  EXPECT_EQ(chooser.divergence(), "a condition with symbols at entry 0 of the script") << "the first one is told";
}

} // namespace
} // namespace kmem::replay
