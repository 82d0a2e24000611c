#include "runtime/judge/step_recorder.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/Support/BLAKE3.h"
#include "llvm/Support/raw_ostream.h"

namespace kmem::replay {

StepRecorder::StepRecorder(const Run &run, const Machine &machine, const Models &models, std::vector<ReplayStep> &steps)
    : run(run), machine(machine), models(models), steps(steps), seen(machine.system.kernel.console.mark()) {}

CpuContext StepRecorder::context() const {
  const sim::Kernel &kernel = machine.system.kernel;
  const sim::Task &task = kernel.context.task();
  CpuContext cpu{kernel.context.preemptCount(), kernel.context.irqsDisabled(), task.rcuDepth, {}};
  for (unsigned i = 0; i < task.heldCount; ++i)
    cpu.locks.emplace_back(kernel.locks.nameOf(task.held[i].lock));
  return cpu;
}

void StepRecorder::look() {
  const auto frames = run.interpreter().callStack();
  if (frames.empty())
    return;
  const llvm::Instruction *at = frames.back().code->instructions[frames.back().at].origin;
  const llvm::DILocation *place = at ? at->getDebugLoc().get() : nullptr;
  if (!place || place->getLine() == 0 || (lastDepth == frames.size() && last && last->getLine() == place->getLine()))
    return;
  closeStep();
  last = place;
  lastDepth = frames.size();
  steps.push_back({at, unsigned(frames.size() - 1), context(), {}, ""});
}

void StepRecorder::closeStep() {
  if (steps.empty())
    return;
  takePrinted();
  takeMemory();
}

void StepRecorder::takePrinted() {
  const sim::Console &console = machine.system.kernel.console;
  if (console.mark() == seen)
    return;
  for (const std::string &line : console.since(seen))
    steps.back().printed += line + "\n";
  seen = console.mark();
}

void StepRecorder::takeMemory() {
  if (run.callNumber() == callsSeen)
    return;
  callsSeen = run.callNumber();
  const auto &now = models.state().allocations;
  now.forEach([&](uint64_t address, const Allocation &memory) {
    const Allocation *before = allocationsSeen.find(address);
    if (!before || before->freed != memory.freed || before->size != memory.size)
      steps.back().memory.push_back(memory);
    return true;
  });
  allocationsSeen = now;
}

static void writeStep(const ReplayStep &step, llvm::raw_ostream &out) {
  const llvm::DILocation *place = step.at->getDebugLoc().get();
  out << step.at->getFunction()->getName() << " " << (place ? place->getLine() : 0) << " " << step.depth << " "
      << step.cpu.preemptCount << " " << step.cpu.irqsOff << " " << step.cpu.rcuDepth;
  for (const std::string &lock : step.cpu.locks)
    out << " " << lock;
  out << "\n";
  for (const Allocation &memory : step.memory)
    out << memory.address << " " << memory.size << " " << memory.family << " " << memory.freed << "\n";
  out << step.printed;
}

std::string digestOf(const std::vector<ReplayStep> &steps) {
  llvm::BLAKE3 hash;
  std::string text;
  for (const ReplayStep &step : steps) {
    text.clear();
    llvm::raw_string_ostream out(text);
    writeStep(step, out);
    hash.update(text);
  }
  return llvm::toHex(hash.final<16>(), /*LowerCase=*/true);
}

} // namespace kmem::replay
