#include "checker/checks/gfp_text.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"

namespace kmem::checks {

/// Of the flags that fit into `rest`, the one that says most.
static const rules::ValueRule *largestFlag(const link::Program &program, uint64_t rest) {
  const rules::ValueRule *best = nullptr;
  int bestBits = 0;
  for (const rules::ValueRule &rule : program.rules().values) {
    uint64_t bits = rule.gfpFlag ? uint64_t(program.value(rule.name).value_or(0)) : 0;
    if (!bits || (bits & rest) != bits || llvm::popcount(bits) <= bestBits)
      continue;
    best = &rule;
    bestBits = llvm::popcount(bits);
  }
  return best;
}

std::string describeGfp(const link::Program &program, uint64_t gfp) {
  std::string text;
  auto append = [&](const std::string &part) { text += (text.empty() ? "" : " | ") + part; };
  uint64_t rest = gfp;
  while (const rules::ValueRule *flag = largestFlag(program, rest)) {
    append(flag->name);
    rest &= ~uint64_t(*program.value(flag->name));
  }
  if (rest || text.empty())
    append(rest ? "0x" + llvm::utohexstr(rest, /*LowerCase=*/true) : "0");
  return text;
}

} // namespace kmem::checks
