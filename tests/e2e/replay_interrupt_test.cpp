// Ctrl-C ends kmem-replay soon, without a report and without a trace of its workers.
#include "tests/support/small_tree.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include <sys/wait.h>
#include <unistd.h>

namespace kmem::test {
namespace {

constexpr unsigned repetitions = 4000; ///< of the finding: minutes of work
constexpr int interruptedCode = 130;
constexpr unsigned patienceMs = 60'000;

/// Starts kmem-replay with standard error in a file, in a process group of its own.
pid_t start(const SmallTree &tree) {
  const pid_t child = fork();
  if (child != 0)
    return child;
  setpgid(0, 0);
  if (!freopen(tree.path("err").c_str(), "w", stderr))
    _exit(99);
  execl(KMEM_BINARY_DIR "/kmem-replay", "kmem-replay", "-j2", "-p", tree.path().c_str(),
        ("--source-root=" + tree.path()).c_str(), ("--report=jsonl=" + tree.path("out.jsonl")).c_str(),
        tree.path("many.jsonl").c_str(), nullptr);
  _exit(99);
}

bool hasWorkers(pid_t parent) {
  const std::string task = "/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children";
  pid_t worker = 0;
  return bool(std::ifstream(task) >> worker);
}

TEST(ReplayInterrupt, endsSoonAndCleanly) {
  SmallTree tree;
  tree.addUnit("a.c", lockedAllocation("a"));
  const std::string finding = tree.tidyJsonl({"--quiet"}).out;
  std::string many;
  for (unsigned i = 0; i < repetitions; ++i)
    many += finding;
  tree.write("many.jsonl", many);
  const pid_t child = start(tree);
  ASSERT_GT(child, 0);
  for (unsigned waited = 0; waited < patienceMs && !hasWorkers(child); ++waited)
    usleep(1000);
  kill(-child, SIGINT); // to the whole group, as a terminal does
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), interruptedCode);
  EXPECT_NE(readFile(tree.path("err")).find("interrupted after"), std::string::npos) << readFile(tree.path("err"));
  EXPECT_EQ(kill(-child, 0), -1) << "a worker is still there";
  EXPECT_EQ(readFile(tree.path("out.jsonl")), "");
}

} // namespace
} // namespace kmem::test
