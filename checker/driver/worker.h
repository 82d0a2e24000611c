// Stage: driver. The far end of the pool: one forked process that takes task numbers and returns replies. Private to
// the pool.
#pragma once

#include "llvm/ADT/STLFunctionalExtras.h"

#include <csignal>
#include <optional>
#include <string>

#include <sys/types.h>

namespace kmem {

/// Messages from a worker: one kind byte, eight bytes of length, the bytes.
enum class MessageKind : char { Reply = 'R', Fatal = 'F' };
inline constexpr size_t messageHeaderSize = 9;

/// Exit status of a worker that could not get more memory.
inline constexpr int outOfMemoryStatus = 77;

/// One worker, seen from the pool.
struct WorkerHandle {
  pid_t pid = -1;
  int taskPipe = -1;  ///< task numbers go in here
  int replyPipe = -1; ///< messages come out here
};

/// Forks. The child leaves this function only through _exit; `inherited` are descriptors it must not keep open.
std::optional<WorkerHandle> startWorker(llvm::function_ref<std::string(size_t)> work,
                                        llvm::function_ref<void()> closeInherited);

/// A whole message at the start of `buffer`, removed from it.
struct WorkerMessage {
  MessageKind kind = MessageKind::Reply;
  std::string bytes;
};
std::optional<WorkerMessage> takeMessage(std::string &buffer);

/// Blocking; false when the other end is gone.
bool writeAll(int descriptor, const void *data, size_t size);
bool readAll(int descriptor, void *data, size_t size);

} // namespace kmem
