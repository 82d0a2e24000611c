#include "checker/driver/worker_pool.h"

#include "checker/driver/signal_watch.h"
#include "checker/driver/worker.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <vector>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kmem {

namespace {

using Clock = std::chrono::steady_clock;

struct Slot {
  WorkerHandle worker;
  bool busy = false;
  size_t task = 0;
  Clock::time_point deadline;
  bool timedOut = false;
  unsigned tasksDone = 0;
  std::string buffer;
  std::string fatal; ///< what LLVM said before it gave up
};

class Pool {
public:
  Pool(llvm::ArrayRef<size_t> tasks, PoolCalls calls) : tasks(tasks), calls(calls) {}
  ~Pool() {
    for (Slot &slot : slots)
      retire(slot, SIGKILL);
  }

  PoolEnd run(unsigned jobs) {
    slots.resize(std::min<size_t>(std::max(jobs, 1u), tasks.size()));
    for (Slot &slot : slots)
      feed(slot);
    while (std::any_of(slots.begin(), slots.end(), [](const Slot &slot) { return slot.busy; }) &&
           end == PoolEnd::Completed)
      wait();
    return end;
  }

private:
  void wait() {
    std::vector<pollfd> watched{{signals.descriptor(), POLLIN, 0}};
    for (const Slot &slot : slots)
      watched.push_back({slot.busy ? slot.worker.replyPipe : -1, POLLIN, 0});
    if (poll(watched.data(), watched.size(), timeoutMs()) < 0 && errno != EINTR)
      return;
    if (signals.take()) {
      end = PoolEnd::Interrupted;
      return;
    }
    for (size_t i = 0; i < slots.size() && end == PoolEnd::Completed; ++i)
      if (watched[i + 1].revents)
        receive(slots[i]);
    enforceTimeLimit();
  }

  int timeoutMs() const {
    auto nearest = Clock::now() + std::chrono::seconds(taskWallLimitS);
    for (const Slot &slot : slots)
      if (slot.busy)
        nearest = std::min(nearest, slot.deadline);
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(nearest - Clock::now()).count();
    return int(std::max<int64_t>(left, 0)) + 1;
  }

  /// A killed worker shows up as the end of its pipe.
  void enforceTimeLimit() {
    for (Slot &slot : slots) {
      if (!slot.busy || slot.timedOut || Clock::now() < slot.deadline)
        continue;
      slot.timedOut = true;
      slot.deadline = Clock::time_point::max();
      kill(slot.worker.pid, SIGKILL);
    }
  }

  void receive(Slot &slot) {
    char chunk[1 << 16];
    ssize_t got = read(slot.worker.replyPipe, chunk, sizeof(chunk));
    if (got < 0 && errno == EINTR)
      return;
    if (got <= 0)
      return bury(slot);
    slot.buffer.append(chunk, size_t(got));
    auto message = takeMessage(slot.buffer);
    if (!message)
      return;
    if (message->kind == MessageKind::Fatal) {
      slot.fatal = std::move(message->bytes);
      return;
    }
    finish(slot, {true, std::move(message->bytes)});
  }

  void finish(Slot &slot, TaskOutcome outcome) {
    size_t task = slot.task;
    slot.busy = false;
    if (++slot.tasksDone >= tasksPerWorker)
      retire(slot, 0);
    // The worker goes on while this process deals with what it sent.
    feed(slot);
    if (!calls.done(task, std::move(outcome)) && end == PoolEnd::Completed)
      end = PoolEnd::Stopped;
  }

  void bury(Slot &slot) {
    int status = 0;
    while (waitpid(slot.worker.pid, &status, 0) < 0 && errno == EINTR) {
    }
    slot.worker.pid = -1;
    std::string why = describe(slot, status);
    retire(slot, 0);
    finish(slot, {false, std::move(why)});
  }

  static std::string describe(const Slot &slot, int status) {
    if (slot.timedOut)
      return "ran out of time: limit " + std::to_string(taskWallLimitS) + " s";
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
      return "ran out of time: limit " + std::to_string(taskCpuLimitS) + " s of CPU";
    if (!slot.fatal.empty())
      return "crashed: " + slot.fatal;
    if (WIFSIGNALED(status))
      return "crashed: signal " + std::to_string(WTERMSIG(status)) + " (" + strsignal(WTERMSIG(status)) + ")";
    if (WEXITSTATUS(status) == outOfMemoryStatus)
      return "ran out of memory: limit " + std::to_string(taskMemoryLimitBytes >> 20) + " MiB";
    return "crashed: exit status " + std::to_string(WEXITSTATUS(status));
  }

  /// Gives the slot its next task, with a new worker where it has none.
  void feed(Slot &slot) {
    if (next == tasks.size() || end != PoolEnd::Completed)
      return;
    if (slot.worker.pid < 0 && !start(slot))
      return;
    slot.task = tasks[next++];
    slot.busy = true;
    slot.timedOut = false;
    slot.deadline = Clock::now() + std::chrono::seconds(taskWallLimitS);
    // A worker that is gone already is found out by its reply pipe.
    (void)writeAll(slot.worker.taskPipe, &slot.task, sizeof(slot.task));
  }

  bool start(Slot &slot) {
    auto worker = startWorker(calls.work, [&] {
      for (Slot &other : slots)
        close(other.worker.taskPipe), close(other.worker.replyPipe);
    });
    slot = Slot();
    if (worker)
      slot.worker = *worker;
    else if (std::none_of(slots.begin(), slots.end(), [](const Slot &other) { return other.busy; }))
      end = PoolEnd::Stopped; // nobody is left to do the rest
    return worker.has_value();
  }

  /// Without a signal the worker ends by itself, because its task pipe closes.
  void retire(Slot &slot, int signal) {
    if (slot.worker.taskPipe >= 0)
      close(slot.worker.taskPipe), close(slot.worker.replyPipe);
    if (slot.worker.pid > 0) {
      if (signal)
        kill(slot.worker.pid, signal);
      while (waitpid(slot.worker.pid, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
    slot.worker = WorkerHandle();
    slot.tasksDone = 0;
  }

  llvm::ArrayRef<size_t> tasks;
  PoolCalls calls;
  SignalWatch signals;
  std::vector<Slot> slots;
  size_t next = 0;
  PoolEnd end = PoolEnd::Completed;
};

} // namespace

PoolEnd runPool(llvm::ArrayRef<size_t> tasks, unsigned jobs, PoolCalls calls) { return Pool(tasks, calls).run(jobs); }

} // namespace kmem
