#include "runtime/kernel/context_state.h"
#include "runtime/kernel/kernel.h"

#include <algorithm>

namespace kmem::sim {

Context::Context(Kernel &kernel) : kernel(kernel), current(std::make_unique<State>()) {
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu) {
    const std::string name = "swapper/" + std::to_string(cpu);
    const TaskId idle = createTask(name, PfKthread);
    current->tasks.write(idle).pid = 0;
    current->tasks.write(idle).idle = true;
    current->cpus.write(cpu).task = current->cpus.write(cpu).idleTask = idle;
  }
  current->nextPid = 1;
  current->cpus.write(0).task = createTask("init", 0);
}

Context::~Context() = default;

const Context::State &Context::state() const { return *current; }
void Context::restore(const State &state) { *current = state; }

TaskId Context::createTask(std::string_view comm, uint32_t flags) {
  const TaskId id = current->tasks.allocate();
  Task &task = current->tasks.write(id);
  task.pid = current->nextPid++;
  comm.copy(task.comm, sizeof(task.comm) - 1);
  task.flags = flags;
  return id;
}

unsigned Context::cpu() const { return current->cpu; }
TaskId Context::taskId() const { return current->cpus[current->cpu].task; }
const Task &Context::task() const { return current->tasks[taskId()]; }
const Task &Context::task(TaskId id) const { return current->tasks[id]; }
Task &Context::taskForWrite() { return current->tasks.write(taskId()); }
uint32_t Context::preemptCount() const { return current->cpus[current->cpu].preemptCount; }
bool Context::irqsDisabled() const { return current->cpus[current->cpu].irqsOff; }

void Context::preemptAdd(uint32_t amount) { current->cpus.write(current->cpu).preemptCount += amount; }
void Context::preemptSub(uint32_t amount) { current->cpus.write(current->cpu).preemptCount -= amount; }

bool Context::irqSave() {
  CpuState &cpu = current->cpus.write(current->cpu);
  return std::exchange(cpu.irqsOff, true);
}
void Context::irqRestore(bool wereDisabled) { current->cpus.write(current->cpu).irqsOff = wereDisabled; }

uint64_t Context::jiffies() const { return current->nanoseconds / (1000000000u / kernel.profile.hz); }

void Context::rearm() { current->mightSleepReported = current->cantSleepReported = current->cantMigrateReported = 0; }

Gfp Context::scoped(Gfp gfp) const {
  const GfpFlags &flags = kernel.profile.gfp;
  const uint32_t scopes = task().flags;
  if (scopes & PfMemallocNoio) // the stronger of the two scopes
    gfp &= ~(flags.io | flags.fs);
  else if (scopes & PfMemallocNofs)
    gfp &= ~flags.fs;
  return scopes & PfMemallocPin ? gfp & ~flags.movable : gfp;
}

void Context::mightAlloc(Gfp gfp) {
  if (kernel.profile.gfp.allowsBlocking(gfp))
    mightSleep({"", "include/linux/sched/mm.h", kernel.profile.release.atLeast(6, 12) ? 321u : 274u});
}

} // namespace kmem::sim
