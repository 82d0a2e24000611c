// fault: which requests fail, in which order. With a probability below 100 only the rate, within three standard
// deviations of a binomial draw.
#include "runtime/scenario/comparison.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>
#include <regex>

namespace kmem::sim {

namespace {

/// "failslab p=50 interval=1 ..." is 50; 100 when the operation does not say.
int probabilityOf(const Record &record) {
  static const std::regex percentage(R"( p=(\d+) )");
  std::smatch match;
  const std::string op = record.getString("op").value_or("").str();
  return std::regex_search(op, match, percentage) ? std::stoi(match[1]) : 100;
}

bool isWithinThreeSigma(llvm::StringRef results, double probability) {
  const double count = double(results.size()), failures = double(results.count('F'));
  return std::abs(failures - count * probability) <= 3 * std::sqrt(count * probability * (1 - probability));
}

} // namespace

Differences compareFault(const Pair &pair) {
  static constexpr FieldRuleRow exact[] = {{"", "splat", FieldRule::FirstLine}};
  const int percent = probabilityOf(pair.expected);
  if (percent >= 100)
    return compareFields(pair, exact);
  const llvm::StringRef kernel = pair.expected.getString("result").value_or("");
  const llvm::StringRef simulated = pair.actual.getString("result").value_or("");
  if (simulated.size() == kernel.size() && isWithinThreeSigma(simulated, percent / 100.0))
    return {};
  return {{"result", std::to_string(percent) + "% of " + std::to_string(kernel.size()), simulated.str()}};
}

} // namespace kmem::sim
