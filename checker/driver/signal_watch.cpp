#include "checker/driver/signal_watch.h"

#include <sys/signalfd.h>
#include <unistd.h>

namespace kmem {

SignalWatch::SignalWatch() {
  sigset_t watched;
  sigemptyset(&watched);
  for (int signal : {SIGINT, SIGTERM, SIGHUP})
    sigaddset(&watched, signal);
  fd = signalfd(-1, &watched, SFD_NONBLOCK | SFD_CLOEXEC);
  sigaddset(&watched, SIGPIPE);
  sigprocmask(SIG_BLOCK, &watched, &former);
}

SignalWatch::~SignalWatch() {
  close(fd);
  sigprocmask(SIG_SETMASK, &former, nullptr);
}

std::optional<SignalWatch::Caught> SignalWatch::take() const {
  signalfd_siginfo info;
  std::optional<Caught> last;
  while (read(fd, &info, sizeof(info)) == sizeof(info))
    last = {int(info.ssi_signo), info.ssi_code == SI_KERNEL};
  return last;
}

} // namespace kmem
