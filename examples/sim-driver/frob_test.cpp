// Unit-tests a driver by letting each of its allocations fail in turn, on a simulated 6.12 with SLUB's debugging on.
#include "board.h"

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr uint32_t allocations = 1u << KMEM_FAULT_SLAB | 1u << KMEM_FAULT_PAGE;
constexpr unsigned mostAllocations = 50; ///< of one run; the loop must end before

using Machine = std::unique_ptr<kmem_sim, decltype(&kmem_sim_destroy)>;

Machine boot() {
  kmem_options options{};
  options.profile = "612dbg-FZPU";
  options.memory_bytes = uint64_t(64) << 20;
  options.native = 1;
  kmem_sim *machine = nullptr;
  char problem[200] = "";
  EXPECT_EQ(kmem_sim_create(&options, &machine, problem, sizeof(problem)), KMEM_OK) << problem;
  return {machine, kmem_sim_destroy};
}

uint64_t liveObjects(const Machine &machine) {
  uint64_t objects = 0;
  kmem_sim_live_objects(machine.get(), 0, &objects);
  return objects;
}

struct Life {
  bool failed; ///< whether an allocation was made to fail
  int probeError;
  int64_t leaked; ///< objects
  kmem_status status;
  std::string console;
};

/// One life of the driver in which the n-th allocation fails; 0: none.
Life runWithFailure(bool fixed, uint64_t n) {
  const Machine machine = boot();
  board run{machine.get(), fixed, 3, 0};
  kmem_sim_run(machine.get(), "warm-up", board_run, &run); // what the kernel allocates once and keeps
  const uint64_t before = liveObjects(machine), from = kmem_sim_console_lines(machine.get());
  uint64_t failuresBefore = 0, failures = 0;
  kmem_sim_decisions(machine.get(), nullptr, &failuresBefore);
  kmem_sim_fail_nth(machine.get(), n ? allocations : 0, n);
  const kmem_status status = kmem_sim_run(machine.get(), "driver", board_run, &run);
  kmem_sim_decisions(machine.get(), nullptr, &failures);
  return {failures > failuresBefore, run.probe_error, int64_t(liveObjects(machine)) - int64_t(before), status,
          kmem_sim_console(machine.get(), from)};
}

/// All lives with one failure each, until there is no n-th allocation any more.
std::vector<Life> runWithEachFailure(bool fixed) {
  std::vector<Life> runs;
  for (uint64_t n = 1; n <= mostAllocations; ++n) {
    runs.push_back(runWithFailure(fixed, n));
    if (!runs.back().failed)
      break;
  }
  return runs;
}

bool contains(const std::string &text, const char *part) { return text.find(part) != std::string::npos; }

TEST(Frob, worksAndCleansUpWhenNothingFails) {
  for (const bool fixed : {false, true}) {
    const Life run = runWithFailure(fixed, 0);
    EXPECT_EQ(run.status, KMEM_OK);
    EXPECT_EQ(run.probeError, 0);
    EXPECT_EQ(run.leaked, 0);
    EXPECT_TRUE(contains(run.console, "frob.7: frob-7 is ready")) << run.console;
    EXPECT_FALSE(contains(run.console, "BUG")) << run.console;
  }
}

TEST(Frob, failingEachAllocationFindsTheThreeMistakes) {
  unsigned leaks = 0, doubleFrees = 0, sleepsInInterrupt = 0;
  const std::vector<Life> runs = runWithEachFailure(/*fixed=*/false);
  for (const Life &run : runs) {
    leaks += run.leaked > 0;
    doubleFrees += contains(run.console, "BUG kmalloc-8");
    sleepsInInterrupt += contains(run.console, "BUG: sleeping function called from invalid context");
  }
  EXPECT_GE(runs.size(), 7u) << "frob, label, ring, irq and three events";
  EXPECT_FALSE(runs.back().failed);
  EXPECT_EQ(leaks, 1u) << "the label, when there is no memory for the ring";
  EXPECT_EQ(doubleFrees, 1u) << "the label, when the interrupt cannot be had";
  EXPECT_EQ(sleepsInInterrupt, 3u) << "each of the events";
}

TEST(Frob, theFixedDriverSurvivesEachFailure) {
  for (const Life &run : runWithEachFailure(/*fixed=*/true)) {
    EXPECT_EQ(run.status, KMEM_OK);
    EXPECT_EQ(run.leaked, 0);
    EXPECT_FALSE(contains(run.console, "BUG")) << run.console;
  }
}

} // namespace
