// Values of variables, and what a term comes to under them. A variable without a value counts as 0.
#pragma once

#include "runtime/exec/term_pool.h"

#include <vector>

namespace kmem::replay {

class Assignment {
public:
  uint64_t operator[](unsigned variable) const { return variable < values.size() ? values[variable] : 0; }
  void set(unsigned variable, uint64_t value) {
    if (variable >= values.size())
      values.resize(variable + 1);
    values[variable] = value;
  }
  unsigned size() const { return unsigned(values.size()); }
  bool operator==(const Assignment &) const = default;

private:
  std::vector<uint64_t> values;
};

/// Evaluates terms under an assignment, each term once; when the assignment has changed, forget() first. Long-lived: it
/// has a place for every term.
class Evaluation {
public:
  Evaluation(const TermPool &pool, const Assignment &assignment) : pool(pool), assignment(&assignment) {}
  uint64_t valueOf(TermRef term);
  void forget() { ++epoch; }
  /// From now on under another one.
  void use(const Assignment &other) {
    assignment = &other;
    forget();
  }

private:
  struct Known {
    uint64_t value = 0;
    uint64_t epoch = 0;
  };
  bool isDone(TermRef term) const { return term < done.size() && done[term].epoch == epoch; }
  uint64_t compute(const Term &term);

  const TermPool &pool;
  const Assignment *assignment;
  std::vector<Known> done; ///< by term
  uint64_t epoch = 1;
};

} // namespace kmem::replay
