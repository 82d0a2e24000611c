#include "runtime/judge/fault_run.h"

#include "runtime/judge/fault_chooser.h"
#include "runtime/judge/reachable_memory.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::replay {

static constexpr uint64_t maxInstructions = 1'000'000;
static constexpr int64_t maxErrorNumber = 4095; ///< MAX_ERRNO (include/linux/err.h)
/// As arch/x86/mm/fault.c prints it.
static constexpr llvm::StringLiteral nullReport("BUG: kernel NULL pointer dereference");
/// Families whose memory a device releases.
static constexpr llvm::StringLiteral managedFamilies("devm");

/// Nothing is looked for: no call is the site.
static RunPlan withoutTarget(const RunPlan &plan) {
  RunPlan open = plan;
  Stage &stage = open.stages.back();
  std::vector<RouteHop> hops = stage.route->hops();
  hops.back().calls.clear();
  stage.route = std::make_shared<Route>(std::move(hops));
  return open;
}

namespace {
class Attempted {
public:
  Attempted(const RunPlan &plan, const Witness &witness, std::optional<size_t> failing, bool pointers, Program &program,
            const sim::Profile &profile, const rules::RuleSet &rules, const TreeValues &values)
      : plan(plan), rules(rules), machine(profile, program, pool), models(rules, values, machine),
        chooser(witness, failing, pointers, machine) {
    machine.objects.adopt(witness.objects);
  }

  FaultRun go() {
    Run run(plan, machine, models, chooser, /*keepsStates=*/false);
    StepRecorder recorder(run, machine, models, steps);
    Stop stop = run.start(0);
    for (uint64_t i = 0; stop.kind == StopKind::OutOfSteps && i < maxInstructions && !chooser.hasDiverged(); ++i) {
      recorder.look();
      lookAhead(run.interpreter());
      stop = run.resume(1);
      noticeFailure(run.interpreter());
    }
    recorder.closeStep();
    if (!chooser.hasDiverged())
      judge(stop, run.interpreter());
    return std::move(result);
  }
  bool hasGuessed() const { return chooser.hasGuessed(); }

private:
  void noticeFailure(const Interpreter &code) {
    if (result.failing || !chooser.hasFailed())
      return;
    result.failing = steps.back().at;
    if (code.instructionInHand() && llvm::isa<llvm::CallBase>(code.instructionInHand()))
      result.failing = code.instructionInHand();
  }

  /// Looks at a call before it is made.
  void lookAhead(const Interpreter &code) {
    const Interpreter::Frame &frame = code.callStack().back();
    const Instruction &next = frame.code->instructions[frame.at];
    if (next.opcode != Opcode::Call)
      return;
    const CallSite &site = frame.code->calls[next.immediate];
    if (!site.isAssembly && mayKeep(site))
      noteHandedOver(code, site);
    if (chooser.hasFailed() && site.direct)
      noticeDoubleFree(code, site);
  }
  static std::vector<Value> argumentsOf(const Interpreter &code, const CallSite &site) {
    const Interpreter::State state = code.state();
    const Interpreter::Frame &frame = code.callStack().back();
    std::vector<Value> values;
    for (Slot slot : site.arguments)
      values.push_back(slot & constantBit ? frame.code->constants[slot & ~constantBit]
                                          : state.registers[frame.base + slot]);
    return values;
  }
  /// What a function gets that is not run may be kept by it.
  void noteHandedOver(const Interpreter &code, const CallSite &site) {
    for (const Value &value : argumentsOf(code, site))
      if (value.isKnown() && value.width() == maxWidth)
        roots.push_back(value.bits());
  }
  /// Without KASAN or slub_debug a kernel need not notice.
  void noticeDoubleFree(const Interpreter &code, const CallSite &site) {
    const rules::FunctionRule *rule = rules.replayFunction(site.direct->getName());
    if (!rule || !rule->free)
      return;
    const std::vector<Value> arguments = argumentsOf(code, site);
    const auto number = size_t(rule->free->arg);
    if (number >= arguments.size() || !arguments[number].isKnown())
      return;
    const Allocation *memory = models.state().allocations.find(arguments[number].bits());
    if (memory && memory->freed)
      result.broken.push_back({Breakage::DoubleFree, site.call, {}, callTrace(code), memory->size});
  }
  bool mayKeep(const CallSite &site) const {
    if (!site.direct)
      return true;
    if (const llvm::Function *body = machine.program.definitionOf(*site.direct))
      return !plan.callees->runs(*body);
    const rules::FunctionRule *rule = rules.replayFunction(site.direct->getName());
    return !rule || rule->model.empty();
  }

