#include "checker/driver/worker_pool.h"

#include "llvm/Support/ErrorHandling.h"

#include "gtest/gtest.h"

#include <csignal>
#include <map>
#include <numeric>

#include <unistd.h>

using namespace kmem;

namespace {

std::vector<size_t> tasks(size_t count) {
  std::vector<size_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

/// Runs all tasks and returns what became of each.
std::map<size_t, TaskOutcome> runAll(size_t count, unsigned jobs, llvm::function_ref<std::string(size_t)> work) {
  std::map<size_t, TaskOutcome> outcomes;
  PoolEnd end = runPool(tasks(count), jobs, {work, [&](size_t task, TaskOutcome outcome) {
                                               outcomes[task] = std::move(outcome);
                                               return true;
                                             }});
  EXPECT_EQ(end, PoolEnd::Completed);
  return outcomes;
}

TEST(WorkerPool, EveryTaskIsDoneOnceWhateverTheNumberOfJobs) {
  for (unsigned jobs : {1u, 2u, 8u}) {
    auto outcomes = runAll(30, jobs, [](size_t task) { return std::to_string(task); });
    ASSERT_EQ(outcomes.size(), 30u);
    for (const auto &[task, outcome] : outcomes) {
      EXPECT_TRUE(outcome.completed);
      EXPECT_EQ(outcome.reply, std::to_string(task));
    }
  }
}

TEST(WorkerPool, NothingToDo) {
  EXPECT_TRUE(runAll(0, 2, [](size_t) { return ""; }).empty());
}

TEST(WorkerPool, LargeAndEmptyReplies) {
  auto outcomes = runAll(4, 2, [](size_t task) { return std::string(task * 1'000'000, 'x'); });
  for (const auto &[task, outcome] : outcomes)
    EXPECT_EQ(outcome.reply.size(), task * 1'000'000);
}

TEST(WorkerPool, MoreTasksThanAWorkerTakes) {
  EXPECT_EQ(runAll(tasksPerWorker * 2 + 3, 1, [](size_t) { return "x"; }).size(), tasksPerWorker * 2 + 3);
}

TEST(WorkerPool, ACrashCostsItsTask) {
  auto outcomes = runAll(10, 2, [](size_t task) -> std::string {
    if (task == 3)
      raise(SIGSEGV);
    if (task == 5)
      _exit(7);
    if (task == 6)
      raise(SIGXCPU);
    if (task == 7)
      llvm::report_fatal_error("no such target");
    return "fine";
  });
  ASSERT_EQ(outcomes.size(), 10u);
  EXPECT_NE(outcomes[3].reply.find("signal 11"), std::string::npos) << outcomes[3].reply;
  EXPECT_NE(outcomes[5].reply.find("exit status 7"), std::string::npos) << outcomes[5].reply;
  EXPECT_NE(outcomes[7].reply.find("no such target"), std::string::npos) << outcomes[7].reply;
  EXPECT_NE(outcomes[6].reply.find("ran out of time"), std::string::npos) << outcomes[6].reply;
  for (const auto &[task, outcome] : outcomes)
    EXPECT_EQ(outcome.completed, task != 3 && task != 5 && task != 6 && task != 7) << task;
}

TEST(WorkerPool, StopsWhenToldTo) {
  size_t done = 0;
  PoolEnd end = runPool(tasks(100), 2, {[](size_t) { return "x"; }, [&](size_t, TaskOutcome) { return ++done < 5; }});
  EXPECT_EQ(end, PoolEnd::Stopped);
  EXPECT_EQ(done, 5u);
}

TEST(WorkerPool, InterruptedKeepsWhatIsDone) {
  size_t done = 0;
  PoolEnd end = runPool(tasks(100), 2,
                        {[](size_t) { return "x"; },
                         [&](size_t, TaskOutcome) {
                           if (++done == 5)
                             raise(SIGINT);
                           return true;
                         }});
  EXPECT_EQ(end, PoolEnd::Interrupted);
  EXPECT_GE(done, 5u);
  EXPECT_LT(done, 100u);
}

} // namespace
