#include "runtime/scenario/scenario_run.h"

#include "runtime/kernel/death.h"
#include "runtime/scenario/contexts.h"
#include "runtime/scenario/experiment.h"
#include "runtime/sim/system.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <set>

namespace kmem::sim {

namespace {

constexpr llvm::StringLiteral nameOfThread("scenario");

llvm::StringRef resultOf(DeathKind kind) {
  switch (kind) {
  case DeathKind::Oops:
    return "oops: the thread is dead";
  case DeathKind::Panic:
    return "panic: the machine is dead";
  case DeathKind::Hang:
    return "hang: the thread waits for ever";
  case DeathKind::Signal:
    return "signal: the process is dead";
  }
  return "";
}

bool printsInOrder(const llvm::json::Array &parts, const llvm::json::Array *lines) {
  if (parts.empty())
    return !lines || lines->empty();
  size_t found = 0;
  if (lines)
    for (const llvm::json::Value &line : *lines)
      if (found < parts.size() && line.getAsString().value_or("").contains(parts[found].getAsString().value_or("\n")))
        ++found;
  return found == parts.size();
}

} // namespace

struct ScenarioRun::Parts {
  const Scenario &scenario;
  System system;
  Contexts contexts;
  struct Name {
    NamedValue value;
    unsigned line;
    llvm::StringRef operation;
    size_t order;
  };
  std::map<std::string, Name> names;
  std::map<std::string, System::Snapshot> snapshots;
  std::vector<std::string> entered; ///< in the thread that runs now
  unsigned diedInLine = 0;          ///< 0: the machine lives

  explicit Parts(const Scenario &scenario)
      : scenario(scenario), system(scenario.profile, scenario.seed), contexts(system) {
    startThread();
  }

  void startThread() {
    Context &context = system.kernel.context;
    context.switchTo(context.createTask(std::string_view(nameOfThread), PfKthread));
    entered.clear();
    contexts.saved.clear();
  }

