#include "runtime/scenario/conform.h"

#include "runtime/kernel/death.h"
#include "runtime/sim/system.h"

#include <map>

namespace kmem::sim {

namespace {

/// Records are the same experiment when these agree.
std::string keyOf(const Record &record) {
  if (auto api = record.getString("api"))
    return ("api " + *api + " in " + record.getString("ctx").value_or("")).str();
  return "id " + render(record.get("id")) + " " + record.getString("op").value_or("").str();
}

std::string labelOf(const Record &record) {
  std::string label = keyOf(record);
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
  }
  return "";
}

using Simulated = std::map<std::string, Record>;

/// All records of the group; how it ended in `problem` unless it returned.
Simulated simulate(const TruthFile &truth, const Group &group, std::string &problem) {
  Simulated records;
  System system(truth.profile);
  try {
    group.run(system, [&](Record record) { records.emplace(keyOf(record), std::move(record)); });
  } catch (const Death &death) {
    problem = nameOf(death.kind).str();
    const auto lines = system.kernel.console.since(0);
    if (!lines.empty())
      problem += " (last line: " + lines.back() + ")";
  }
  return records;
}

Differences compare(const TruthFile &truth, const Record &expected, const Simulated &simulated) {
  const auto found = simulated.find(keyOf(expected));
  if (found == simulated.end())
    return {{"record", "there", "no such record"}};
  return comparatorFor(truth.group)({expected, found->second, truth.profile});
}

} // namespace

Agreement conform(const TruthFile &truth) {
  Agreement agreement{truth.path, truth.group, truth.records.size(), 0, {}, ""};
  agreement.problem = problemWith(truth.profile);
  const Group *group = groupNamed(truth.group, truth.variant);
  if (!group)
    agreement.problem = "there is no group '" + truth.group + (truth.variant.empty() ? "" : "-" + truth.variant) + "'";
  if (!agreement.problem.empty())
    return agreement;
  const Simulated simulated = simulate(truth, *group, agreement.problem);
  for (const TruthRecord &truthRecord : truth.records) {
    Differences differences = compare(truth, truthRecord.record, simulated);
    if (differences.empty())
      ++agreement.agreed;
    else
      agreement.disagreements.push_back({truthRecord.line, labelOf(truthRecord.record), std::move(differences)});
  }
  return agreement;
}

} // namespace kmem::sim
