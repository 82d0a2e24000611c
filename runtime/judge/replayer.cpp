#include "runtime/judge/replayer.h"

#include "llvm/ADT/STLExtras.h"

namespace kmem::replay {

static constexpr uint64_t maxInstructions = 4'000'000;

std::nullopt_t ScriptedChooser::diverged(std::string_view what) {
  if (firstDivergence.empty())
    firstDivergence = std::string(what) + " at entry " + std::to_string(next) + " of the script";
  return std::nullopt;
}

const WitnessEntry *ScriptedChooser::take(WitnessEntry::Kind kind) {
  if (next < script.entries.size() && script.entries[next].kind == kind)
    return &script.entries[next++];
  diverged(kind == WitnessEntry::Kind::Input ? "an input" : "a choice");
  return nullptr;
}

void learnType(LazyObjects &objects, Address base, const Input &input) {
  const LazyObject *object = objects.at(base);
  if (!isPointer(input.type) || !object || object->base != base || object->type)
    return;
  LazyObjects::State state = objects.state();
  for (Address at = base - LazyObjects::roomBefore; objects.at(at) && objects.at(at)->base == base;
       at += LazyObjects::slotSize) {
    LazyObject &slot = state.bySlot.write((at - objects.space().begin) / LazyObjects::slotSize);
    slot.type = pointeeOf(input.type);
    slot.ring = input.isUsual ? input.preferred : 0;
  }
  objects.restore(state);
}

Value ScriptedChooser::input(const Input &input) {
  const WitnessEntry *entry = take(WitnessEntry::Kind::Input);
  if (entry && entry->width != input.width)
    diverged("an input of another width, " + input.name + " for " + entry->text);
  if (entry)
    learnType(objects, entry->value, input);
  return Value::known(entry ? entry->value : input.preferred, input.width);
}

unsigned ScriptedChooser::choose(ChoiceKind kind, std::string_view what, unsigned count) {
  const WitnessEntry *entry = take(WitnessEntry::Kind::Choice);
  if (entry && (entry->choice != kind || entry->value >= count))
    diverged("another choice, " + std::string(what));
  return entry && entry->value < count ? unsigned(entry->value) : 0;
}

std::optional<uint64_t> ScriptedChooser::settled(const Value &value) {
  return choose(ChoiceKind::Settled, "whether a value is known", 2) ? std::optional(value.bits()) : std::nullopt;
}

/// A script that was not made by a search may name any place.
static bool haveRoom(const std::vector<LazyObjects::Named> &objects, const Arena &arena) {
  return llvm::all_of(objects, [&](const LazyObjects::Named &object) {
    return object.base >= arena.begin + LazyObjects::roomBefore && object.base < arena.end &&
           object.size < arena.end - object.base;
  });
}

ReplayRun replay(const RunPlan &plan, const Witness &witness, Program &program, const sim::Profile &profile,
                 const rules::RuleSet &rules, const TreeValues &values) {
  TermPool pool;
  Machine machine(profile, program, pool);
  ReplayRun refused;
  refused.problem = "the script has an object where none can be";
  if (!haveRoom(witness.objects, machine.objects.space()))
    return refused;
  machine.objects.adopt(witness.objects);
  Models models(rules, values, machine);
  ScriptedChooser script(witness, machine.objects);
  Run run(plan, machine, models, script, /*keepsStates=*/false);
  ReplayRun record;
  StepRecorder recorder(run, machine, models, record.steps);
  Stop stop = run.start(0);
  while (stop.kind == StopKind::OutOfSteps && record.instructions < maxInstructions) {
    recorder.look();
    ++record.instructions;
    stop = run.resume(1);
  }
  recorder.closeStep();
  record.end = recorder.context();
  record.met = run.isMet() && script.divergence().empty();
  record.problem = !script.divergence().empty() ? "the run left the script: " + script.divergence() : stop.why;
  record.report =
      machine.system.kernel.console.since(run.isMet() ? run.reportMark() : machine.system.kernel.console.mark());
  for (const Interpreter::Frame &frame : llvm::reverse(run.interpreter().callStack()))
    record.callTrace.push_back(frame.code->instructions[frame.at ? frame.at - 1 : 0].origin);
  return record;
}

} // namespace kmem::replay
