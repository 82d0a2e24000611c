// Stage: driver. While it lives, Ctrl-C and its like are read from a descriptor instead of ending the process. Writing
// to a process that is gone does not end it either.
#pragma once

#include <csignal>
#include <optional>

namespace kmem {

class SignalWatch {
public:
  struct Caught {
    int signal;
    bool toGroup; ///< a terminal sent it, to every process of the group
  };

  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch &) = delete;
  SignalWatch &operator=(const SignalWatch &) = delete;

  int descriptor() const { return fd; }
  /// Takes what has come, so that it does not end the process once the watch is over. The last one, if any.
  std::optional<Caught> take() const;
  /// The signals that were blocked before, for a child.
  const sigset_t &formerMask() const { return former; }

private:
  int fd;
  sigset_t former;
};

} // namespace kmem
