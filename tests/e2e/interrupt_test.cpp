// Ctrl-C ends the run soon, without a trace of its workers, and what was summarised is kept.
#include "tests/support/small_tree.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

#include <gtest/gtest.h>

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

namespace kmem::test {
namespace {

constexpr unsigned unitCount = 8;
constexpr unsigned functionsPerUnit = 1500; ///< makes a unit take a noticeable while
constexpr int interruptedCode = 130;
constexpr unsigned patienceMs = 60'000;

std::string longUnit(unsigned number) {
  std::string text;
  for (unsigned i = 0; i < functionsPerUnit; ++i)
    text += "int f" + std::to_string(number) + "_" + std::to_string(i) + "(int x)\n{\n\treturn x ? x + 1 : x * 3;\n}\n";
  return text;
}

unsigned summariesIn(const std::string &folder) {
  unsigned count = 0;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    count += llvm::StringRef(it->path()).ends_with(".ksum");
  return count;
}

/// Starts kmem-tidy on the tree with standard error in a file, in a process group of its own.
pid_t start(const SmallTree &tree) {
  pid_t child = fork();
  if (child != 0)
    return child;
  setpgid(0, 0);
  if (!freopen(tree.path("err").c_str(), "w", stderr))
    _exit(99);
  execl(KMEM_BINARY_DIR "/kmem-tidy", "kmem-tidy", "-j1", "-p", tree.path().c_str(),
        ("--source-root=" + tree.path()).c_str(), ("--cache-dir=" + tree.path("cache")).c_str(), nullptr);
  _exit(99);
}

TEST(Interrupt, keepsFinishedSummaries) {
  SmallTree tree;
  for (unsigned i = 0; i < unitCount; ++i)
    tree.addUnit("unit" + std::to_string(i) + ".c", longUnit(i));
  const pid_t child = start(tree);
  ASSERT_GT(child, 0);
  for (unsigned waited = 0; waited < patienceMs && summariesIn(tree.path("cache/units")) < 2; ++waited)
    usleep(1000);
  kill(-child, SIGINT); // to the whole group, as a terminal does
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), interruptedCode);
  EXPECT_NE(readFile(tree.path("err")).find("interrupted"), std::string::npos) << readFile(tree.path("err"));
  EXPECT_EQ(kill(-child, 0), -1) << "a worker is still there";
  EXPECT_GE(readFile(tree.path("cache/index")).size(), 100u);
  EXPECT_LT(summariesIn(tree.path("cache/units")), unitCount);
  EXPECT_EQ(tree.tidy().exitCode, 0);
}

} // namespace
} // namespace kmem::test
