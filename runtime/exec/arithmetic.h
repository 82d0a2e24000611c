// Operations on values: computed at once where everything is known, a term otherwise.
#pragma once

#include "runtime/exec/value.h"

#include <utility>

namespace kmem::replay {

class Arithmetic {
public:
  explicit Arithmetic(TermPool &pool) : pool(pool) {}

  /// Both operands have the same width; comparisons give 1 bit.
  Value binary(Op op, const Value &a, const Value &b) const;
  Value extended(const Value &value, unsigned width, bool isSigned = false) const;
  Value part(const Value &value, unsigned low, unsigned width) const;
  /// At most 64 bits together.
  Value joined(const Value &high, const Value &low) const;
  Value chosen(const Value &condition, const Value &then, const Value &otherwise) const;
  Value inverted(const Value &condition) const;
  /// Cut off or extended, whichever it takes.
  Value fitted(const Value &value, unsigned width, bool isSigned = false) const;

  Value equal(const Value &a, const Value &b) const { return binary(Op::Eq, a, b); }
  Value isZero(const Value &value) const { return equal(value, Value::known(0, value.width())); }
  Value isNegative(const Value &value) const { return part(value, value.width() - 1, 1); }

  /// The product of two numbers of one width in full: its upper and its lower half.
  std::pair<Value, Value> product(const Value &a, const Value &b, bool isSigned) const;

  /// How many bits are 1; the number of the lowest and of the highest of them. Of the width of `value`; 0 has no lowest
  /// and no highest one, EXPECTS: the caller looks.
  Value ones(const Value &value) const;
  Value lowestOne(const Value &value) const;
  Value highestOne(const Value &value) const;

private:
  TermPool &pool;
};

} // namespace kmem::replay
