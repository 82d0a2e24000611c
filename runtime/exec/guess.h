// Values for a query that a solver is bad at, products of two unknowns above all: what a person would try. Sizes of
// kernel code are such products, and one of a few numbers does as a rule: a limit of the conditions, one more or less,
// with 0 or 1 for the other factor.
#pragma once

#include "runtime/exec/assignment.h"

#include <optional>
#include <span>
#include <unordered_map>

namespace kmem::replay {

class Guesses {
public:
  explicit Guesses(TermPool &pool) : pool(pool) {}

  /// Whether a product, a quotient or a remainder of two unknowns is part of one of the terms.
  bool areHard(std::span<const TermRef> conjunction);
  /// `start`, with a variable of `query` and perhaps another one changed so that the whole conjunction holds; nothing
  /// when none of the guesses does it.
  std::optional<Assignment> find(std::span<const TermRef> conjunction, TermRef query, const Assignment &start);

private:
  std::vector<uint64_t> numbersIn(std::span<const TermRef> conjunction) const;
  std::vector<uint32_t> variablesIn(std::span<const TermRef> conjunction, size_t most);

  TermPool &pool;
  const Assignment noValues;
  Evaluation evaluation{pool, noValues};
  std::unordered_map<TermRef, bool> hard;
};

} // namespace kmem::replay
