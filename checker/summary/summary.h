// Stage: summary. What the extractors learn of one translation unit: plain data without LLVM, serialisable, printable,
// made anywhere. The link stage works from this alone.
//
// A FunctionSummary is self-contained (own name and expression tables), so the same header inline has the same bytes in
// every unit and is one entity of the program. Expressions are hash-consed per function: equal ExprIds are equal
// values.
#pragma once

#include "core/support/context.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace kmem::summary {

/// Raised whenever the meaning of a byte changes: older caches are then remade.
inline constexpr uint32_t formatVersion = 3;

using NameId = uint32_t; ///< index into FunctionSummary::names; 0 is the empty name
using ExprId = uint32_t; ///< index into FunctionSummary::exprs; 0 is "unknown"

inline constexpr NameId noName = 0;
inline constexpr ExprId unknownExpr = 0;

enum class ExprKind : uint8_t {
  Unknown,
  Opaque,          ///< unknown, but the same unknown wherever `value` is the same
  Constant,        ///< value
  Parameter,       ///< value: 0-based index
  CallResult,      ///< value: index into calls
  FieldLoad,       ///< name: field key; a: the object's address; value: see loadVersion
  GlobalLoad,      ///< name: global; value: see loadVersion
  SlotLoad,        ///< value: local variable whose address escapes; name: field key within it, if any
  PointeeLoad,     ///< *a, where a is no field, global or slot; value: see loadVersion
  GlobalAddress,   ///< name
  FunctionAddress, ///< name: function key
  FieldAddress,    ///< name: field key; a: the object's address; value: byte offset from a
  SlotAddress,     ///< value: slot
  PointerAdd,      ///< a plus value bytes
  PointerStep,     ///< a moved by an amount that varies (p++ in a loop, &p[i])
  And,
  Or,
  Xor,
  Add,
  Sub,
  Mul,
  Shl,
  LShr,
  UDiv,
  URem,
  UMin,
  UMax,
  Truncate,    ///< a to `width` bits
  Extend,      ///< a to `width` bits, value 1: sign-extended
  Compare,     ///< a pred b: 0 or 1
  Select,      ///< a ? b : c
  Merge,       ///< a or b, by paths that are not told apart
  ContextTest, ///< value: rules::ContextTest; what preempt_count() and friends return here
  FamilyTest,  ///< is_vmalloc_addr(a): name: family it is true for
};
/// The value of a load: 0, or 1 when the field is declared foreign-endian, plus a multiple of this. Not the same
/// multiple: not the same value, for the place was stored to between the two loads.
inline constexpr int64_t loadVersion = 2;
inline constexpr unsigned exprKindCount = unsigned(ExprKind::FamilyTest) + 1;

/// Whether a and b are two numbers that it computes a number of the same width from: And to UMax.
inline constexpr bool isBinary(ExprKind kind) { return kind >= ExprKind::And && kind <= ExprKind::UMax; }

enum class Predicate : uint8_t { Eq, Ne, Ult, Ule, Ugt, Uge, Slt, Sle, Sgt, Sge };

struct Expr {
  ExprKind kind = ExprKind::Unknown;
  uint8_t width = 64; ///< bits
  Predicate predicate = Predicate::Eq;
  NameId name = noName;
  int64_t value = 0;
  ExprId a = unknownExpr, b = unknownExpr, c = unknownExpr;
  bool operator==(const Expr &) const = default;
};

struct Location {
  NameId file = noName; ///< relative to the source root
  uint32_t line = 0;
  uint32_t column = 0;
  bool operator==(const Location &) const = default;
};

/// One fact a path rests on: `value` lies in [low, high] (unsigned, of the value's width), or outside when `outside`.
struct Atom {
  ExprId value = unknownExpr;
  uint64_t low = 0, high = 0;
  bool outside = false;
  bool operator==(const Atom &) const = default;
};
/// A conjunction. Only atoms over parameters, context tests and call results are kept: others cannot be decided by a
/// caller.
using Guard = std::vector<Atom>;

enum class IrqState : uint8_t { Unchanged, Off, On };

