#include "runtime/exec/term_pool.h"

#include "runtime/exec/term_bounds.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace kmem::replay {

uint64_t computeBinary(Op op, uint64_t a, uint64_t b, unsigned width) {
  const int64_t sa = signExtended(a, width), sb = signExtended(b, width);
  const bool negative = sa < 0;
  auto fit = [&](uint64_t value) { return truncated(value, width); };
  switch (op) {
  case Op::Add:
    return fit(a + b);
  case Op::Sub:
    return fit(a - b);
  case Op::Mul:
    return fit(a * b);
  case Op::UDiv:
    return b ? a / b : fit(~uint64_t(0));
  case Op::URem:
    return b ? a % b : a;
  case Op::SDiv:
    if (b == 0)
      return fit(negative ? 1 : ~uint64_t(0));
    return sb == -1 ? fit(0 - a) : fit(uint64_t(sa / sb)); // the smallest number over -1 wraps
  case Op::SRem:
    return b == 0 ? a : sb == -1 ? 0 : fit(uint64_t(sa % sb));
  case Op::And:
    return a & b;
  case Op::Or:
    return a | b;
  case Op::Xor:
    return a ^ b;
  case Op::Shl:
    return b < width ? fit(a << b) : 0;
  case Op::LShr:
    return b < width ? a >> b : 0;
  case Op::AShr:
    return fit(uint64_t(sa >> std::min<uint64_t>(b, width - 1)));
  case Op::Eq:
    return a == b;
  case Op::Ult:
    return a < b;
  case Op::Ule:
    return a <= b;
  case Op::Slt:
    return sa < sb;
  case Op::Sle:
    return sa <= sb;
  default:
    assert(false && "not a binary operation");
    return 0;
  }
}

static bool isComparison(Op op) { return op >= Op::Eq && op <= Op::Sle; }

static bool commutes(Op op) {
  return op == Op::Add || op == Op::Mul || op == Op::And || op == Op::Or || op == Op::Xor || op == Op::Eq;
}

size_t TermPool::Hash::operator()(const Term &term) const {
  uint64_t h = uint64_t(term.op) << 56 ^ uint64_t(term.width) << 48 ^ term.value;
  for (uint64_t part : {term.a, term.b, term.c})
    h = (h ^ part) * 0x9e3779b97f4a7c15u ^ h >> 29;
  return size_t(h);
}

TermPool::TermPool() { terms.push_back({}); } // number 0 is no term

TermRef TermPool::intern(const Term &term) {
  auto [it, added] = known.try_emplace(term, TermRef(terms.size()));
  if (added)
    terms.push_back(term);
  return it->second;
}

TermRef TermPool::constant(uint64_t value, unsigned width) {
  assert(width >= 1 && width <= maxWidth);
  return intern({.op = Op::Constant, .width = uint8_t(width), .value = truncated(value, width)});
}

TermRef TermPool::variable(std::string name, unsigned width) {
  assert(width >= 1 && width <= maxWidth);
  const TermRef term = intern({.op = Op::Variable, .width = uint8_t(width), .value = uint64_t(variables.size())});
  variables.push_back({std::move(name), term});
  return term;
}

TermRef TermPool::binary(Op op, TermRef a, TermRef b) {
  assert(terms[a].width == terms[b].width && "operands of one width");
  const unsigned width = terms[a].width;
  if (isConstant(a) && isConstant(b))
    return constant(computeBinary(op, terms[a].value, terms[b].value, width), isComparison(op) ? 1 : width);
  if (commutes(op) && (isConstant(a) || (!isConstant(b) && a > b)))
    std::swap(a, b); // a constant stands last, otherwise the older term first
  if (const TermRef simple = isComparison(op) ? simplifiedCompare(op, a, b) : simplifiedBinary(op, a, b))
    return simple;
  return intern({.op = op, .width = uint8_t(isComparison(op) ? 1 : width), .a = a, .b = b});
}

