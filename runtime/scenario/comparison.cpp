#include "runtime/scenario/comparison.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"

#include <regex>
#include <set>

namespace kmem::sim {

namespace {

constexpr llvm::StringLiteral absent("(absent)");

FieldRule ruleFor(llvm::StringRef op, llvm::StringRef field, llvm::ArrayRef<FieldRuleRow> rules) {
  for (const FieldRuleRow &row : rules)
    if ((row.op.empty() || row.op == op) && row.field == field)
      return row.rule;
  return FieldRule::Exact;
}

bool isNullValue(const llvm::json::Value &value) {
  const auto text = value.getAsString();
  return text ? *text == "NULL" || *text == "0x0" : value.getAsInteger() == 0;
}

std::string presence(const llvm::json::Value *value) {
  return !value ? absent.str() : isNullValue(*value) ? "NULL" : "something";
}

std::string comparable(const Record &record, llvm::StringRef field, FieldRule rule) {
  if (rule == FieldRule::FirstLine)
    return firstLine(record);
  if (rule == FieldRule::Printed)
    return firstLine(record).empty() ? "nothing" : "something";
  const llvm::json::Value *value = record.get(field);
  return rule == FieldRule::Presence ? presence(value) : render(value);
}

} // namespace

std::string render(const llvm::json::Value *value) {
  if (!value)
    return absent.str();
  std::string text;
  llvm::raw_string_ostream(text) << *value;
  return text;
}

std::string normalised(llvm::StringRef line) {
  static const std::pair<std::regex, const char *> rules[] = {
      {std::regex(R"(\+0x[0-9a-f]+/0x[0-9a-f]+)"), ""},
      {std::regex(R"(\(____ptrval____\)|\b(0x)?[0-9a-f]{16}\b|\b0x[0-9a-f]{12,16}\b)"), "ADDRESS"},
      {std::regex(R"(pfn:(0x)?[0-9a-f]+)"), "pfn:N"},
      {std::regex(R"(@offset=\d+)"), "@offset=N"},
      {std::regex(R"(PID: \d+)"), "PID: N"},
      {std::regex(R"(pid: \d+)"), "pid: N"},
      {std::regex(R"(CPU: \d+)"), "CPU: N"},
      {std::regex(R"(\bprobe:\d+)"), "probe:N"},
      {std::regex(R"(\.(part|constprop|isra|cold)(\.\d+)?)"), ""},
  };
  std::string text = line.str();
  for (const auto &[pattern, with] : rules)
    text = std::regex_replace(text, pattern, with);
  return text;
}

std::string firstLine(const Record &record) {
  const llvm::json::Array *lines = record.getArray("splat");
  return lines && !lines->empty() ? normalised(lines->front().getAsString().value_or("")) : "";
}

Differences compareFields(const Pair &pair, llvm::ArrayRef<FieldRuleRow> rules) {
  std::set<std::string> fields;
  for (const Record *record : {&pair.expected, &pair.actual})
    for (const auto &entry : *record)
      fields.insert(entry.first.str());
  const llvm::StringRef op = pair.expected.getString("op").value_or("");
  Differences differences;
  for (const std::string &field : fields) {
    const FieldRule rule = ruleFor(op, field, rules);
    if (rule == FieldRule::Ignored || field == "splat_lines")
      continue;
    std::string expected = comparable(pair.expected, field, rule), actual = comparable(pair.actual, field, rule);
    if (expected != actual)
      differences.push_back({field, std::move(expected), std::move(actual)});
  }
  return differences;
}

} // namespace kmem::sim