  void judge(const Stop &stop, const Interpreter &code) {
    if (stop.kind == StopKind::Died && stop.where && llvm::StringRef(steps.back().printed).contains(nullReport))
      result.broken.push_back({Breakage::NullDereference, stop.where, linesOf(steps.back()), callTrace(code), 0});
    if (stop.kind == StopKind::Returned && saysError(stop))
      addLeaks();
  }
  static std::vector<std::string> linesOf(const ReplayStep &step) {
    llvm::SmallVector<llvm::StringRef> lines;
    llvm::StringRef(step.printed).split(lines, '\n', -1, /*KeepEmpty=*/false);
    return {lines.begin(), lines.end()};
  }
  static std::vector<const llvm::Instruction *> callTrace(const Interpreter &code) {
    std::vector<const llvm::Instruction *> trace;
    for (const Interpreter::Frame &frame : llvm::reverse(code.callStack()))
      trace.push_back(frame.code->instructions[frame.at ? frame.at - 1 : 0].origin);
    return trace;
  }

  /// A negative error number, an error pointer, NULL.
  bool saysError(const Stop &stop) const {
    const llvm::Function &function = *plan.stages.back().route->hops()[plan.stages.back().first].function;
    if (stop.results.size() != 1 || !stop.results.front().isKnown())
      return false;
    const Value &value = stop.results.front();
    if (value.width() < 32)
      return false;
    const int64_t number = value.width() == 32 ? int32_t(value.bits()) : int64_t(value.bits());
    return (number < 0 && number >= -maxErrorNumber) || (number == 0 && function.getReturnType()->isPointerTy());
  }

  void addLeaks() {
    for (Address address : unreachable(machine, models.state(), roots)) {
      const Allocation &memory = *models.allocationAt(address);
      const bool isManaged =
          memory.family && llvm::StringRef(rules.families[memory.family - 1].name).starts_with(managedFamilies);
      const llvm::Instruction *at = allocatedAt(address);
      if (!isManaged && at)
        result.broken.push_back({Breakage::Leak, at, {}, {}, memory.size});
    }
  }
  const llvm::Instruction *allocatedAt(Address address) const {
    for (const ReplayStep &step : llvm::reverse(steps))
      for (const Allocation &memory : step.memory)
        if (memory.address == address && !memory.freed)
          return step.at;
    return nullptr;
  }

  const RunPlan &plan;
  const rules::RuleSet &rules;
  TermPool pool;
  Machine machine;
  Models models;
  FaultChooser chooser;
  std::vector<ReplayStep> steps;
  std::vector<Address> roots;
  FaultRun result;
};

bool isThere(const FaultRun &run, const BrokenPlace &place) {
  return llvm::any_of(run.broken,
                      [&](const BrokenPlace &other) { return other.kind == place.kind && other.at == place.at; });
}
} // namespace

std::vector<FaultRun> failEachAllocation(const Confirmation &confirmed, Program &program, const sim::Profile &profile,
                                         const rules::RuleSet &rules, const TreeValues &values) {
  const RunPlan plan = withoutTarget(confirmed.plan);
  const Witness &witness = confirmed.witness;
  auto runWith = [&](std::optional<size_t> failing, FaultRun &result, bool pointers) {
    Attempted attempt(plan, witness, failing, pointers, program, profile, rules, values);
    result = attempt.go();
    return attempt.hasGuessed();
  };
  FaultRun usual;
  runWith(std::nullopt, usual, false);
  std::vector<FaultRun> runs;
  for (size_t i = 0; i < witness.entries.size(); ++i) {
    const WitnessEntry &entry = witness.entries[i];
    if (entry.kind != WitnessEntry::Kind::Choice || entry.choice != ChoiceKind::Allocation || entry.value)
      continue;
    FaultRun run, other;
    const bool guessed = runWith(i, run, false);
    if (guessed)
      runWith(i, other, true);
    llvm::erase_if(run.broken, [&](const BrokenPlace &place) {
      return isThere(usual, place) || (guessed && !isThere(other, place));
    });
    if (run.failing && !run.broken.empty())
      runs.push_back(std::move(run));
  }
  return runs;
}

} // namespace kmem::replay
