// The arithmetic flags of the CPU, computed from the last operation when somebody asks.
#pragma once

#include "runtime/exec/arithmetic.h"

#include "llvm/ADT/StringRef.h"

#include <optional>

namespace kmem::replay {

class CpuFlags {
public:
  explicit CpuFlags(Arithmetic math) : math(math) {}

  /// The flags of result = a + b + carry and a - b - carry; `carry` has 1 bit.
  void afterAddition(const Value &a, const Value &b, const Value &carry, const Value &result);
  void afterSubtraction(const Value &a, const Value &b, const Value &carry, const Value &result);
  /// Of and, or, xor and test.
  void afterLogic(const Value &result);
  void setCarry(const Value &value) { givenCarry = value; }
  void setZero(const Value &value) { givenZero = value; }
  void setSign(const Value &value) { givenSign = value; }
  void setOverflow(const Value &value) { givenOverflow = value; }

  Value carry() const;
  Value zero() const { return givenZero ? *givenZero : math.isZero(result); }
  Value sign() const { return givenSign ? *givenSign : math.isNegative(result); }
  Value overflow() const;
  /// "z", "nae" and the like, as instructions and constraints spell it; EXPECTS: isCondition.
  Value holds(llvm::StringRef condition) const;
  static bool isCondition(llvm::StringRef text);

private:
  enum class Operation : uint8_t { Addition, Subtraction, Logic };
  void after(Operation operation, const Value &a, const Value &b, const Value &carryIn, const Value &result);

  Arithmetic math;
  Operation last = Operation::Logic;
  Value a, b, carryIn, result = Value::known(1, 64);
  std::optional<Value> givenCarry, givenZero, givenSign, givenOverflow;
};

} // namespace kmem::replay
