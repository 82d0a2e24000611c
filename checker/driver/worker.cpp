#include "checker/driver/worker.h"

#include "checker/driver/worker_pool.h"
#include "core/support/sanitized.h"

#include "llvm/Support/ErrorHandling.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace kmem {

bool writeAll(int descriptor, const void *data, size_t size) {
  const char *at = static_cast<const char *>(data);
  while (size) {
    ssize_t written = write(descriptor, at, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    at += written;
    size -= size_t(written);
  }
  return true;
}

bool readAll(int descriptor, void *data, size_t size) {
  char *at = static_cast<char *>(data);
  while (size) {
    ssize_t got = read(descriptor, at, size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return false;
    at += got;
    size -= size_t(got);
  }
  return true;
}

static bool sendMessage(int descriptor, MessageKind kind, const std::string &bytes) {
  char header[messageHeaderSize];
  uint64_t size = bytes.size();
  header[0] = char(kind);
  std::memcpy(header + 1, &size, sizeof(size));
  return writeAll(descriptor, header, sizeof(header)) && writeAll(descriptor, bytes.data(), bytes.size());
}

std::optional<WorkerMessage> takeMessage(std::string &buffer) {
  if (buffer.size() < messageHeaderSize)
    return std::nullopt;
  uint64_t size = 0;
  std::memcpy(&size, buffer.data() + 1, sizeof(size));
  if (buffer.size() - messageHeaderSize < size)
    return std::nullopt;
  WorkerMessage message{MessageKind(buffer[0]), buffer.substr(messageHeaderSize, size)};
  buffer.erase(0, messageHeaderSize + size);
  return message;
}

[[noreturn]] static void exitOutOfMemory() { _exit(outOfMemoryStatus); }

static void reportFatal(void *descriptor, const char *reason, bool) {
  sendMessage(*static_cast<int *>(descriptor), MessageKind::Fatal, reason);
  _exit(EXIT_FAILURE);
}

static void limitMemory() {
  rlimit limit{taskMemoryLimitBytes, taskMemoryLimitBytes};
  if (!isSanitized)
    setrlimit(RLIMIT_AS, &limit);
}

/// From now on the process may use as much CPU time as one task may.
static void grantCpuTime() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  rlimit limit{};
  getrlimit(RLIMIT_CPU, &limit);
  rlim_t wanted = rlim_t(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1 + taskCpuLimitS;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_CPU, &limit);
}

[[noreturn]] static void runWorker(int taskPipe, int replyPipe, llvm::function_ref<std::string(size_t)> work) {
  // The pool decides when a worker ends; if the pool is gone, so is the worker.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  limitMemory();
  std::set_new_handler(exitOutOfMemory);
  llvm::install_bad_alloc_error_handler([](void *, const char *, bool) { exitOutOfMemory(); });
  llvm::install_fatal_error_handler(reportFatal, &replyPipe);
  size_t task = 0;
  while (readAll(taskPipe, &task, sizeof(task))) {
    grantCpuTime();
    if (!sendMessage(replyPipe, MessageKind::Reply, work(task)))
      break;
  }
  _exit(EXIT_SUCCESS);
}

std::optional<WorkerHandle> startWorker(llvm::function_ref<std::string(size_t)> work,
                                        llvm::function_ref<void()> closeInherited) {
  int tasks[2], replies[2];
  if (pipe(tasks) != 0)
    return std::nullopt;
  pid_t pid = pipe(replies) == 0 ? fork() : -1;
  if (pid < 0) {
    close(tasks[0]), close(tasks[1]);
    return std::nullopt;
  }
  if (pid == 0) {
    closeInherited();
    close(tasks[1]), close(replies[0]);
    runWorker(tasks[0], replies[1], work);
  }
  close(tasks[0]), close(replies[1]);
  return WorkerHandle{pid, tasks[1], replies[0]};
}

} // namespace kmem
