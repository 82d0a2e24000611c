// Who decides what the code leaves open: a search forks here, a replay reads its script, a test says what it likes.
// Whatever runs (interpreter, models, assembly) asks, and obeys the answer; nothing else of a run is open, so the
// answers in their order are the run.
#pragma once

#include "runtime/exec/value.h"

#include <optional>
#include <string>
#include <string_view>

namespace llvm {
class BasicBlock;
class DIType;
class Instruction;
} // namespace llvm

namespace kmem::replay {

/// A value that the world gives: a parameter, memory nobody has written yet, a register of a device, the result of a
/// function that is not there.
struct Input {
  std::string name; ///< for people, C-like: "dev->flags", "readl()"
  unsigned width = 64;
  uint64_t preferred = 0; ///< the value while nothing speaks against it
  bool isUsual = false;   ///< `preferred` is what such a thing holds as a rule (an empty list, a count of 1)
  const llvm::DIType *type = nullptr; ///< as declared, when known; what a pointer points to is made from it
  std::string field = {};             ///< "struct.member", or a variable's name, of memory that has one
};

/// A branch on a condition of 1 bit.
struct Fork {
  TermRef condition = noTerm;
  const llvm::Instruction *at = nullptr;                        ///< null inside of models
  const llvm::BasicBlock *ifTrue = nullptr, *ifFalse = nullptr; ///< where it leads, when it leads to blocks
  bool isWanted = false;                                        ///< that it is true is what the run is for
};

/// What a value must be known for.
enum class PickFor : uint8_t {
  Address,  ///< of a load or store
  Function, ///< the target of an indirect call
  Size,     ///< of a copy, an allocation, a local array
  Bits,     ///< to count its bits
  Argument, ///< of a model that needs a number: flags, an order, a lock's address
};

/// Ways that no condition on values tells apart. The first way of each, number 0, is the usual one.
enum class ChoiceKind : uint8_t {
  Allocation,  ///< 0 succeeds, 1 fails
  Trylock,     ///< 0 succeeds, 1 fails
  UserCopy,    ///< 0 succeeds, 1 faults
  Interrupted, ///< a wait that signals can end: 0 it is over, 1 a signal came
  StaticKey,   ///< 0 its initial value, 1 the other
  CallTarget,  ///< which of the candidates an unknown function pointer is
  ObjectShape, ///< what an unknown pointer points to: 0 an object of its own, others as their text says
  StubResult,  ///< which kind of result a function gives that is not there
  Settled,     ///< whether a value was known already: 0 no, 1 yes
};

/// Where a run stops being exactly what the kernel does. Each is said in words in a verdict.
enum class ShortcutKind : uint8_t {
  Stub,            ///< a function that is not there gave any result of its type
  SkippedCallee,   ///< a function was not run, but may have changed what it can reach
  UnknownAssembly, ///< likewise, inline assembly
  UnknownTarget,   ///< a call through a pointer to no function of these modules
  Concretised,     ///< one value was taken of more than the search goes through
  Model,           ///< a model that is simpler than the kernel, as its text says
  Bound,           ///< a limit cut the search: steps, states, iterations
  Unsolved,        ///< the solver gave up
};

class Chooser {
public:
  virtual ~Chooser() = default;

  virtual Value input(const Input &input) = 0;
  /// Which way a condition goes; nothing ends the run.
  virtual std::optional<bool> branch(const Fork &fork) = 0;
  /// A number for `value`, which is constrained to it from now on; nothing ends the run.
  virtual std::optional<uint64_t> pick(TermRef value, PickFor purpose) = 0;
  /// One of `count` ways, from 0. EXPECTS: asked before the call has changed anything, or decided by what was asked.
  virtual unsigned choose(ChoiceKind kind, std::string_view what, unsigned count) = 0;
  /// The number of a value where that is known by now; asks for none. A replay, which knows every value, answers as the
  /// search did.
  virtual std::optional<uint64_t> settled(const Value &value) {
    return value.isKnown() ? std::optional(value.bits()) : std::nullopt;
  }
  /// The run goes on, no longer exact.
  virtual void shortcut(ShortcutKind kind, std::string_view what) = 0;
};

} // namespace kmem::replay