/// A simpler term of the same value, or none.
TermRef TermPool::simplifiedBinary(Op op, TermRef a, TermRef b) {
  const unsigned width = terms[a].width;
  const bool constantRight = isConstant(b);
  const uint64_t right = terms[b].value, ones = truncated(~uint64_t(0), width);
  if (a == b) {
    if (op == Op::And || op == Op::Or)
      return a;
    if (op == Op::Sub || op == Op::Xor)
      return constant(0, width);
  }
  if (!constantRight)
    return noTerm;
  switch (op) {
  case Op::Add:
  case Op::Sub:
  case Op::Or:
  case Op::Xor:
  case Op::Shl:
  case Op::LShr:
  case Op::AShr:
    if (right == 0)
      return a;
    if (op == Op::Or && right == ones)
      return b;
    break;
  case Op::Mul:
    if (right <= 1)
      return right ? a : b;
    break;
  case Op::UDiv:
  case Op::SDiv:
    if (right == 1 && width > 1)
      return a;
    break;
  case Op::And:
    if (right == 0 || right == ones)
      return right ? a : b;
    break;
  default:
    break;
  }
  if (op == Op::Sub) // one form for additions of constants
    return binary(Op::Add, a, constant(0 - right, width));
  return reassociated(op, a, b);
}

/// (x op c1) op c2 is x op (c1 op c2).
TermRef TermPool::reassociated(Op op, TermRef a, TermRef b) {
  const Term inner = terms[a];
  if (inner.op != op || !commutes(op) || !isConstant(inner.b))
    return noTerm;
  return binary(op, inner.a,
                constant(computeBinary(op, terms[inner.b].value, terms[b].value, inner.width), inner.width));
}

TermRef TermPool::simplifiedCompare(Op op, TermRef a, TermRef b) {
  if (a == b)
    return boolean(op == Op::Eq || op == Op::Ule || op == Op::Sle);
  const Term left = terms[a];
  if (op == Op::Ult || op == Op::Ule)
    return comparedByBounds(op, a, b);
  if (op != Op::Eq || !isConstant(b))
    return noTerm;
  const uint64_t right = terms[b].value;
  if (left.width == 1)
    return right ? a : negation(a);
  if (left.op == Op::ZExt) {
    const unsigned inner = terms[left.a].width;
    return truncated(right, inner) == right ? equal(left.a, constant(right, inner)) : boolean(false);
  }
  if (left.op == Op::Add && isConstant(left.b))
    return equal(left.a, constant(right - terms[left.b].value, left.width));
  if (left.op == Op::Ite && isConstant(left.b) && isConstant(left.c)) {
    const bool then = terms[left.b].value == right, otherwise = terms[left.c].value == right;
    if (then && otherwise)
      return boolean(true);
    return then ? left.a : otherwise ? negation(left.a) : boolean(false);
  }
  return noTerm;
}

/// A comparison with a constant that holds for all values of the other side, or for none.
TermRef TermPool::comparedByBounds(Op op, TermRef a, TermRef b) {
  const bool strictly = op == Op::Ult;
  if (isConstant(b)) { // a < 0, or a up to what is less
    const uint64_t right = terms[b].value, bound = upperBound(*this, a);
    if (strictly && right == 0)
      return boolean(false);
    return bound < right || (!strictly && bound == right) ? boolean(true) : noTerm;
  }
  if (isConstant(a)) { // 0 <= b, or b never up to a
    const uint64_t left = terms[a].value, bound = upperBound(*this, b);
    if (!strictly && left == 0)
      return boolean(true);
    return bound < left || (strictly && bound == left) ? boolean(false) : noTerm;
  }
  return noTerm;
}

TermRef TermPool::negation(TermRef condition) {
  assert(terms[condition].width == 1);
  const Term term = terms[condition];
  if (term.op == Op::Constant)
    return boolean(!term.value);
  if (term.op == Op::Xor && isTrue(term.b))
    return term.a;
  return intern({.op = Op::Xor, .width = 1, .a = condition, .b = boolean(true)});
}

TermRef TermPool::ite(TermRef condition, TermRef then, TermRef otherwise) {
  assert(terms[condition].width == 1 && terms[then].width == terms[otherwise].width);
  if (isConstant(condition))
    return isTrue(condition) ? then : otherwise;
  if (then == otherwise)
    return then;
  if (isTrue(then) && isFalse(otherwise) && terms[then].width == 1)
    return condition;
  if (isFalse(then) && isTrue(otherwise) && terms[then].width == 1)
    return negation(condition);
  return intern({.op = Op::Ite, .width = terms[then].width, .a = condition, .b = then, .c = otherwise});
}