/// How the context differs from the function's entry. Negative: the caller's lock was dropped.
struct ContextDelta {
  int8_t preempt = 0, softirq = 0, rcu = 0;
  IrqState irqs = IrqState::Unchanged;
  bool neutral() const { return *this == ContextDelta(); }
  auto operator<=>(const ContextDelta &) const = default;
};
inline constexpr int8_t maxContextDepth = 4; ///< depths are clamped here; deeper nesting changes no verdict

/// Where a component of the context was entered, for messages.
struct Acquisition {
  Location where;
  NameId primitive = noName; ///< spin_lock_irqsave, or the wrapper that returned with it held
  NameId lock = noName;      ///< "dev->lock" as far as known: the field key or global
  ContextSet components;
  bool operator==(const Acquisition &) const = default;
};

/// What is known of an argument's value on a path.
struct ArgumentRange {
  uint8_t argument = 0;
  uint64_t low = 0, high = ~uint64_t(0); ///< unsigned bounds
  bool checked = false;                  ///< compared against an upper limit on the way, whatever the limit
  bool operator==(const ArgumentRange &) const = default;
};

/// The same of a value that an argument is computed from: sizes are sums and products of several.
struct PartRange {
  ExprId value = unknownExpr;
  uint64_t low = 0, high = ~uint64_t(0);
  bool checked = false;
  bool operator==(const PartRange &) const = default;
};

/// One way a call is reached.
struct PathState {
  ContextDelta delta;
  std::vector<uint32_t> held; ///< indices into acquisitions, innermost last
  Guard guard;
  std::vector<ExprId> arguments;
  std::vector<ArgumentRange> ranges;
  std::vector<PartRange> parts; ///< of computed arguments; of members of the objects handed on
  bool operator==(const PathState &) const = default;
};

enum class CalleeKind : uint8_t { Direct, Indirect };

struct Call {
  Location where;
  CalleeKind kind = CalleeKind::Direct;
  NameId callee = noName;      ///< Direct: function key
  ExprId target = unknownExpr; ///< Indirect: the pointer called
  NameId signature = noName;   ///< Indirect: "i32(ptr,i32)"
  bool dying = false;          ///< every path from here ends in panic(), BUG() or the like
  std::vector<PathState> states;
  bool operator==(const Call &) const = default;
};

enum class PlaceKind : uint8_t { Field, Global, Slot, ParameterPointee };

/// A pointer (or function) put somewhere that outlives the expression.
struct Store {
  Location where;
  PlaceKind place = PlaceKind::Field;
  NameId name = noName;      ///< Field: key; Global: name; Slot, ParameterPointee: field key within it, if any
  uint32_t index = 0;        ///< Slot, ParameterPointee
  ExprId base = unknownExpr; ///< Field: the object's address
  ExprId value = unknownExpr;
  bool operator==(const Store &) const = default;
};

/// One way the function returns.
struct Exit {
  ContextDelta delta;
  std::vector<uint32_t> held;
  Guard guard;
  ExprId value = unknownExpr;
  uint64_t low = 0, high = ~uint64_t(0); ///< range of the value
  bool nonZero = false;
  bool operator==(const Exit &) const = default;
};

struct FunctionSummary {
  NameId key = noName; ///< symbol; "symbol@file" when static
  NameId symbol = noName;
  Location where;
  bool isStatic = false;
  bool isInit = false;
  bool noReturn = false;
  bool inHeader = false;
  bool truncated = false; ///< a named limit of the simulation was reached
  std::vector<NameId> parameters;
  std::vector<std::string> names{std::string()};
  std::vector<Expr> exprs{Expr()};
  std::vector<Acquisition> acquisitions;
  std::vector<Call> calls;
  std::vector<Store> stores;
  std::vector<Exit> exits;
  bool operator==(const FunctionSummary &) const = default;
};

/// A function named in a global's initialiser: `field` of `global` points to it ("" when in no field).
struct Initializer {
  std::string field, global, function;
  bool operator==(const Initializer &) const = default;
};

using ContentHash = std::array<uint8_t, 16>;

struct TuSummary {
  std::string mainFile;                   ///< relative to the source root
  std::vector<FunctionSummary> functions; ///< callees before callers where the call graph allows
  std::vector<ContentHash> hashes;        ///< one per function; covers the static functions it calls
  std::vector<Initializer> initializers;
  bool operator==(const TuSummary &) const = default;
};

} // namespace kmem::summary
