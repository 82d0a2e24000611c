// Verdicts and their words.
#include "runtime/judge/words.h"
#include "tests/unit/runtime/plan/recipe_fixture.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::replay {
namespace {

constexpr char text[] = "#include <linux/slab.h>\n"                               // 1
                        "#include <linux/spinlock.h>\n"                           // 2
                        "int elsewhere(void);\n"                                  // 3
                        "void *allocate(int a)\n"                                 // 4
                        "{\n"                                                     // 5
                        "\treturn a > 9 ? __kmalloc_noprof(8, GFP_KERNEL) : 0;\n" // 6
                        "}\n"                                                     // 7
                        "void *locked(spinlock_t *lock, int a)\n"                 // 8
                        "{\n"                                                     // 9
                        "\tspin_lock(lock);\n"                                    // 10
                        "\treturn allocate(a);\n"                                 // 11
                        "}\n"                                                     // 12
                        "void *small(spinlock_t *lock, int a)\n"                  // 13
                        "{\n"                                                     // 14
                        "\tif (a > 5)\n"                                          // 15
                        "\t\treturn 0;\n"                                         // 16
                        "\tspin_lock(lock);\n"                                    // 17
                        "\treturn allocate(a);\n"                                 // 18
                        "}\n"                                                     // 19
                        "void *asked(spinlock_t *lock)\n"                         // 20
                        "{\n"                                                     // 21
                        "\tspin_lock(lock);\n"                                    // 22
                        "\treturn allocate(elsewhere());\n"                       // 23
                        "}\n";

class JudgeTest : public RecipeTest {
protected:
  JudgeTest() : sources(sourcesOf(text)) {}

  static ReplayHop site() { return hop("allocate", at(6, 17), "__kmalloc_noprof", HopKind::Site); }
  static ReplayHop from(const char *caller, unsigned line) {
    return hop(caller, at(line, 9), "allocate", HopKind::Direct);
  }
  Judgement judge(const Finding &finding) {
    Scenario scenario = llvm::cantFail(makeScenario(finding, shippedRules(), sources));
    sim::Profile profile = *sim::profileNamed("612dbg-1024M");
    TreeValues values;
    for (const char *name : {"__GFP_IO", "__GFP_FS", "__GFP_DIRECT_RECLAIM", "__GFP_KSWAPD_RECLAIM"})
      values[name] = profile.gfp.named(name).value_or(0);
    Judgement judgement = Judge(finding, scenario, shippedRules(), values, profile, {}).judge();
    judgement.confirmation.reset(); // its plan points into what goes away
    return judgement;
  }
  Sources sources;
};

TEST_F(JudgeTest, confirmedFromACaller) {
  const Verdict verdict = judge(sleepFinding({from("locked", 11), site()}, 1)).verdict;
  EXPECT_EQ(verdict.result, Verdict::Result::Confirmed) << verdict.reason;
  EXPECT_EQ(verdict.grade, "from locked(), 1 caller up");
  EXPECT_NE(verdict.splat.find("BUG: sleeping function called from invalid context"), std::string::npos);
  EXPECT_NE(verdict.splat.find("Call Trace:\n allocate (a.c:6)\n locked (a.c:11)\n"), std::string::npos)
      << verdict.splat;
  EXPECT_TRUE(verdict.assumptions.empty());
  ASSERT_TRUE(llvm::any_of(verdict.inputs, [](const ReplayInput &input) { return input.name == "a"; }));
}

TEST_F(JudgeTest, anEntryPointIsTheBestGrade) {
  Finding finding = sleepFinding({from("locked", 11), site()}, 1);
  finding.replay->entry.isKernelEntry = true;
  finding.replay->entry.how = "handler of request_irq()";
  EXPECT_EQ(judge(finding).verdict.grade, "from the entry point locked(), handler of request_irq()");
}

TEST_F(JudgeTest, theContextAtTheEntryIsAnAssumption) {
  Finding finding = sleepFinding({site()}, 1);
  finding.replay->hops.front().context[ContextComponent::Preempt] = 1;
  const Verdict verdict = judge(finding).verdict;
  EXPECT_EQ(verdict.result, Verdict::Result::Confirmed) << verdict.reason;
  EXPECT_EQ(verdict.grade, "from the function itself, allocate()");
  EXPECT_EQ(verdict.assumptions, std::vector<std::string>{"allocate() is entered with preempt"});
}

TEST_F(JudgeTest, refutedWhenNoWayIsLeft) {
  const Verdict verdict = judge(sleepFinding({from("small", 18), site()}, 1)).verdict;
  EXPECT_EQ(verdict.result, Verdict::Result::Refuted) << verdict.reason;
  EXPECT_EQ(verdict.grade, "from small() on");
}

TEST_F(JudgeTest, refutedWithoutALock) {
  EXPECT_EQ(judge(sleepFinding({site()}, 1)).verdict.result, Verdict::Result::Refuted);
}

TEST_F(JudgeTest, whatIsNotThereIsAssumed) {
  const Verdict verdict = judge(sleepFinding({from("asked", 23), site()}, 1)).verdict;
  EXPECT_EQ(verdict.result, Verdict::Result::Confirmed) << verdict.reason;
  EXPECT_EQ(verdict.assumptions, std::vector<std::string>{"elsewhere() is not there: it gave any result of its type"});
}

TEST_F(JudgeTest, theSameTwice) {
  const Finding finding = sleepFinding({from("locked", 11), site()}, 1);
  EXPECT_EQ(judge(finding).verdict, judge(finding).verdict);
}

TEST(Words, shortcutsAsAReaderUnderstandsThem) {
  EXPECT_EQ(describe(ShortcutKind::Stub, "f"), "f() is not there: it gave any result of its type");
  EXPECT_EQ(describe(ShortcutKind::Bound, "objects"), "a limit was reached: objects");
  EXPECT_EQ(describe(ShortcutKind::UnknownTarget, "f"), "f was called through a pointer and gave any result");
}

} // namespace
} // namespace kmem::replay
