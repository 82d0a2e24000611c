#include "runtime/scenario/experiment.h"

#include "runtime/sim/system.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <bit>

namespace kmem::sim {

namespace {

// The recording keeps so many lines of an experiment, and more of the kinds that decide a verdict.
constexpr size_t plainLines = 14;
constexpr size_t keyLines = 60;
constexpr size_t longestLine = 220;

bool startsWithAny(llvm::StringRef line, std::initializer_list<llvm::StringRef> prefixes) {
  return llvm::any_of(prefixes, [&](llvm::StringRef prefix) { return line.starts_with(prefix); });
}

bool containsAny(llvm::StringRef line, std::initializer_list<llvm::StringRef> parts) {
  return llvm::any_of(parts, [&](llvm::StringRef part) { return line.contains(part); });
}

/// Registers, separators and what names the machine rather than the event.
bool isDropped(llvm::StringRef line) {
  return line.empty() ||
         startsWithAny(line, {"Tainted: ", "=====", "-----", "object pointer: ", "Hardware name",
                              "CPU: ", "Code:", "FS:", "CS:", "CR2:", "Modules linked"}) ||
         containsAny(line, {"irq event stamp", "irqs last ", "cut here", "end trace", "Call Trace:"}) ||
         startsWithAny(line, {"RSP:", "RAX:", "RDX:", "RBP:", "R10:", "R13:"});
}

bool isKey(llvm::StringRef line) {
  return containsAny(line, {"BUG:", "kernel BUG", "WARNING:", "in_atomic()", "preempt_count: ", "RCU nest", "Illegal",
                            "inconsistent", "scheduling while"});
}

/// Without what looks like the caller that printk() puts before a line, "[    T12] ".
llvm::StringRef withoutCaller(llvm::StringRef line) {
  constexpr size_t longestCaller = 24;
  while (line.starts_with("[")) {
    const size_t end = line.find(']');
    const bool isPrefix = end != llvm::StringRef::npos && end <= longestCaller &&
                          (end + 1 == line.size() || line[end + 1] == ' ') && !line.take_front(end).contains("BUG:");
    if (!isPrefix)
      break;
    line = line.drop_front(end + 1).ltrim(' ');
  }
  return line;
}

} // namespace

void rearmWarnings(System &system) {
  system.kernel.reports.rearm();
  system.kernel.context.rearm();
  system.kernel.locks.rearm();
}

void Experiments::begin() {
  rearmWarnings(system);
  start = system.kernel.console.mark();
}

llvm::json::Array Experiments::splat() const {
  llvm::json::Array lines;
  size_t seen = 0;
  for (const std::string &printed : system.kernel.console.since(start)) {
    // Of one printk() the recording sees the first line only.
    const llvm::StringRef line = withoutCaller(llvm::StringRef(printed).split('\n').first);
    if (isDropped(line))
      continue;
    if (seen < plainLines || (seen < keyLines && isKey(line)))
      lines.push_back(line.substr(0, longestLine).str());
    ++seen;
  }
  return lines;
}

void Experiments::addSplat(Record &record) const {
  const auto lines = system.kernel.console.since(start);
  const auto kept = llvm::count_if(lines, [](const std::string &line) { return !isDropped(line); });
  record["splat"] = splat();
  if (size_t(kept) > plainLines)
    record["splat_lines"] = int64_t(kept);
}

void Experiments::finish(Record record) {
  addSplat(record);
  emit(std::move(record));
}

bool Experiments::printed(llvm::StringRef text) const {
  return llvm::any_of(system.kernel.console.since(start),
                      [&](const std::string &line) { return llvm::StringRef(line).contains(text); });
}

std::string hexadecimal(uint64_t value) { return "0x" + llvm::utohexstr(value, /*LowerCase=*/true); }

uint64_t alignmentOf(Address address) {
  constexpr int largest = 30;
  return address ? uint64_t(1) << std::min(largest, std::countr_zero(address)) : 0;
}

} // namespace kmem::sim
