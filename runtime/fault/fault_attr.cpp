#include "runtime/fault/fault_attr.h"

#include <charconv>

namespace kmem::sim {

namespace {

/// One number up to the next comma; takes both away.
template <typename Number> bool takeNumber(std::string_view &text, Number &number, bool last) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc())
    return false;
  text.remove_prefix(size_t(end - text.data()));
  if (last)
    return true;
  if (!text.starts_with(','))
    return false;
  text.remove_prefix(1);
  return true;
}

/// The line of dump_stack() before the call trace, which a simulated machine does not have (lib/dump_stack.c).
std::string stackHeader(const Kernel &kernel) {
  const Release &release = kernel.profile.release;
  const Task &task = kernel.context.task();
  return "CPU: " + std::to_string(kernel.context.cpu()) + (release.atLeast(6, 12) ? " UID: 0" : "") +
         " PID: " + std::to_string(task.pid) + " Comm: " + task.comm + " " + kernel.reports.taintText() + " " +
         std::to_string(release.major) + "." + std::to_string(release.minor) + "." + std::to_string(release.patch);
}

/// fail_dump().
void report(Kernel &kernel, const FaultAttr &attr, const char *name) {
  if (attr.verbose == 0)
    return;
  kernel.console.print("FAULT_INJECTION: forcing a failure.\nname " + std::string(name) + ", interval " +
                       std::to_string(attr.interval) + ", probability " + std::to_string(attr.probability) +
                       ", space " + std::to_string(attr.space) + ", times " + std::to_string(attr.times));
  if (attr.verbose > 1)
    kernel.console.print(stackHeader(kernel));
}

bool fail(Kernel &kernel, FaultAttr &attr, const char *name, bool quiet) {
  if (!quiet)
    report(kernel, attr, name);
  if (attr.times > 0)
    --attr.times;
  return true;
}

} // namespace

std::optional<FaultAttr> parseFaultAttr(std::string_view text) {
  FaultAttr attr;
  if (takeNumber(text, attr.interval, false) && takeNumber(text, attr.probability, false) &&
      takeNumber(text, attr.space, false) && takeNumber(text, attr.times, true))
    return attr;
  return std::nullopt;
}

uint32_t FaultRandom::below(uint32_t limit) {
  state += 0x9e3779b97f4a7c15; // splitmix64
  uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  mixed ^= mixed >> 31;
  return uint32_t(((mixed >> 32) * limit) >> 32);
}

bool shouldFail(Kernel &kernel, FaultAttr &attr, FaultRandom &random, const char *name, int64_t size, bool quiet) {
  const Context &context = kernel.context;
  if (context.inTask() && context.task().failNth) {
    if (--kernel.context.taskForWrite().failNth)
      return false;
    return fail(kernel, attr, name, quiet);
  }
  if (attr.probability == 0)
    return false;
  if (attr.taskFilter && !(context.inTask() && context.task().makeItFail))
    return false;
  if (attr.times == 0)
    return false;
  if (attr.space > size) {
    attr.space -= int32_t(size);
    return false;
  }
  if (attr.interval > 1 && ++attr.count % attr.interval)
    return false;
  if (attr.probability <= random.below(100))
    return false;
  return fail(kernel, attr, name, quiet);
}

} // namespace kmem::sim
