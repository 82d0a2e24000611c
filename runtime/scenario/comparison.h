// What must agree between a recorded experiment and a simulated one: one comparator a group, in compare_<group>.cpp,
// each following the table of the truth files' README. A comparator lists every difference that counts; none means
// agreement.
#pragma once

#include "runtime/scenario/truth_file.h"

namespace kmem::sim {

struct Difference {
  std::string field; ///< "zones_at_failure.DMA.free"
  std::string expected, actual;
};
using Differences = std::vector<Difference>;

/// One experiment on both sides.
struct Pair {
  const Record &expected, &actual;
  const Profile &profile;
};

using Comparator = Differences (*)(const Pair &pair);

/// Compares everything exactly when no group says otherwise.
Comparator comparatorFor(llvm::StringRef group);

// One function a group of groups.
Differences compareAllocation(const Pair &pair); ///< sizes, gfp, misc, vmalloc

// What they are made of.

/// How one field is compared.
enum class FieldRule : uint8_t {
  Exact,    ///< including its presence
  Presence, ///< there or not there, and null pointer or not
  Ignored,
  Splat, ///< both empty or both not, and the first line, normalised
};
struct FieldRuleRow {
  llvm::StringRef op; ///< "" for all
  llvm::StringRef field;
  FieldRule rule;
};
/// All fields of either record by the first row that fits; Exact when none does.
Differences compareFields(const Pair &pair, llvm::ArrayRef<FieldRuleRow> rules);

/// Without what differs from boot to boot: addresses, offsets into functions, pids, CPU numbers, program names.
std::string normalised(llvm::StringRef line);
/// The first line of a "splat", normalised; "" when nothing was printed.
std::string firstLine(const Record &record);
/// One line of JSON with sorted keys.
std::string render(const llvm::json::Value *value);

} // namespace kmem::sim
