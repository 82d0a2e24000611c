// Bit-vector terms of 1 to 64 bits, hash-consed: equal terms are one number, so that comparing is comparing numbers and
// a cache is an array. The pool simplifies while it builds; what is left of an operation on constants is a constant.
//
// Division follows SMT-LIB (x / 0 is all ones, x % 0 is x), shifts by the width and more give 0 or the sign: the
// executor checks what LLVM leaves undefined before it builds the term. Variables are numbered in the order of their
// creation.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kmem::replay {

enum class Op : uint8_t {
  Constant, ///< value
  Variable, ///< value: its number
  Add,
  Sub,
  Mul,
  UDiv,
  SDiv,
  URem,
  SRem,
  And,
  Or,
  Xor,
  Shl,
  LShr,
  AShr,
  Eq, ///< of 1 bit, like the four below
  Ult,
  Ule,
  Slt,
  Sle,
  Ite,     ///< a ? b : c
  Concat,  ///< a above b
  Extract, ///< `width` bits of a from bit `value` on
  ZExt,
  SExt,
};

using TermRef = uint32_t;
inline constexpr TermRef noTerm = 0;
inline constexpr unsigned maxWidth = 64;

struct Term {
  Op op = Op::Constant;
  uint8_t width = 1;
  TermRef a = noTerm, b = noTerm, c = noTerm;
  uint64_t value = 0;
  bool operator==(const Term &) const = default;
};

/// The low `width` bits.
constexpr uint64_t truncated(uint64_t value, unsigned width) {
  return width >= 64 ? value : value & ((uint64_t(1) << width) - 1);
}
constexpr int64_t signExtended(uint64_t value, unsigned width) {
  return width >= 64 ? int64_t(value) : int64_t(value << (64 - width)) >> (64 - width);
}

/// What an operation on two constants of `width` bits gives; comparisons give 0 or 1.
uint64_t computeBinary(Op op, uint64_t a, uint64_t b, unsigned width);

class TermPool {
public:
  TermPool();

  TermRef constant(uint64_t value, unsigned width);
  TermRef boolean(bool value) { return constant(value, 1); }
  /// A new variable that nothing constrains yet. Names are for people and need not differ.
  TermRef variable(std::string name, unsigned width);
  /// Both operands have the same width. Ult and the like included.
  TermRef binary(Op op, TermRef a, TermRef b);
  TermRef ite(TermRef condition, TermRef then, TermRef otherwise);
  TermRef concat(TermRef high, TermRef low);
  TermRef extract(TermRef a, unsigned low, unsigned width);
  TermRef zext(TermRef a, unsigned width);
  TermRef sext(TermRef a, unsigned width);
  TermRef negation(TermRef condition); ///< of a term of 1 bit
  TermRef equal(TermRef a, TermRef b) { return binary(Op::Eq, a, b); }

  const Term &operator[](TermRef term) const { return terms[term]; }
  bool isConstant(TermRef term) const { return terms[term].op == Op::Constant; }
  bool isTrue(TermRef term) const { return isConstant(term) && terms[term].value != 0; }
  bool isFalse(TermRef term) const { return isConstant(term) && terms[term].value == 0; }

  unsigned variableCount() const { return unsigned(variables.size()); }
  std::string_view nameOf(unsigned variable) const { return variables[variable].name; }
  TermRef termOf(unsigned variable) const { return variables[variable].term; }
  /// The numbers of the variables in `term`, sorted; kept, so asking again is free.
  const std::vector<uint32_t> &variablesIn(TermRef term);

  /// As SMT-LIB would spell it, for dumps and messages.
  std::string describe(TermRef term) const;

private:
  struct Named {
    std::string name;
    TermRef term;
  };
  struct Hash {
    size_t operator()(const Term &term) const;
  };

  TermRef intern(const Term &term);
  TermRef simplifiedBinary(Op op, TermRef a, TermRef b);
  TermRef simplifiedCompare(Op op, TermRef a, TermRef b);
  TermRef comparedByBounds(Op op, TermRef a, TermRef b);
  TermRef reassociated(Op op, TermRef a, TermRef b);

  std::vector<Term> terms;
  std::unordered_map<Term, TermRef, Hash> known;
  std::vector<Named> variables;
  std::unordered_map<TermRef, std::vector<uint32_t>> variableSets;
};

/// Calls visit(term) for every term below `root` and for it, parts before wholes, except where isDone(term) holds
/// already. With a stack of its own: the terms of long loops are deep.
template <typename IsDone, typename Visit>
void visitPartsFirst(const TermPool &pool, TermRef root, IsDone isDone, Visit visit) {
  std::vector<TermRef> work{root};
  while (!work.empty()) {
    const TermRef at = work.back();
    const size_t before = work.size();
    if (!isDone(at))
      for (TermRef part : {pool[at].a, pool[at].b, pool[at].c})
        if (part != noTerm && !isDone(part))
          work.push_back(part);
    if (work.size() != before)
      continue;
    work.pop_back();
    if (!isDone(at))
      visit(at);
  }
}

} // namespace kmem::replay
