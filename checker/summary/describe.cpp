// Expressions as C-like text, for dumps and for people.

#include "checker/summary/serialize.h"

#include "llvm/ADT/StringExtras.h"

#include <algorithm>

namespace kmem::summary {

namespace {

/// Operands nested deeper are printed as "..": expressions share operands, so their text can be exponentially longer.
constexpr unsigned maxPrintedDepth = 8;

llvm::StringRef operatorOf(ExprKind kind) {
  switch (kind) {
  case ExprKind::And:
    return "&";
  case ExprKind::Or:
    return "|";
  case ExprKind::Xor:
    return "^";
  case ExprKind::Add:
    return "+";
  case ExprKind::Sub:
    return "-";
  case ExprKind::Mul:
    return "*";
  case ExprKind::Shl:
    return "<<";
  case ExprKind::LShr:
    return ">>";
  case ExprKind::UDiv:
    return "/";
  case ExprKind::URem:
    return "%";
  default:
    return "";
  }
}

llvm::StringRef operatorOf(Predicate predicate) {
  static constexpr llvm::StringLiteral spelled[] = {"==", "!=", "<", "<=", ">", ">=", "<s", "<=s", ">s", ">=s"};
  return spelled[unsigned(predicate)];
}

/// Small numbers in decimal; flags and masks in hexadecimal, a mask with most bits set as the complement it was written
/// as.
std::string spellConstant(int64_t value, unsigned width) {
  uint64_t mask = width >= 64 ? ~uint64_t(0) : (uint64_t(1) << width) - 1;
  uint64_t bits = uint64_t(value) & mask;
  if (bits < 1024)
    return std::to_string(bits);
  uint64_t complement = ~bits & mask;
  if (complement < 1024)
    return "-" + std::to_string(complement + 1);
  return unsigned(llvm::popcount(bits)) > width / 2 ? "~0x" + llvm::utohexstr(complement, true)
                                                    : "0x" + llvm::utohexstr(bits, true);
}

class Printer {
public:
  explicit Printer(const FunctionSummary &function) : function(function) {}

  std::string text(ExprId id, unsigned depth = 0) const {
    if (id >= function.exprs.size())
      return "?";
    const Expr &expr = function.exprs[id];
    if (depth > maxPrintedDepth)
      return "..";
    std::string leaf = leafText(expr);
    return leaf.empty() ? compositeText(expr, depth + 1) : leaf;
  }

private:
  std::string name(NameId id) const { return id < function.names.size() ? function.names[id] : "?"; }

  std::string leafText(const Expr &expr) const {
    switch (expr.kind) {
    case ExprKind::Unknown:
      return "?";
    case ExprKind::Opaque:
      return "?" + std::to_string(expr.value);
    case ExprKind::Constant:
      return spellConstant(expr.value, expr.width);
    case ExprKind::Parameter:
      return parameter(expr.value);
    case ExprKind::CallResult:
      return "call#" + std::to_string(expr.value);
    case ExprKind::GlobalLoad:
      return name(expr.name);
    case ExprKind::GlobalAddress:
    case ExprKind::FunctionAddress:
      return "&" + name(expr.name);
    case ExprKind::SlotLoad:
      return slot(expr);
    case ExprKind::SlotAddress:
      return "&" + slot(expr);
    case ExprKind::ContextTest:
      return "context-test#" + std::to_string(expr.value);
    default:
      return "";
    }
  }

  std::string compositeText(const Expr &expr, unsigned depth) const {
    auto a = [&] { return text(expr.a, depth); };
    auto b = [&] { return text(expr.b, depth); };
    switch (expr.kind) {
    case ExprKind::FieldLoad:
      return a() + "->" + name(expr.name);
    case ExprKind::PointeeLoad:
      return "*" + a();
    case ExprKind::FieldAddress:
      return "&" + a() + "->" + name(expr.name);
    case ExprKind::PointerAdd:
      return "(" + a() + " + " + std::to_string(expr.value) + " bytes)";
    case ExprKind::PointerStep:
      return "(" + a() + " + ..)";
    case ExprKind::UMin:
      return "min(" + a() + ", " + b() + ")";
    case ExprKind::UMax:
      return "max(" + a() + ", " + b() + ")";
    case ExprKind::Truncate:
      return "(u" + std::to_string(expr.width) + ")" + a();
    case ExprKind::Extend:
      return (expr.value ? "(s" : "(u") + std::to_string(expr.width) + ")" + a();
    case ExprKind::Compare:
      return "(" + a() + " " + operatorOf(expr.predicate).str() + " " + b() + ")";
    case ExprKind::Select:
      return "(" + a() + " ? " + b() + " : " + text(expr.c, depth) + ")";
    case ExprKind::Merge:
      return "either(" + a() + ", " + b() + ")";
    case ExprKind::FamilyTest:
      return "is_" + name(expr.name) + "(" + a() + ")";
    default:
      return "(" + a() + " " + operatorOf(expr.kind).str() + " " + b() + ")";
    }
  }

  std::string parameter(int64_t index) const {
    if (uint64_t(index) < function.parameters.size() && function.parameters[index] != noName)
      return name(function.parameters[index]);
    return "arg" + std::to_string(index);
  }

  std::string slot(const Expr &expr) const {
    std::string field = expr.name == noName ? "" : "." + name(expr.name);
    return "local" + std::to_string(expr.value) + field;
  }

  const FunctionSummary &function;
};

} // namespace

std::string describe(const FunctionSummary &function, ExprId expr) {
  std::string text = Printer(function).text(expr);
  bool bracketed = text.size() > 2 && text.front() == '(' && text.back() == ')';
  // Only when the first bracket is closed by the last one.
  for (int depth = 0, i = 0; bracketed && i + 1 < int(text.size()); ++i)
    bracketed = (depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0) > 0;
  return bracketed ? text.substr(1, text.size() - 2) : text;
}

} // namespace kmem::summary
