// What lockdep prints, without the backtraces.
#include "runtime/kernel/kernel.h"
#include "runtime/kernel/lockdep.h"

#include <cstdio>

namespace kmem::sim {

namespace {

constexpr const char *usageNames[] = {"IN-HARDIRQ-W", "IN-HARDIRQ-R", "HARDIRQ-ON-W", "HARDIRQ-ON-R",
                                      "IN-SOFTIRQ-W", "IN-SOFTIRQ-R", "SOFTIRQ-ON-W", "SOFTIRQ-ON-R"};

/// get_usage_char(): '.' never in a way that matters, '-' in interrupts, '+' with them enabled, '?' both.
char usageCharacter(uint32_t usage, unsigned usedIn) {
  const bool inInterrupt = usage >> usedIn & 1, enabled = usage >> (usedIn + 2) & 1;
  return enabled ? (inInterrupt ? '?' : '+') : inInterrupt ? '-' : '.';
}

} // namespace

void Lockdep::print(std::string line) { kernel.console.print(std::move(line)); }

std::string Lockdep::taskName() const {
  const Task &task = kernel.context.task();
  return std::string(task.comm) + "/" + std::to_string(task.pid);
}

void Lockdep::printIdentity() {
  const Release &release = kernel.profile.release;
  print(std::to_string(release.major) + "." + std::to_string(release.minor) + "." + std::to_string(release.patch) +
        " #1 " + kernel.reports.taintText());
}

std::string Lockdep::describe(const HeldLock &held) const {
  const LockClass &lockClass = classOf(held);
  std::string usage;
  for (unsigned bit : {0u, 1u, 4u, 5u})
    usage += usageCharacter(lockClass.usage, bit);
  char waits[16];
  snprintf(waits, sizeof(waits), "-{%u:%u}", waitNumber(lockClass.outer), waitNumber(lockClass.inner));
  return std::string("(") + lockClass.name + "){" + usage + "}" + waits;
}

void Lockdep::printHeld() {
  const Task &task = kernel.context.task();
  if (!task.heldCount)
    return print("no locks held by " + taskName() + ".");
  print(std::to_string(task.heldCount) + (task.heldCount > 1 ? " locks" : " lock") + " held by " + taskName() + ":");
  for (unsigned i = 0; i < task.heldCount; ++i)
    print(" #" + std::to_string(i) + ": " + describe(task.held[i]));
}

void Lockdep::showHeld() {
  if (!kernel.profile.proveLocking)
    return;
  if (kernel.reports.lockDebugging())
    printHeld();
  else
    print("INFO: lockdep is turned off.");
}

void Lockdep::reportWaitContext(const HeldLock &next) {
  if (!kernel.reports.turnOffLockDebugging())
    return;
  print("[ BUG: Invalid wait context ]");
  printIdentity();
  print(taskName() + " is trying to lock:");
  print(describe(next));
  print("other info that might help us debug this:");
  const std::string number = std::to_string(contextWaitNumber());
  print("context-{" + number + ":" + number + "}");
  printHeld();
  print("stack backtrace:");
}

void Lockdep::reportUsage(const HeldLock &held, unsigned before, unsigned after) {
  if (!kernel.reports.turnOffLockDebugging())
    return;
  const Context &context = kernel.context;
  print("WARNING: inconsistent lock state");
  printIdentity();
  print(std::string("inconsistent {") + usageNames[before] + "} -> {" + usageNames[after] + "} usage.");
  char line[120];
  snprintf(line, sizeof(line), "%s [HC%u[%u]:SC%u[%u]:HE%u:SE%u] takes:", taskName().c_str(),
           unsigned(context.lockdepInHardirq()), (context.preemptCount() & hardirqMask) / hardirqOffset,
           unsigned(context.lockdepInSoftirq()), (context.preemptCount() & softirqMask) / softirqOffset,
           unsigned(!context.irqsDisabled()), unsigned(!(context.preemptCount() & softirqMask)));
  print(line);
  print(describe(held));
  print(std::string("{") + usageNames[before] + "} state was registered at:");
  print("other info that might help us debug this:");
  print(" Possible unsafe locking scenario:");
  print("       CPU0");
  const std::string name = std::string("(") + classOf(held).name + ");";
  print("  lock" + name);
  print("  <Interrupt>");
  print("    lock" + name);
  print(" *** DEADLOCK ***");
  printHeld();
  print("stack backtrace:");
}

void Lockdep::reportRecursion(const HeldLock &next, const HeldLock &held) {
  if (!kernel.reports.turnOffLockDebugging())
    return;
  print("WARNING: possible recursive locking detected");
  printIdentity();
  print(taskName() + " is trying to acquire lock:");
  print(describe(next));
  print("but task is already holding lock:");
  print(describe(held));
  print("other info that might help us debug this:");
  print(" Possible unsafe locking scenario:");
  print("       CPU0");
  print(std::string("  lock(") + classOf(held).name + ");");
  print(std::string("  lock(") + classOf(next).name + ");");
  print(" *** DEADLOCK ***");
  print(" May be due to missing lock nesting notation");
  printHeld();
  print("stack backtrace:");
}

void Lockdep::reportBalance(uint32_t lock) {
  if (!kernel.reports.turnOffLockDebugging())
    return;
  print("WARNING: bad unlock balance detected!");
  printIdentity();
  print(taskName() + " is trying to release lock (" + std::string(kernel.locks.nameOf(lock)) + ") at:");
  print("but there are no more locks to release!");
  print("other info that might help us debug this:");
  printHeld();
  print("stack backtrace:");
}

void Lockdep::suspiciousRcu(const CodeSite &site, const char *what) {
  if (!kernel.profile.proveRcu || !kernel.reports.lockDebugging() || !kernel.reports.firstTime(site))
    return;
  print("WARNING: suspicious RCU usage");
  printIdentity();
  print(std::string(site.file) + ":" + std::to_string(site.line) + " " + what + "!");
  print("other info that might help us debug this:");
  print("rcu_scheduler_active = 2, debug_locks = 1");
  printHeld();
  print("stack backtrace:");
}

} // namespace kmem::sim
