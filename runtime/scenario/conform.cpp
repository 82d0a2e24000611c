#include "runtime/scenario/conform.h"

#include "runtime/kernel/death.h"
#include "runtime/sim/system.h"

#include <map>

namespace kmem::sim {

namespace {

/// Records are the same experiment when these agree.
std::string keyOf(const Record &record, llvm::StringRef key) {
  if (auto api = record.getString("api"))
    return ("api " + *api + " in " + record.getString("ctx").value_or("")).str();
  const llvm::StringRef field = key.empty() ? "id" : key;
  return (field + " " + render(record.get(field)) + " " + record.getString("op").value_or("")).str();
}

std::string labelOf(const Record &record) {
  std::string label = keyOf(record, "id");
  for (llvm::StringRef field : {"what", "gfp", "call", "args", "name", "zone"})
    if (const llvm::json::Value *value = record.get(field))
      label += " " + render(value);
  return label;
}

llvm::StringRef nameOf(DeathKind kind) {
  switch (kind) {
  case DeathKind::Oops:
    return "the thread of the experiments died of an oops";
  case DeathKind::Panic:
    return "the machine died";
  case DeathKind::Hang:
    return "the thread of the experiments hangs";
  case DeathKind::Signal:
    return "the process of the experiments died of a signal";
  }
  return "";
}

using Simulated = std::map<std::string, Record>;

/// All records of the group; how it ended in `problem` unless it returned.
Simulated simulate(const TruthFile &truth, const Group &group, llvm::StringRef key, std::string &problem) {
  Simulated records;
  System system(truth.profile);
  try {
    group.run(system, [&](Record record) { records.emplace(keyOf(record, key), std::move(record)); }, truth);
  } catch (const Death &death) {
    problem = nameOf(death.kind).str();
    const auto lines = system.kernel.console.since(0);
    if (!lines.empty())
      problem += " (last line: " + lines.back() + ")";
  }
  return records;
}

/// Compares one record and counts it.
void judge(const TruthFile &truth, const TruthRecord &expected, const GroupComparison &comparison,
           const Simulated &simulated, Agreement &agreement) {
  const auto found = simulated.find(keyOf(expected.record, comparison.key));
  const bool isThere = found != simulated.end();
  if (!comparison.counts(expected.record, isThere)) {
    ++agreement.notCompared;
    return;
  }
  ++agreement.records;
  Differences differences;
  if (isThere)
    differences = comparison.compare({expected.record, found->second, truth});
  else
    differences.push_back({"record", "there", "no such record"});
  if (differences.empty())
    ++agreement.agreed;
  else
    agreement.disagreements.push_back({expected.line, labelOf(expected.record), std::move(differences)});
}

} // namespace

Agreement conform(const TruthFile &truth) {
  Agreement agreement{truth.path, truth.group, 0, 0, 0, {}, problemWith(truth.profile)};
  const Group *group = groupNamed(truth.group, truth.variant);
  const GroupComparison *comparison = comparisonOf(truth.group);
  if (!group || !comparison)
    agreement.problem = "there is no group '" + truth.group + (truth.variant.empty() ? "" : "-" + truth.variant) + "'";
  if (!agreement.problem.empty()) {
    agreement.records = truth.records.size();
    return agreement;
  }
  const Simulated simulated = simulate(truth, *group, comparison->key, agreement.problem);
  for (const TruthRecord &record : truth.records)
    judge(truth, record, *comparison, simulated, agreement);
  return agreement;
}

} // namespace kmem::sim