TermRef TermPool::concat(TermRef high, TermRef low) {
  const Term h = terms[high], l = terms[low];
  const unsigned width = h.width + l.width;
  assert(width <= maxWidth);
  if (isConstant(high) && isConstant(low))
    return constant(h.value << l.width | l.value, width);
  if (isFalse(high))
    return zext(low, width);
  // Neighbouring parts of one term grow together again: how a stored word is read back from its bytes.
  if (h.op == Op::Extract && l.op == Op::Extract && h.a == l.a && h.value == l.value + l.width)
    return extract(h.a, unsigned(l.value), width);
  return intern({.op = Op::Concat, .width = uint8_t(width), .a = high, .b = low});
}

TermRef TermPool::extract(TermRef a, unsigned low, unsigned width) {
  const Term term = terms[a];
  assert(low + width <= term.width && width >= 1);
  if (width == term.width)
    return a;
  if (term.op == Op::Constant)
    return constant(term.value >> low, width);
  if (term.op == Op::Extract)
    return extract(term.a, unsigned(term.value) + low, width);
  if (term.op == Op::Concat) {
    const unsigned split = terms[term.b].width;
    if (low >= split)
      return extract(term.a, low - split, width);
    if (low + width <= split)
      return extract(term.b, low, width);
  }
  if (term.op == Op::ZExt || term.op == Op::SExt) {
    const unsigned inner = terms[term.a].width;
    if (low + width <= inner)
      return extract(term.a, low, width);
    if (term.op == Op::ZExt && low >= inner)
      return constant(0, width);
  }
  return intern({.op = Op::Extract, .width = uint8_t(width), .a = a, .value = low});
}

TermRef TermPool::zext(TermRef a, unsigned width) {
  const Term term = terms[a];
  assert(width >= term.width && width <= maxWidth);
  if (width == term.width)
    return a;
  if (term.op == Op::Constant)
    return constant(term.value, width);
  if (term.op == Op::ZExt)
    return zext(term.a, width);
  return intern({.op = Op::ZExt, .width = uint8_t(width), .a = a});
}

TermRef TermPool::sext(TermRef a, unsigned width) {
  const Term term = terms[a];
  assert(width >= term.width && width <= maxWidth);
  if (width == term.width)
    return a;
  if (term.op == Op::Constant)
    return constant(uint64_t(signExtended(term.value, term.width)), width);
  if (term.op == Op::SExt || term.op == Op::ZExt) // an extended zero is the sign of a ZExt
    return term.op == Op::SExt ? sext(term.a, width) : zext(term.a, width);
  return intern({.op = Op::SExt, .width = uint8_t(width), .a = a});
}

const std::vector<uint32_t> &TermPool::variablesIn(TermRef root) {
  auto collect = [&](TermRef at) {
    const Term &term = terms[at];
    std::vector<uint32_t> all;
    if (term.op == Op::Variable)
      all.push_back(uint32_t(term.value));
    for (TermRef part : {term.a, term.b, term.c}) {
      if (part == noTerm)
        continue;
      const std::vector<uint32_t> &more = variableSets.at(part);
      std::vector<uint32_t> merged;
      std::set_union(all.begin(), all.end(), more.begin(), more.end(), std::back_inserter(merged));
      all = std::move(merged);
    }
    variableSets.emplace(at, std::move(all));
  };
  visitPartsFirst(*this, root, [&](TermRef term) { return variableSets.contains(term); }, collect);
  return variableSets.at(root);
}

static const char *spelling(Op op) {
  static constexpr const char *names[] = {"const",  "var",     "bvadd",       "bvsub",      "bvmul", "bvudiv", "bvsdiv",
                                          "bvurem", "bvsrem",  "bvand",       "bvor",       "bvxor", "bvshl",  "bvlshr",
                                          "bvashr", "=",       "bvult",       "bvule",      "bvslt", "bvsle",  "ite",
                                          "concat", "extract", "zero_extend", "sign_extend"};
  return names[size_t(op)];
}

std::string TermPool::describe(TermRef root) const {
  const Term &term = terms[root];
  if (term.op == Op::Constant)
    return std::to_string(term.value);
  if (term.op == Op::Variable)
    return variables[term.value].name;
  std::string text = std::string("(") + spelling(term.op);
  if (term.op == Op::Extract)
    text += ":" + std::to_string(term.value) + "+" + std::to_string(term.width);
  for (TermRef part : {term.a, term.b, term.c})
    if (part != noTerm)
      text += " " + describe(part);
  return text + ")";
}

} // namespace kmem::replay
