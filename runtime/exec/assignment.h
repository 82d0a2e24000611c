// Values of variables, and what a term comes to under them. A variable without a value counts as 0.
#pragma once

#include "runtime/exec/term_pool.h"

#include <unordered_map>

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

/// Evaluates terms under one assignment, each term once.
class Evaluation {
public:
  Evaluation(const TermPool &pool, const Assignment &assignment) : pool(pool), assignment(assignment) {}
  uint64_t valueOf(TermRef term);

private:
  uint64_t compute(const Term &term);

  const TermPool &pool;
  const Assignment &assignment;
  std::unordered_map<TermRef, uint64_t> done;
};

} // namespace kmem::replay
