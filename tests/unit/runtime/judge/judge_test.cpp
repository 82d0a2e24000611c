// Verdicts and their words.
#include "runtime/judge/words.h"
#include "tests/unit/runtime/plan/recipe_fixture.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::replay {
namespace {

constexpr char text[] = "#include <linux/slab.h>\n"                                         // 1
                        "#include <linux/spinlock.h>\n"                                     // 2
                        "int elsewhere(void);\n"                                            // 3
                        "void *allocate(int a)\n"                                           // 4
                        "{\n"                                                               // 5
                        "\treturn a > 9 ? __kmalloc_noprof(8, GFP_KERNEL) : 0;\n"           // 6
                        "}\n"                                                               // 7
                        "void *locked(spinlock_t *lock, int a)\n"                           // 8
                        "{\n"                                                               // 9
                        "\tspin_lock(lock);\n"                                              // 10
                        "\treturn allocate(a);\n"                                           // 11
                        "}\n"                                                               // 12
                        "void *small(spinlock_t *lock, int a)\n"                            // 13
                        "{\n"                                                               // 14
                        "\tif (a > 5)\n"                                                    // 15
                        "\t\treturn 0;\n"                                                   // 16
                        "\tspin_lock(lock);\n"                                              // 17
                        "\treturn allocate(a);\n"                                           // 18
                        "}\n"                                                               // 19
                        "void *asked(spinlock_t *lock)\n"                                   // 20
                        "{\n"                                                               // 21
                        "\tspin_lock(lock);\n"                                              // 22
                        "\treturn allocate(elsewhere());\n"                                 // 23
                        "}\n"                                                               // 24
                        "struct part { int on; };\n"                                        // 25
                        "struct whole { int a; struct part part; };\n"                      // 26
                        "void *twice(spinlock_t *lock, struct part *a, struct part *b)\n"   // 27
                        "{\n"                                                               // 28
                        "\ta->on = 0;\n"                                                    // 29
                        "\tb->on = 1;\n"                                                    // 30
                        "\tif (!a->on)\n"                                                   // 31
                        "\t\treturn 0;\n"                                                   // 32
                        "\tspin_lock(lock);\n"                                              // 33
                        "\treturn allocate(10);\n"                                          // 34
                        "}\n"                                                               // 35
                        "void *inside(spinlock_t *lock, struct part *a, struct whole *b)\n" // 36
                        "{\n"                                                               // 37
                        "\ta->on = 0;\n"                                                    // 38
                        "\tb->part.on = 1;\n"                                               // 39
                        "\tif (!a->on)\n"                                                   // 40
                        "\t\treturn 0;\n"                                                   // 41
                        "\tspin_lock(lock);\n"                                              // 42
                        "\treturn allocate(10);\n"                                          // 43
                        "}\n"                                                               // 44
                        "void *apart(spinlock_t *lock, struct part *a, struct part *b)\n"   // 45
                        "{\n"                                                               // 46
                        "\ta->on = 1;\n"                                                    // 47
                        "\tb->on = 1;\n"                                                    // 48
                        "\tif (a->on)\n"                                                    // 49
                        "\t\treturn 0;\n"                                                   // 50
                        "\tspin_lock(lock);\n"                                              // 51
                        "\treturn allocate(10);\n"                                          // 52
                        "}\n"                                                               // 53
                        "void *bytes(spinlock_t *lock, char *a, struct part *b)\n"          // 54
                        "{\n"                                                               // 55
                        "\t*a = 0;\n"                                                       // 56
                        "\tb->on = 1;\n"                                                    // 57
                        "\tif (!*a)\n"                                                      // 58
                        "\t\treturn 0;\n"                                                   // 59
                        "\tspin_lock(lock);\n"                                              // 60
                        "\treturn allocate(10);\n"                                          // 61
                        "}\n"                                                               // 62
                        "void circle(void)\n"                                               // 63
                        "{\n"                                                               // 64
                        "\tfor (;;)\n"                                                      // 65
                        "\t\tkfree(0);\n"                                                   // 66
                        "}\n"                                                               // 67
                        "struct op { void *more; };\n"                                      // 68
                        "void put(struct op *op)\n"                                         // 69
                        "{\n"                                                               // 70
                        "\tkfree(op->more);\n"                                              // 71
                        "}\n"                                                               // 72
                        "void lookup(struct op *op)\n"                                      // 73
                        "{\n"                                                               // 74
                        "\top->more = __kvmalloc_node_noprof(64, GFP_KERNEL, 0);\n"         // 75
                        "\tput(op);\n"                                                      // 76
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

// Pointers of one type, or to a whole and its part, may lead to the same memory.
TEST_F(JudgeTest, twoPointersToOneObject) {
  EXPECT_EQ(judge(sleepFinding({from("twice", 34), site()}, 1)).verdict.result, Verdict::Result::Confirmed);
  EXPECT_EQ(judge(sleepFinding({from("inside", 43), site()}, 1)).verdict.result, Verdict::Result::Confirmed);
}

TEST_F(JudgeTest, refutedWhereTheSameMemoryMakesNoDifference) {
  const Verdict verdict = judge(sleepFinding({from("apart", 52), site()}, 1)).verdict;
  EXPECT_EQ(verdict.result, Verdict::Result::Refuted) << verdict.reason;
}

TEST_F(JudgeTest, whatAPointerToCharLeadsToMayBeAnything) {
  Finding finding = sleepFinding({from("bytes", 61), site()}, 1);
  finding.replay->hops.back().context[ContextComponent::Preempt] = 1;
  const Judgement judgement = judge(finding);
  ASSERT_FALSE(judgement.attempts.empty());
  const SearchResult &found = judgement.attempts.front().found;
  EXPECT_EQ(found.end, SearchEnd::Exhausted);
  EXPECT_EQ(found.shortcuts.front().second, "pointers that may lead to the same memory");
  // What its caller does not forbid happens from the site's own function.
  EXPECT_EQ(judgement.verdict.grade, "from the function itself, allocate()");
}

TEST_F(JudgeTest, whatIsNotThereIsAssumed) {
  const Verdict verdict = judge(sleepFinding({from("asked", 23), site()}, 1)).verdict;
  EXPECT_EQ(verdict.result, Verdict::Result::Confirmed) << verdict.reason;
  EXPECT_EQ(verdict.assumptions, std::vector<std::string>{"elsewhere() is not there: it gave any result of its type"});
}

/// Nothing is left open in the loop: only the passes of the site say that it goes on like that.
TEST_F(JudgeTest, aLoopThroughTheSiteEnds) {
  const Judgement judgement = judge(sleepFinding({hop("circle", at(66, 3), "kfree", HopKind::Site)}, 0));
  EXPECT_EQ(judgement.verdict.result, Verdict::Result::Unknown);
  EXPECT_NE(judgement.verdict.reason.find("a limit was reached: passes of the site"), std::string::npos)
      << judgement.verdict.reason;
  EXPECT_LT(judgement.counts.steps, 10000u);
}

/// The function that made the memory gives it to the release itself, so that nothing is left when it returns.
TEST_F(JudgeTest, theSiteOnTheWayOfTheAllocation) {
  Finding finding = sleepFinding({hop("put", at(71, 2), "kfree", HopKind::Site)}, 0);
  FreeClaim claim;
  claim.accepts = {"slab", "slab_cache"};
  claim.family = "kvmalloc";
  finding.replay->target.claim = claim;
  finding.replay->target.arguments = {};
  finding.replay->target.arguments.pointer = 0;
  ReplayAllocation allocation;
  allocation.function = {"lookup", "a.c"};
  allocation.call = at(75, 13);
  allocation.callee = "__kvmalloc_node_noprof";
  allocation.place = AllocationPlace::Earlier;
  allocation.stores = {"op.more"};
  finding.replay->allocation = allocation;
  const Verdict verdict = judge(finding).verdict;
  EXPECT_EQ(verdict.result, Verdict::Result::Confirmed) << verdict.reason;
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
