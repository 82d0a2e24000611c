#include "runtime/kernel/lockdep.h"

#include "runtime/kernel/context_state.h"
#include "runtime/kernel/kernel.h"

#include <algorithm>

namespace kmem::sim {

namespace {

// Positions in usage_mask: a state is four bits, used-in and enabled, each for writers and readers.
constexpr unsigned hardirqBit = 0, softirqBit = 4;
constexpr unsigned readBit = 1, enabledBit = 2;
constexpr unsigned usedBit = 8;

} // namespace

bool Lockdep::enabled() const { return kernel.profile.proveLocking && kernel.reports.lockDebugging(); }

LockClassId Lockdep::createClass(std::string_view name, WaitType inner, WaitType outer, uint32_t usageAtBoot) {
  LockClass &added = now.classes.write(++now.classCount);
  name.copy(added.name, sizeof(added.name) - 1);
  added.inner = inner;
  added.outer = outer == WaitType::Unchecked ? inner : outer;
  added.usage = usageAtBoot;
  return now.classCount;
}

unsigned Lockdep::waitNumber(WaitType type) const {
  const unsigned number = unsigned(type);
  return type >= WaitType::Config && !kernel.profile.proveRawLockNesting ? number - 1 : number;
}

unsigned Lockdep::contextWaitNumber() const {
  const Context &context = kernel.context;
  if (context.lockdepInHardirq())
    return waitNumber(context.interruptIsThreadable() ? WaitType::Config : WaitType::Spin);
  return context.lockdepInSoftirq() ? waitNumber(WaitType::Config) : waitNumber(WaitType::Sleep) + 1;
}

const LockClass &Lockdep::classOf(const HeldLock &held) const { return now.classes[held.lockClass]; }

void Lockdep::acquire(const LockAcquisition &acquisition) {
  if (!enabled())
    return;
  const Context &context = kernel.context;
  HeldLock next{};
  next.lock = acquisition.lock;
  next.lockClass = acquisition.lockClass;
  next.read = acquisition.read;
  next.irqContext = uint8_t(context.lockdepInHardirq() << 1 | int(context.lockdepInSoftirq()));
  next.trylock = acquisition.trylock;
  next.check = acquisition.check;
  next.hardirqsOff = context.irqsDisabled();
  checkWaitContext(next);
  if (!markUsage(next))
    return;
  if (!next.trylock && next.check)
    checkRecursion(next);
  Task &task = kernel.context.taskForWrite();
  if (task.heldCount < maxHeldLocks)
    task.held[task.heldCount++] = next;
  else if (kernel.reports.turnOffLockDebugging())
    print("BUG: MAX_LOCK_DEPTH too low!");
}

void Lockdep::release(uint32_t lock) {
  if (!enabled())
    return;
  Task &task = kernel.context.taskForWrite();
  for (unsigned i = task.heldCount; i-- > 0;) {
    if (task.held[i].lock != lock)
      continue;
    std::copy(task.held + i + 1, task.held + task.heldCount, task.held + i);
    --task.heldCount;
    return;
  }
  reportBalance(lock);
}

bool Lockdep::isHeld(uint32_t lock) const {
  const Task &task = kernel.context.task();
  return std::any_of(task.held, task.held + task.heldCount, [&](const HeldLock &held) { return held.lock == lock; });
}

/// check_wait_context(): no lock that may sleep longer than the strictest of what is held and of the context.
void Lockdep::checkWaitContext(const HeldLock &next) {
  const LockClass &lockClass = classOf(next);
  if (lockClass.inner == WaitType::Unchecked || next.trylock)
    return;
  const Task &task = kernel.context.task();
  unsigned first = task.heldCount;
  while (first > 0 && task.held[first - 1].irqContext == next.irqContext)
    --first;
  unsigned strictest = contextWaitNumber();
  for (unsigned i = first; i < task.heldCount; ++i)
    if (const WaitType inner = classOf(task.held[i]).inner; inner != WaitType::Unchecked)
      strictest = std::min(strictest, waitNumber(inner));
  if (waitNumber(lockClass.outer) > strictest)
    reportWaitContext(next);
}

bool Lockdep::markUsage(const HeldLock &next) {
  const Context &context = kernel.context;
  const unsigned reader = next.read ? readBit : 0;
  if (next.check && !next.trylock) {
    if (context.lockdepInHardirq() && !mark(next, hardirqBit + reader))
      return false;
    if (context.lockdepInSoftirq() && !mark(next, softirqBit + reader))
      return false;
  }
  if (next.check && !next.hardirqsOff) {
    if (!mark(next, hardirqBit + enabledBit + reader))
      return false;
    if (!(context.preemptCount() & softirqMask) && !mark(next, softirqBit + enabledBit + reader))
      return false;
  }
  return mark(next, usedBit + reader);
}

/// mark_lock(): false when the bit contradicts what the class was used for before.
bool Lockdep::mark(const HeldLock &held, unsigned bit) {
  if (classOf(held).usage & (1u << bit))
    return true;
  LockClass &lockClass = now.classes.write(held.lockClass);
  lockClass.usage |= 1u << bit;
  if (bit >= usedBit)
    return true;
  const unsigned opposite = (bit ^ enabledBit) & ~readBit;
  unsigned conflict = opposite;
  if (!(lockClass.usage & (1u << opposite))) {
    if (bit & readBit || !(lockClass.usage & (1u << (opposite + readBit))))
      return true;
    conflict = opposite + readBit;
  }
  reportUsage(held, conflict, bit);
  return false;
}

void Lockdep::markHeld(unsigned bit) {
  const Task &task = kernel.context.task();
  for (unsigned i = 0; i < task.heldCount; ++i)
    if (task.held[i].check && !mark(task.held[i], bit + (task.held[i].read ? readBit : 0)))
      return;
}

void Lockdep::hardirqsEnabled() {
  if (!enabled())
    return;
  markHeld(hardirqBit + enabledBit);
  if (!(kernel.context.preemptCount() & softirqMask))
    markHeld(softirqBit + enabledBit);
}
void Lockdep::softirqsEnabled() {
  if (enabled() && !kernel.context.irqsDisabled())
    markHeld(softirqBit + enabledBit);
}

void Lockdep::checkRecursion(const HeldLock &next) {
  const Task &task = kernel.context.task();
  for (unsigned i = 0; i < task.heldCount; ++i) {
    const HeldLock held = task.held[i];
    if (held.lockClass != next.lockClass || (next.read == 2 && held.read))
      continue;
    reportRecursion(next, held);
    return;
  }
}

void Lockdep::rearm() {
  if (!now.classesAtStart) {
    now.classesAtStart = now.classCount;
    for (LockClassId id = 1; id <= now.classCount; ++id)
      now.classes.write(id).usageAtStart = now.classes[id].usage;
  }
  for (LockClassId id = 1; id <= now.classCount; ++id)
    if (now.classes[id].usage != now.classes[id].usageAtStart)
      now.classes.write(id).usage = now.classes[id].usageAtStart;
  if (kernel.reports.lockDebugging())
    return;
  // What was released while lockdep was off is still on the stacks of all tasks. Tasks are numbered from 1.
  const uint64_t tasks = kernel.context.state().tasks.live();
  for (TaskId id = 1; id <= tasks; ++id)
    if (kernel.context.task(id).heldCount)
      kernel.context.taskForWrite(id).heldCount = 0;
}

} // namespace kmem::sim