  ArgumentValue valueOf(const ParsedArgument &argument) const;
  std::map<std::string, ArgumentValue> valuesOf(const ScenarioStep &step) const;
  Record run(const ScenarioStep &written);
  void perform(const ScenarioStep &written, Step &step);
  bool performHere(const ScenarioStep &written, Step &step);
  void takeSnapshot(const ScenarioStep &written, Step &step);
  void restoreSnapshot(const ScenarioStep &written);
  void changeContext(const ScenarioStep &written, Step &step);
  void died(DeathKind kind, const ScenarioStep &written, Step &step);
};

ArgumentValue ScenarioRun::Parts::valueOf(const ParsedArgument &argument) const {
  auto named = [&](const std::string &name) {
    const auto found = names.find(name);
    return found == names.end() ? NamedValue{} : found->second.value;
  };
  switch (argument.kind) {
  case ArgumentKind::Text:
  case ArgumentKind::Bytes:
  case ArgumentKind::Choice:
  case ArgumentKind::Context:
    return argument.text;
  case ArgumentKind::Named:
    return named(argument.names.front());
  case ArgumentKind::NamedList: {
    std::vector<NamedValue> values;
    for (const std::string &name : argument.names)
      values.push_back(named(name));
    return values;
  }
  case ArgumentKind::Pointer:
    return (argument.names.empty() ? 0 : named(argument.names.front()).value) + argument.number;
  default:
    return argument.number;
  }
}

std::map<std::string, ArgumentValue> ScenarioRun::Parts::valuesOf(const ScenarioStep &step) const {
  std::map<std::string, ArgumentValue> values;
  for (const auto &[name, argument] : step.arguments)
    values.emplace(name, valueOf(argument));
  return values;
}

void ScenarioRun::Parts::takeSnapshot(const ScenarioStep &written, Step &step) {
  snapshots[written.as] = system.snapshot();
  step.produce({ValueKind::Snapshot, written.line, 0});
}

void ScenarioRun::Parts::restoreSnapshot(const ScenarioStep &written) {
  const std::string &name = written.arguments.at("snapshot").names.front();
  const auto found = snapshots.find(name);
  if (found == snapshots.end())
    return;
  system.restore(found->second);
  diedInLine = 0;
}

void ScenarioRun::Parts::changeContext(const ScenarioStep &written, Step &step) {
  const std::string &name = written.arguments.at("ctx").text;
  if (written.operation->name == "enter") {
    contexts.enter(name);
    entered.push_back(name);
  } else if (!entered.empty() && entered.back() == name) {
    contexts.leave(name);
    entered.pop_back();
  } else {
    step.say("not entered: the thread that did is dead");
  }
}

/// Steps about the run itself; false for all others.
bool ScenarioRun::Parts::performHere(const ScenarioStep &written, Step &step) {
  const llvm::StringRef name = written.operation->name;
  if (name == "snapshot")
    takeSnapshot(written, step);
  else if (name == "restore")
    restoreSnapshot(written);
  else if (name == "enter" || name == "leave")
    changeContext(written, step);
  else
    return false;
  return true;
}

void ScenarioRun::Parts::perform(const ScenarioStep &written, Step &step) {
  const bool reached = contexts.runIn(written.contexts, [&] {
    if (!performHere(written, step))
      written.operation->run(step);
  });
  if (!reached)
    step.say("not run: the handler cannot run here");
}

void ScenarioRun::Parts::died(DeathKind kind, const ScenarioStep &written, Step &step) {
  step.say(resultOf(kind));
  if (machineLives(kind))
    startThread();
  else
    diedInLine = written.line;
}

Record ScenarioRun::Parts::run(const ScenarioStep &written) {
  Step step(system, valuesOf(written));
  if (!scenario.warnOnce)
    rearmWarnings(system);
  const Console::Mark mark = system.kernel.console.mark();
  if (diedInLine && written.operation->name != "restore") {
    step.say("not run: the machine died in line " + std::to_string(diedInLine));
  } else {
    try {
      perform(written, step);
    } catch (const Death &death) {
      died(death.kind, written, step);
    }
  }
  if (!step.result.get("result"))
    step.say("done");
  if (!written.as.empty())
    names[written.as] = {step.produced().value_or(NamedValue{}), written.line, written.operation->name, names.size()};
  Record record = std::move(step.result);
  if (auto lines = system.kernel.console.since(std::min(mark, system.kernel.console.mark())); !lines.empty())
    record["console"] = llvm::json::Array(lines);
  return record;
}

ScenarioRun::ScenarioRun(const Scenario &scenario) : parts(std::make_unique<Parts>(scenario)) {}
ScenarioRun::~ScenarioRun() = default;

System &ScenarioRun::system() { return parts->system; }

std::vector<NamedStep> ScenarioRun::names() const {
  std::vector<NamedStep> names;
  for (const auto &[name, given] : parts->names)
    names.push_back({name, given.value, given.line, given.operation.str()});
  llvm::sort(names, [&](const NamedStep &a, const NamedStep &b) { return a.line < b.line; });
  return names;
}

bool ScenarioRun::run(llvm::function_ref<void(const Record &)> tell) {
  bool allMet = true;
  for (const ScenarioStep &step : parts->scenario.steps) {
    Record record = parts->run(step);
    record["line"] = int64_t(step.line);
    record["op"] = step.operation->name;
    if (!step.written.empty())
      record["args"] = Record(step.written);
    if (!step.as.empty())
      record["as"] = step.as;
    if (!step.contexts.empty())
      record["in"] = llvm::json::Array(step.contexts);
    if (Record unmet = unmetBy(step.expect, record); !unmet.empty()) {
      record["unmet"] = std::move(unmet);
      allMet = false;
    }
    tell(record);
  }
  return allMet;
}

Record unmetBy(const Record &expect, const Record &result) {
  Record unmet;
  for (const auto &field : expect) {
    const llvm::json::Value *value = result.get(field.first);
    const llvm::json::Array *wanted = field.second.getAsArray();
    const bool met = llvm::StringRef(field.first) == "console" && wanted
                         ? printsInOrder(*wanted, value ? value->getAsArray() : nullptr)
                         : value && *value == field.second;
    if (!met)
      unmet[field.first] = field.second;
  }
  return unmet;
}

std::string resultLine(const Record &record) {
  std::vector<std::string> order = {"line", "op", "args", "in", "as", "result"};
  std::set<std::string> rest;
  for (const auto &entry : record)
    if (entry.first.str() != "console" && !llvm::is_contained(order, entry.first.str()))
      rest.insert(entry.first.str());
  order.insert(order.end(), rest.begin(), rest.end());
  order.push_back("console");
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream);
  json.objectBegin();
  for (const std::string &key : order)
    if (const llvm::json::Value *value = record.get(key))
      json.attribute(key, *value);
  json.objectEnd();
  return text;
}

} // namespace kmem::sim
