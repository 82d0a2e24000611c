#include "runtime/kernel/context_state.h"
#include "runtime/kernel/kernel.h"

namespace kmem::sim {

namespace {

constexpr uint64_t nanosecondsPerSecond = 1000000000;
constexpr uint64_t bootTime = 4 * nanosecondsPerSecond; // about when init runs

} // namespace

Context::Context(Kernel &kernel) : kernel(kernel), current(std::make_unique<State>()) {
  for (unsigned cpu = 0; cpu < kernel.profile.cpus; ++cpu) {
    const TaskId idle = createTask("swapper/" + std::to_string(cpu), PfKthread);
    Task &task = current->tasks.write(idle);
    task.pid = 0;
    task.idle = true;
    task.savedPreemptCount = preemptOffset; // init_idle_preempt_count()
    CpuState &state = current->cpus.write(cpu);
    state.task = state.idleTask = idle;
    state.preemptCount = preemptOffset;
  }
  current->nextPid = 1;
  current->nanoseconds = bootTime;
  CpuState &boot = current->cpus.write(0);
  boot.task = createTask("init", 0);
  boot.preemptCount = 0;
}

Context::~Context() = default;

const Context::State &Context::state() const { return *current; }
void Context::restore(const State &state) { *current = state; }

CpuState &Context::cpuForWrite() { return current->cpus.write(current->cpu); }
const CpuState &Context::cpuState() const { return current->cpus[current->cpu]; }

TaskId Context::createTask(std::string_view comm, uint32_t flags) {
  const TaskId id = current->tasks.allocate();
  Task &task = current->tasks.write(id);
  task.pid = current->nextPid++;
  comm.copy(task.comm, sizeof(task.comm) - 1);
  task.flags = flags;
  return id;
}

unsigned Context::cpu() const { return current->cpu; }
TaskId Context::taskId() const { return cpuState().task; }
TaskId Context::idleTask() const { return cpuState().idleTask; }
const Task &Context::task() const { return current->tasks[taskId()]; }
const Task &Context::task(TaskId id) const { return current->tasks[id]; }
Task &Context::taskForWrite() { return current->tasks.write(taskId()); }
Task &Context::taskForWrite(TaskId id) { return current->tasks.write(id); }
uint32_t Context::preemptCount() const { return cpuState().preemptCount; }
bool Context::irqsDisabled() const { return cpuState().irqsOff; }

TaskId Context::switchTo(TaskId task) {
  CpuState &cpu = cpuForWrite();
  const TaskId before = std::exchange(cpu.task, task);
  current->tasks.write(before).savedPreemptCount = cpu.preemptCount;
  cpu.preemptCount = current->tasks[task].savedPreemptCount;
  return before;
}

void Context::runOn(unsigned cpu) { current->cpu = cpu; }

uint32_t Context::setTaskFlag(TaskFlag flag) {
  Task &task = taskForWrite();
  const uint32_t before = task.flags & flag;
  task.flags |= flag;
  return before;
}
void Context::restoreTaskFlag(TaskFlag flag, uint32_t before) {
  Task &task = taskForWrite();
  task.flags = (task.flags & ~flag) | before;
}

void Context::nonBlockStart() {
  if (kernel.profile.debugAtomicSleep)
    ++taskForWrite().nonBlockCount;
}
void Context::nonBlockEnd() {
  if (kernel.profile.debugAtomicSleep)
    --taskForWrite().nonBlockCount;
}

void Context::kmapAtomic() {
  preemptDisable();
  pagefaultDisable();
}
void Context::kunmapAtomic() {
  pagefaultEnable();
  preemptEnable();
}

void Context::setTaskState(TaskState state) {
  Task &task = taskForWrite();
  task.state = state;
  task.stateChangeTracked = state != TaskState::Running;
}

Gfp Context::scoped(Gfp gfp) const {
  const GfpFlags &flags = kernel.profile.gfp;
  const uint32_t scopes = task().flags;
  if (scopes & PfMemallocNoio) // the stronger of the two scopes
    gfp &= ~(flags.io | flags.fs);
  else if (scopes & PfMemallocNofs)
    gfp &= ~flags.fs;
  return scopes & PfMemallocPin ? gfp & ~flags.movable : gfp;
}

uint64_t Context::nanoseconds() const { return current->nanoseconds; }
uint64_t Context::nanosecondsPerJiffy() const { return nanosecondsPerSecond / kernel.profile.hz; }
uint64_t Context::jiffies() const { return current->nanoseconds / nanosecondsPerJiffy(); }
void Context::advanceTo(uint64_t nanoseconds) {
  if (nanoseconds > current->nanoseconds)
    current->nanoseconds = nanoseconds;
}

void Context::rearm() { current->mightSleepReported = current->cantSleepReported = current->cantMigrateReported = 0; }

} // namespace kmem::sim
