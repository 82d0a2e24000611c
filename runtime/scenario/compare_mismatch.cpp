// mismatch: whether a wrong free or access is accepted silently, warned of, kills the thread or the machine, and the
// kernel's first line. What damage does later is not compared; that there is none is.
#include "runtime/scenario/comparison.h"

namespace kmem::sim {

namespace {

std::string outcome(const Record &record) {
  if (record.getString("op") == "fatal")
    return "the machine dies";
  const llvm::StringRef result = record.getString("result").value_or("");
  if (result.starts_with("thread did not return"))
    return "the thread dies";
  return firstLine(record).empty() ? "silent" : "warned";
}

} // namespace

bool mismatchCounts(const Record &expected, bool) {
  const bool later = expected.getString("op") == "mismatch_after_stress";
  return !later || outcome(expected) == "silent";
}

Differences compareMismatch(const Pair &pair) {
  Differences differences;
  const std::string kernel = outcome(pair.expected), simulated = outcome(pair.actual);
  if (kernel != simulated)
    differences.push_back(
        {"outcome", kernel + ": " + firstLine(pair.expected), simulated + ": " + firstLine(pair.actual)});
  else if (firstLine(pair.expected) != firstLine(pair.actual))
    differences.push_back({"first line", firstLine(pair.expected), firstLine(pair.actual)});
  return differences;
}

} // namespace kmem::sim
