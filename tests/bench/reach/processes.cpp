#include "tests/bench/reach/processes.h"

#include "llvm/Support/raw_ostream.h"

#include <climits>
#include <cstring>
#include <map>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kmem::bench {

using replay::ReplayTree;

static constexpr uint64_t dataBytes = uint64_t(2) << 30;
static constexpr unsigned secondsOfProcess = 30; ///< for one attempt, its replay included

namespace {
/// Writes lines to a pipe that several processes share: each is one write, and shorter than what a pipe takes at once.
class Lines {
public:
  Lines(int to, size_t unit) : to(to), unit(unit) {}
  void write(const Attempt &attempt) {
    const std::string line = std::to_string(unit) + "\t" + std::to_string(number++) + "\t" + toLine(attempt) + "\n";
    assert(line.size() <= PIPE_BUF);
    [[maybe_unused]] const ssize_t written = ::write(to, line.data(), line.size());
  }

private:
  const int to;
  const size_t unit;
  unsigned number = 0;
};

void limitProcess() {
  const rlimit cpu{secondsOfProcess, secondsOfProcess + 1}, data{dataBytes, dataBytes}, core{0, 0};
  setrlimit(RLIMIT_CPU, &cpu);
  setrlimit(RLIMIT_DATA, &data);
  setrlimit(RLIMIT_CORE, &core);
}

/// Calls `work` in a process of its own. Says what that process died of; "" when it did not.
std::string apart(llvm::function_ref<void()> work) {
  const pid_t child = fork();
  if (child == 0) {
    limitProcess();
    work();
    _exit(0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child)
    return "no process";
  return WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "";
}

Attempt crashed(const ReachTarget &target, unsigned level, const std::string &death) {
  Attempt attempt;
  attempt.level = level;
  attempt.entry = hopsFrom(target, level).front().function->getName().str();
  attempt.site = target.place;
  attempt.blockedBy = death;
  return attempt;
}

void attemptTarget(const ReachTarget &target, replay::Program &program, const ReplayTree &tree, AttemptLimits limits,
                   Lines &lines, int results[2]) {
  for (unsigned level = 0; level < target.hops.size(); ++level) {
    const std::string death = apart([&] {
      const std::string line = toLine(attempt(target, level, program, tree, limits));
      [[maybe_unused]] const ssize_t written = ::write(results[1], line.data(), line.size());
    });
    char line[PIPE_BUF];
    const ssize_t size = death.empty() ? read(results[0], line, sizeof line) : 0;
    lines.write(size > 0 ? fromLine({line, size_t(size)}) : crashed(target, level, death));
  }
}

void attemptUnit(const std::string &unit, const ReplayTree &tree, AttemptLimits limits, Lines lines) {
  replay::Sources sources(tree.tree.units, tree.tree.sourceRoot, {});
  auto loaded = sources.load(unit);
  if (!loaded) {
    llvm::errs() << "reach: " << llvm::toString(loaded.takeError()) << "\n";
    return;
  }
  int results[2];
  if (pipe(results) != 0)
    return;
  for (const ReachTarget &target : targetsIn(**loaded, tree.rules)) {
    replay::Program program({(*loaded)->code.module.get()});
    attemptTarget(target, program, tree, limits, lines, results);
  }
}

std::string readAll(int from) {
  std::string text;
  char bytes[4096];
  for (ssize_t count; (count = read(from, bytes, sizeof bytes)) > 0;)
    text.append(bytes, size_t(count));
  return text;
}
} // namespace

std::vector<Attempt> attemptAll(const std::vector<std::string> &units, const ReplayTree &tree, AttemptLimits limits,
                                unsigned jobs) {
  int ends[2];
  if (pipe(ends) != 0)
    return {};
  for (unsigned job = 0; job < jobs; ++job)
    if (fork() == 0) {
      close(ends[0]);
      for (size_t i = job; i < units.size(); i += jobs)
        attemptUnit(units[i], tree, limits, Lines(ends[1], i));
      _exit(0);
    }
  close(ends[1]);
  const std::string text = readAll(ends[0]);
  while (wait(nullptr) > 0) {
  }
  std::map<std::pair<size_t, unsigned>, Attempt> ordered;
  llvm::SmallVector<llvm::StringRef> all;
  llvm::StringRef(text).split(all, '\n', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef line : all) {
    std::pair<size_t, unsigned> place;
    line.consumeInteger(10, place.first);
    line = line.drop_front();
    line.consumeInteger(10, place.second);
    ordered.emplace(place, fromLine(line.drop_front()));
  }
  std::vector<Attempt> attempts;
  for (auto &[place, attempt] : ordered)
    attempts.push_back(std::move(attempt));
  return attempts;
}

} // namespace kmem::bench
