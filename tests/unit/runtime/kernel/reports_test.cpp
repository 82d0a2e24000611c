#include "runtime/kernel/kernel.h"

#include <gtest/gtest.h>

using namespace kmem::sim;

namespace {

constexpr CodeSite freeLarge{"free_large_kmalloc", "mm/slub.c", 4799};
constexpr CodeSite physAddr{"__phys_addr", "arch/x86/mm/physaddr.c", 28};

struct ReportsTest : testing::Test {
  Kernel kernel{*profileNamed("612dbg")};
};

std::vector<std::string> linesOf(Kernel &kernel) { return kernel.console.since(0); }

/// The lines up to the first RIP of a kernel BUG under a profile.
std::vector<std::string> bugUnder(std::string_view tag, DeathKind expected = DeathKind::Oops) {
  Kernel kernel(*profileNamed(tag));
  try {
    kernel.reports.bug(physAddr);
  } catch (const Death &death) {
    EXPECT_EQ(death.kind, expected);
  }
  auto lines = linesOf(kernel);
  lines.resize(std::min<size_t>(lines.size(), 3));
  return lines;
}

} // namespace

TEST_F(ReportsTest, a_warning_names_cpu_task_place_and_function) {
  kernel.reports.warn(freeLarge);
  const std::string pid = std::to_string(kernel.context.task().pid);
  EXPECT_EQ(linesOf(kernel),
            (std::vector<std::string>{"WARNING: CPU: 0 PID: " + pid + " at mm/slub.c:4799 free_large_kmalloc",
                                      "RIP: 0010:free_large_kmalloc"}));
}

TEST_F(ReportsTest, once_is_once_until_rearmed) {
  EXPECT_TRUE(kernel.reports.warnOnce(freeLarge));
  EXPECT_FALSE(kernel.reports.warnOnce(freeLarge));
  EXPECT_TRUE(kernel.reports.warnOnce({"free_large_kmalloc", "mm/slub.c", 4800})) << "another place";
  const Reports::State warned = kernel.reports.state();
  kernel.reports.rearm();
  EXPECT_TRUE(kernel.reports.warnOnce(freeLarge));
  kernel.reports.restore(warned);
  EXPECT_FALSE(kernel.reports.warnOnce(freeLarge));
}

TEST(Reports, a_bug_is_worded_by_release_and_configuration) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(bugUnder("612dbg"), (Lines{"kernel BUG at arch/x86/mm/physaddr.c:28!",
                                       "Oops: invalid opcode: 0000 [#1] PREEMPT SMP", "RIP: 0010:__phys_addr"}));
  EXPECT_EQ(bugUnder("61dbg")[1], "invalid opcode: 0000 [#1] PREEMPT SMP");
  EXPECT_EQ(bugUnder("612kasan")[1], "Oops: invalid opcode: 0000 [#1] PREEMPT SMP KASAN");
  EXPECT_EQ(bugUnder("deb612")[1], "Oops: invalid opcode: 0000 [#1] PREEMPT SMP NOPTI");
  EXPECT_EQ(bugUnder("deb61")[1], "invalid opcode: 0000 [#1] PREEMPT SMP NOPTI");
}

TEST_F(ReportsTest, a_division_by_zero_is_an_oops) {
  EXPECT_THROW(kernel.reports.divideError({"calculate_order", "mm/slub.c", 0}), Death);
  EXPECT_EQ(linesOf(kernel)[0], "Oops: divide error: 0000 [#1] PREEMPT SMP");
}

TEST_F(ReportsTest, an_oops_in_interrupt_is_the_end_of_the_machine) {
  kernel.context.preemptAdd(hardirqOffset);
  try {
    kernel.reports.bug(physAddr);
    FAIL();
  } catch (const Death &death) {
    EXPECT_EQ(death.kind, DeathKind::Panic);
  }
  EXPECT_EQ(linesOf(kernel).back(), "Kernel panic - not syncing: Fatal exception in interrupt");
}

TEST_F(ReportsTest, a_thread_that_dies_atomic_leaves_a_note) {
  kernel.context.preemptAdd(preemptOffset);
  EXPECT_THROW(kernel.reports.bug(physAddr), Death);
  EXPECT_TRUE(linesOf(kernel).back().ends_with("exited with preempt_count 1")) << linesOf(kernel).back();
}

TEST_F(ReportsTest, oopses_are_counted_and_summarised_by_the_first) {
  EXPECT_THROW(kernel.reports.bug(physAddr), Death);
  const Console::Mark mark = kernel.console.mark();
  EXPECT_THROW(kernel.memory.load<uint8_t>(0, {"m_deref", "", 0}), Death);
  const auto lines = kernel.console.since(mark);
  EXPECT_NE(std::find(lines.begin(), lines.end(), "Oops: Oops: 0000 [#2] PREEMPT SMP"), lines.end());
  EXPECT_NE(std::find(lines.begin(), lines.end(), "RIP: 0010:__phys_addr"), lines.end());
}

TEST_F(ReportsTest, taint_is_printed_by_position) {
  EXPECT_EQ(kernel.reports.taintText(), "Not tainted");
  kernel.reports.taint(Taint::OutOfTreeModule);
  EXPECT_EQ(kernel.reports.taintText(), "Tainted: G           O      ");
  kernel.reports.taint(Taint::UnsignedModule);
  EXPECT_EQ(kernel.reports.taintText(), "Tainted: G           OE     ");
}

TEST_F(ReportsTest, corruption_ends_lock_debugging_once) {
  kernel.reports.taint(Taint::BadPage, true);
  kernel.reports.taint(Taint::BadPage, true);
  EXPECT_EQ(linesOf(kernel), std::vector<std::string>{"Disabling lock debugging due to kernel taint"});
  EXPECT_FALSE(kernel.reports.lockDebugging());
  kernel.reports.rearm();
  EXPECT_TRUE(kernel.reports.lockDebugging());
}

TEST(Reports, pointers_are_hashed_unless_slubs_debugging_wants_them) {
  Kernel hashed(*profileNamed("612dbg")), plain(*profileNamed("612dbg-FZPU"));
  EXPECT_EQ(plain.reports.describePointer(0xffff888003796c40), "ffff888003796c40");
  EXPECT_EQ(hashed.reports.describePointer(0xffff888003796c40).substr(0, 8), "00000000");
  EXPECT_NE(hashed.reports.describePointer(0xffff888003796c40), hashed.reports.describePointer(0xffff888003796c80));
  EXPECT_EQ(hashed.reports.describePointer(errorPointer(-12)), "fffffffffffffff4");
  EXPECT_EQ(hashed.reports.describePointer(0), "0000000000000000");
}
