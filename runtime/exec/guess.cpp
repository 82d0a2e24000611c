#include "runtime/exec/guess.h"

#include <algorithm>
#include <set>

namespace kmem::replay {

static constexpr size_t maxNumbers = 64;                ///< of the conditions
static constexpr size_t maxVariables = 4, maxOther = 8; ///< of the query; of its conditions
static constexpr uint64_t factors[] = {0, 1};

bool Guesses::areHard(std::span<const TermRef> conjunction) {
  auto isHard = [&](const Term &term) {
    const bool multiplies = term.op == Op::Mul || (term.op >= Op::UDiv && term.op <= Op::SRem);
    auto partIsHard = [&](TermRef part) { return part != noTerm && hard.at(part); };
    return (multiplies && !pool.isConstant(term.a) && !pool.isConstant(term.b)) || partIsHard(term.a) ||
           partIsHard(term.b) || partIsHard(term.c);
  };
  return std::ranges::any_of(conjunction, [&](TermRef root) {
    visitPartsFirst(
        pool, root, [&](TermRef term) { return hard.contains(term); },
        [&](TermRef term) { hard.emplace(term, isHard(pool[term])); });
    return hard.at(root);
  });
}

/// The constants of the conditions with their neighbours, smallest first.
std::vector<uint64_t> Guesses::numbersIn(std::span<const TermRef> conjunction) const {
  std::set<TermRef> seen;
  std::set<uint64_t> numbers{std::begin(factors), std::end(factors)};
  for (TermRef root : conjunction)
    visitPartsFirst(
        pool, root, [&](TermRef term) { return seen.contains(term); },
        [&](TermRef term) {
          seen.insert(term);
          if (pool.isConstant(term) && numbers.size() < maxNumbers)
            numbers.insert({pool[term].value - 1, pool[term].value, pool[term].value + 1});
        });
  return {numbers.begin(), numbers.end()};
}

std::vector<uint32_t> Guesses::variablesIn(std::span<const TermRef> conjunction, size_t most) {
  std::set<uint32_t> all;
  for (TermRef term : conjunction)
    all.insert(pool.variablesIn(term).begin(), pool.variablesIn(term).end());
  std::vector<uint32_t> first(all.begin(), all.end());
  first.resize(std::min(first.size(), most));
  return first;
}

std::optional<Assignment> Guesses::find(std::span<const TermRef> conjunction, TermRef query, const Assignment &start) {
  const std::vector<uint64_t> numbers = numbersIn(conjunction);
  const std::vector<uint32_t> others = variablesIn(conjunction, maxOther);
  Assignment tried = start;
  auto holds = [&] {
    evaluation.use(tried);
    return evaluation.valueOf(query) != 0 &&
           std::ranges::all_of(conjunction, [&](TermRef term) { return evaluation.valueOf(term) != 0; });
  };
  auto change = [&](uint32_t variable, uint64_t value) {
    tried.set(variable, truncated(value, pool[pool.termOf(variable)].width));
  };
  for (uint32_t size : variablesIn(std::span(&query, 1), maxVariables))
    for (uint64_t number : numbers) {
      tried = start;
      change(size, number);
      if (holds())
        return tried;
      for (uint32_t other : others)
        for (uint64_t factor : factors) {
          if (other == size)
            continue;
          change(other, factor);
          if (holds())
            return tried;
          change(other, start[other]);
        }
    }
  return std::nullopt;
}

} // namespace kmem::replay
