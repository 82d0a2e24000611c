#include "checker/driver/child_program.h"

#include "checker/driver/signal_watch.h"

#include <cerrno>
#include <cstring>

#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace kmem {

static llvm::Expected<pid_t> spawn(const std::string &program, const std::vector<std::string> &arguments,
                                   const sigset_t &mask) {
  std::vector<char *> argv{const_cast<char *>(program.c_str())};
  for (const std::string &argument : arguments)
    argv.push_back(const_cast<char *>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigmask(&attributes, &mask);
  pid_t child = 0;
  int problem = posix_spawn(&child, program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (problem)
    return llvm::createStringError("cannot start " + program + ": " + std::strerror(problem));
  return child;
}

/// Waits for the end; true when a signal asked for it. A terminal has sent it to the child itself.
static bool waitFor(pid_t child, const SignalWatch &signals) {
  int alive = int(syscall(SYS_pidfd_open, child, 0)); // glibc 2.36 declares pidfd_open() for C alone
  bool interrupted = false;
  for (;;) {
    pollfd watched[] = {{alive, POLLIN, 0}, {signals.descriptor(), POLLIN, 0}};
    if (alive < 0 || (poll(watched, 2, -1) < 0 && errno != EINTR))
      break;
    if (auto caught = signals.take()) {
      interrupted = true;
      if (!caught->toGroup)
        kill(child, caught->signal);
    }
    if (watched[0].revents)
      break;
  }
  if (alive >= 0)
    close(alive);
  return interrupted;
}

llvm::Expected<ChildEnd> runChild(const std::string &program, const std::vector<std::string> &arguments) {
  SignalWatch signals;
  auto child = spawn(program, arguments, signals.formerMask());
  if (!child)
    return child.takeError();
  ChildEnd end;
  end.interrupted = waitFor(*child, signals);
  int status = 0;
  while (waitpid(*child, &status, 0) < 0 && errno == EINTR)
    ;
  if (WIFSIGNALED(status))
    end.signal = WTERMSIG(status);
  else
    end.exitCode = WEXITSTATUS(status);
  return end;
}

} // namespace kmem
