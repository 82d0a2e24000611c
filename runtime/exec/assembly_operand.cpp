#include "runtime/exec/assembly_operand.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace kmem::replay {

std::optional<RegisterName> registerNamed(llvm::StringRef name) {
  static constexpr llvm::StringLiteral words[] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
  static constexpr llvm::StringLiteral bytes[] = {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"};
  static constexpr llvm::StringLiteral highBytes[] = {"ah", "ch", "dh", "bh"};
  for (uint8_t i = 0; i < std::size(words); ++i) {
    if (name == words[i])
      return RegisterName{i, 16};
    if (name == bytes[i])
      return RegisterName{i, 8};
    if (i < std::size(highBytes) && name == highBytes[i])
      return RegisterName{i, 8, true};
    if (name.size() == words[i].size() + 1 && name.drop_front() == words[i] && (name[0] == 'r' || name[0] == 'e'))
      return RegisterName{i, uint8_t(name[0] == 'r' ? 64 : 32)};
  }
  unsigned number = 0;
  llvm::StringRef rest = name;
  if (!rest.consume_front("r") || rest.consumeInteger(10, number) || number < 8 || number > 15)
    return std::nullopt;
  const unsigned width = rest.empty() ? 64 : rest == "d" ? 32 : rest == "w" ? 16 : rest == "b" ? 8 : 0;
  return width ? std::optional(RegisterName{uint8_t(number), uint8_t(width)}) : std::nullopt;
}

/// Takes "$2" or "${2:b}" off the front of `text`.
static BoundOperand takeBound(llvm::StringRef &text) {
  BoundOperand bound;
  llvm::StringRef rest = text;
  if (!rest.consume_front("$"))
    return {};
  const bool braced = rest.consume_front("{");
  unsigned number = 0;
  if (rest.consumeInteger(10, number))
    return {};
  if (braced && rest.consume_front(":")) {
    bound.modifier = rest.empty() ? 0 : rest.front();
    rest = rest.drop_front(std::min<size_t>(1, rest.size()));
  }
  if (braced && !rest.consume_front("}"))
    return {};
  bound.number = int(number);
  text = rest;
  return bound;
}

BoundOperand boundOperand(llvm::StringRef text) { return takeBound(text); }

std::optional<int64_t> numberIn(llvm::StringRef text) {
  int64_t sum = 0, product = 1;
  bool negative = false, any = false;
  text = text.trim();
  while (!text.empty()) {
    if (text.consume_front("~")) {
      const std::optional<int64_t> rest = numberIn(text);
      return rest ? std::optional(~*rest) : std::nullopt;
    }
    if (text.consume_front("-"))
      negative = !negative;
    else
      text.consume_front("+");
    uint64_t number = 0;
    text = text.ltrim();
    if (text.consumeInteger(0, number))
      return std::nullopt;
    any = true;
    product *= int64_t(number);
    text = text.ltrim();
    if (text.consume_front("*")) {
      text = text.ltrim();
      continue;
    }
    sum += negative ? -product : product;
    product = 1;
    negative = false;
    if (!text.empty() && text.front() != '+' && text.front() != '-')
      return std::nullopt;
  }
  return any ? std::optional(sum) : std::nullopt;
}

llvm::SmallVector<llvm::StringRef, 4> splitOperands(llvm::StringRef text) {
  llvm::SmallVector<llvm::StringRef, 4> parts;
  int depth = 0;
  size_t start = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    depth += c == '(' || c == '{';
    depth -= c == ')' || c == '}';
    if (c == ',' && (depth == 0 || i == text.size())) {
      parts.push_back(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  if (parts.size() == 1 && parts.front().empty())
    parts.clear();
  return parts;
}

/// One of "%rax", "$1" and "" in the parentheses of an address. False when it is something else.
static bool readAddressPart(llvm::StringRef text, RegisterName &reg, BoundOperand &bound) {
  if (text.empty())
    return true;
  if (text.consume_front("%")) {
    const auto named = registerNamed(text);
    if (named)
      reg = *named;
    return named.has_value() || text == "rip"; // relative to the program: the symbol's own address
  }
  bound = takeBound(text);
  return bound.isThere() && text.empty();
}

/// "8+$1(%rax)": what stands before the parentheses.
static bool readDisplacement(llvm::StringRef text, AssemblyOperand &operand) {
  if (text.empty())
    return true;
  const size_t dollar = text.find('$');
  if (dollar == llvm::StringRef::npos) {
    const auto number = numberIn(text);
    operand.number = number.value_or(0);
    return number.has_value();
  }
  llvm::StringRef before = text.take_front(dollar).rtrim(" +"), after = text.drop_front(dollar);
  operand.bound = takeBound(after);
  const auto first = before.empty() ? 0 : numberIn(before), second = after.trim().empty() ? 0 : numberIn(after);
  if (!operand.bound.isThere() || !first || !second)
    return false;
  operand.number = *first + *second;
  return true;
}

static bool readMemory(llvm::StringRef text, AssemblyOperand &operand) {
  operand.kind = AssemblyOperand::Kind::Memory;
  const size_t open = text.rfind('(');
  if (!text.ends_with(")") || open == llvm::StringRef::npos)
    return readDisplacement(text, operand);
  const auto parts = splitOperands(text.slice(open + 1, text.size() - 1));
  if (parts.size() > 3 || !readDisplacement(text.take_front(open).trim(), operand))
    return false;
  if (parts.size() > 0 && !readAddressPart(parts[0], operand.base, operand.boundBase))
    return false;
  if (parts.size() > 1 && !readAddressPart(parts[1], operand.index, operand.boundIndex))
    return false;
  return parts.size() < 3 || !parts[2].getAsInteger(10, operand.scale);
}

AssemblyOperand readOperand(llvm::StringRef text) {
  AssemblyOperand operand;
  const llvm::StringRef whole = text;
  operand.isIndirect = text.consume_front("*");
  operand.isPerCpu = text.consume_front("%gs:") || text.consume_front("%%gs:");
  text = text.trim();
  operand.symbol = text.str();
  if (text.consume_front("$$")) {
    if (const auto number = numberIn(text)) {
      operand.kind = AssemblyOperand::Kind::Immediate;
      operand.number = *number;
    }
    return operand;
  }
  llvm::StringRef rest = text;
  if (operand.bound = takeBound(rest); operand.bound.isThere() && rest.empty()) {
    operand.kind = AssemblyOperand::Kind::Bound;
    return operand;
  }
  operand.bound = {};
  if (text.consume_front("%")) {
    if (const auto reg = registerNamed(text)) {
      operand.kind = AssemblyOperand::Kind::Register;
      operand.reg = *reg;
    }
    return operand;
  }
  if ((text.ends_with(")") || operand.isPerCpu || text.contains('$')) && readMemory(text, operand))
    return operand;
  operand = {};
  operand.isIndirect = whole.starts_with("*");
  operand.symbol = text.str();
  return operand;
}

} // namespace kmem::replay
