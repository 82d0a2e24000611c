#include "runtime/replay/workers.h"

#include "core/finding/finding_json.h"
#include "core/finding/read_findings.h"
#include "core/support/sanitized.h"

#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <cstring>
#include <map>
#include <new>
#include <poll.h>
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kmem::replay {

namespace {
struct Worker {
  pid_t pid = 0;
  size_t finding = 0;
  std::string answer; ///< a first character for "could not be run", then the findings as JSON, a line each
};

void limitProcess(const WorkerLimits &limits) {
  const rlimit cpu{limits.cpuSeconds, limits.cpuSeconds + 1}, data{limits.dataBytes, limits.dataBytes}, core{0, 0};
  setrlimit(RLIMIT_CPU, &cpu);
  if (!isSanitized)
    setrlimit(RLIMIT_DATA, &data);
  setrlimit(RLIMIT_CORE, &core);
}

void writeAll(int to, llvm::StringRef text) {
  while (!text.empty()) {
    const ssize_t written = write(to, text.data(), text.size());
    if (written < 0 && errno != EINTR)
      return;
    if (written > 0)
      text = text.drop_front(size_t(written));
  }
}

[[noreturn]] void serve(Finding &finding, const WorkerLimits &limits, Work work, int answers) {
  limitProcess(limits);
  std::vector<Finding> more;
  bool couldRun = false;
  try {
    couldRun = work(finding, more);
  } catch (const std::bad_alloc &) {
    finding.verdict = Verdict{Verdict::Result::Unknown, "", "the search reached its limit of memory", {}, {}, {}, ""};
    couldRun = true;
  }
  std::string text(1, couldRun ? '+' : '-');
  llvm::raw_string_ostream out(text);
  writeJsonLine(finding, out);
  for (const Finding &another : more)
    writeJsonLine(another, out);
  writeAll(answers, text);
  // Nothing of the parent's may be flushed or torn down here.
  _exit(0);
}

std::string causeOfDeath(int status) {
  if (!WIFSIGNALED(status))
    return "the process that ran it ended with code " + std::to_string(WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  if (signal == SIGXCPU || signal == SIGKILL)
    return "the process that ran it reached its limit of processor time";
  return "the process that ran it died: " + std::string(strsignal(signal));
}

/// Starts, watches and ends the processes.
class Pool {
public:
  Pool(std::vector<Finding> &findings, const WorkerLimits &limits, Work work, std::vector<bool> &failed)
      : findings(findings), limits(limits), work(work), failed(failed) {}
  ~Pool() {
    for (auto &[pipe, worker] : running) {
      kill(worker.pid, SIGKILL);
      waitpid(worker.pid, nullptr, 0);
      close(pipe);
    }
  }

  /// What else was found, in the order of the findings it was found with.
  std::vector<Finding> takeMore() {
    std::set<std::string> known;
    for (const Finding &finding : findings)
      known.insert(finding.fingerprint);
    std::vector<Finding> all;
    for (auto &[number, found] : more)
      for (Finding &finding : found)
        if (known.insert(finding.fingerprint).second)
          all.push_back(std::move(finding));
    return all;
  }
  bool isIdle() const { return running.empty(); }
  bool isFull() const { return running.size() >= limits.jobs; }

  void start(size_t number) {
    int ends[2];
    if (pipe(ends) != 0)
      return fail(number, std::string("no pipe: ") + std::strerror(errno));
    const pid_t pid = fork();
    if (pid < 0) {
      close(ends[0]);
      close(ends[1]);
      return fail(number, std::string("no process: ") + std::strerror(errno));
    }
    if (pid == 0) {
      close(ends[0]);
      serve(findings[number], limits, work, ends[1]);
    }
    close(ends[1]);
    running[ends[0]] = {pid, number, ""};
  }

  /// Waits for something to read; the numbers of the findings that are done.
  std::vector<size_t> wait() {
    std::vector<pollfd> waiting;
    for (const auto &[pipe, worker] : running)
      waiting.push_back({pipe, POLLIN, 0});
    std::vector<size_t> done;
    if (poll(waiting.data(), waiting.size(), /*timeout in ms=*/200) <= 0)
      return done;
    for (const pollfd &ready : waiting)
      if (ready.revents && !take(ready.fd))
        done.push_back(finish(ready.fd));
    return done;
  }

private:
  /// False at the end of what the process writes.
  bool take(int pipe) {
    char bytes[4096];
    const ssize_t count = read(pipe, bytes, sizeof bytes);
    if (count > 0)
      running[pipe].answer.append(bytes, size_t(count));
    return count > 0 || (count < 0 && errno == EINTR);
  }

  size_t finish(int pipe) {
    Worker worker = std::move(running[pipe]);
    running.erase(pipe);
    close(pipe);
    int status = 0;
    waitpid(worker.pid, &status, 0);
    const llvm::StringRef answer = worker.answer;
    auto all = parseFindings(answer.empty() ? "" : answer.drop_front(), "answer");
    if (all && !all->empty() && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
      findings[worker.finding] = std::move(all->front());
      more[worker.finding].assign(std::make_move_iterator(all->begin() + 1), std::make_move_iterator(all->end()));
      failed[worker.finding] = answer.front() == '-';
    } else {
      if (!all)
        llvm::consumeError(all.takeError());
      fail(worker.finding, causeOfDeath(status));
    }
    return worker.finding;
  }

  void fail(size_t number, std::string why) {
    failed[number] = true;
    findings[number].verdict = Verdict{Verdict::Result::Unknown, "", std::move(why), {}, {}, {}, ""};
  }

  std::vector<Finding> &findings;
  const WorkerLimits &limits;
  Work work;
  std::vector<bool> &failed;
  std::map<size_t, std::vector<Finding>> more;
  std::map<int, Worker> running; ///< by the pipe they answer through
};
} // namespace

bool inProcesses(std::vector<Finding> &findings, const WorkerLimits &limits, Work work,
                 llvm::function_ref<void(size_t)> done, const volatile std::sig_atomic_t &stop,
                 std::vector<bool> &failed) {
  failed.assign(findings.size(), false);
  Pool pool(findings, limits, work, failed);
  for (size_t next = 0; !stop && (next < findings.size() || !pool.isIdle());) {
    while (next < findings.size() && !pool.isFull())
      pool.start(next++);
    for (size_t number : pool.wait())
      done(number);
  }
  for (Finding &finding : pool.takeMore()) {
    findings.push_back(std::move(finding));
    failed.push_back(false);
  }
  return !stop;
}

} // namespace kmem::replay
