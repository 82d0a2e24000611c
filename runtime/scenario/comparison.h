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

/// One experiment on both sides, and the file it is from.
struct Pair {
  const Record &expected, &actual;
  const TruthFile &file;
};

struct GroupComparison {
  llvm::StringRef group;
  /// Whether the record is compared at all; `simulated` says whether there is one to compare it with.
  bool (*counts)(const Record &expected, bool simulated);
  Differences (*compare)(const Pair &pair);
  /// What makes two records the same experiment besides "op"; "id" when empty.
  llvm::StringRef key;
};

/// Null when no group of that name is compared.
const GroupComparison *comparisonOf(llvm::StringRef group);

// The comparators.
Differences compareAllocation(const Pair &pair); ///< sizes, gfp, misc
Differences compareCaches(const Pair &pair);
Differences comparePages(const Pair &pair); ///< buddy, exhaust, oom
Differences compareVmalloc(const Pair &pair);
Differences compareMatrix(const Pair &pair);
Differences compareMismatch(const Pair &pair);
Differences compareFault(const Pair &pair);
bool cacheCounts(const Record &expected, bool simulated);
bool matrixCounts(const Record &expected, bool simulated);
bool mismatchCounts(const Record &expected, bool simulated);

// What they are made of.

/// What exhausted memory left in each zone, and the marks it was left by.
Differences compareZonesAtFailure(const Pair &pair);

/// How one field is compared.
enum class FieldRule : uint8_t {
  Exact,    ///< including its presence
  Presence, ///< there or not there, and null pointer or not
  Ignored,
  FirstLine, ///< of a splat, normalised; nothing printed is an empty line
  Printed,   ///< whether a splat is empty
};
struct FieldRuleRow {
  llvm::StringRef op; ///< "" for all
  llvm::StringRef field;
  FieldRule rule;
};
/// All fields of either record by the first row that fits; Exact when none does. "splat_lines" is part of "splat".
Differences compareFields(const Pair &pair, llvm::ArrayRef<FieldRuleRow> rules);

/// Without what differs from boot to boot: addresses, offsets into functions, pids, CPU numbers, program names.
std::string normalised(llvm::StringRef line);
/// The first line of a "splat", normalised; "" when nothing was printed.
std::string firstLine(const Record &record);
/// One line of JSON with sorted keys.
std::string render(const llvm::json::Value *value);

} // namespace kmem::sim
