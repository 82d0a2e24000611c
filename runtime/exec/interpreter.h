// Runs decoded code on the simulated kernel's memory. Known values are computed at once; symbolic ones become terms.
// Whatever needs a decision (a branch on a symbolic condition, an address that is not known, a call) is asked of the
// Environment: a search forks there, a replay looks up what was decided, a test computes natively.
//
// Inside: one file per family: arithmetic, memory, control and calls.
#pragma once

#include "runtime/exec/arithmetic.h"
#include "runtime/exec/chooser.h"
#include "runtime/exec/program.h"
#include "runtime/exec/run_memory.h"

#include "llvm/ADT/SmallVector.h"

namespace kmem::replay {

using Values = llvm::SmallVector<Value, 2>;

enum class StopKind : uint8_t {
  Returned,    ///< from the function that run() was started with
  Trapped,     ///< a division by zero, or code that cannot be reached
  Unsupported, ///< an instruction that the executor does not have
  OutOfSteps,
  Refused, ///< the environment would not decide or call
  Died,    ///< the simulated kernel stopped the thread
};

struct Stop {
  StopKind kind;
  Values results;
  std::string why;
  const llvm::Instruction *where = nullptr;
};

/// The world around the code: who decides, and what calls do.
class Environment : public Chooser {
public:
  /// What a call does: enter `body`, or be over with `results`; `refusal` ends the run.
  struct CallOutcome {
    const llvm::Function *body = nullptr;
    Values results;
    std::string refusal;
    bool isCallback = false; ///< `results` are the body's arguments, and what it returns is not the call's result
  };
  /// `target` is what is called, null for inline assembly and for an address that is no function.
  virtual CallOutcome call(const CallSite &site, const llvm::Function *target, llvm::ArrayRef<Value> arguments) = 0;
};

/// Where local variables lie: grows downwards from `top`.
struct StackRegion {
  Address bottom, top;
};

class Interpreter {
public:
  Interpreter(Program &program, RunMemory &memory, TermPool &pool, Environment &environment, StackRegion stack)
      : program(program), memory(memory), pool(pool), environment(environment), stack(stack) {
    now.stackTop = stack.top;
  }

  /// Calls `function` and runs until it returns or something ends the run, at most `steps` instructions.
  Stop run(const llvm::Function &function, llvm::ArrayRef<Value> arguments, uint64_t steps);
  /// Goes on from a state that restore() has put in place, at most `steps` instructions.
  Stop resume(uint64_t steps);
  /// Of all runs, whatever was restored in between.
  uint64_t stepsTaken() const { return taken; }

  struct Frame {
    const Code *code;
    uint32_t at = 0;               ///< next instruction
    uint32_t base;                 ///< first register
    Address locals, stackMark;     ///< the frame's variables; the stack before it
    const CallSite *site;          ///< of the caller, for the results; null for the function that was started
    Address variableArguments = 0; ///< where those without a parameter lie
    bool isCallback = false;       ///< entered by what the caller called, which gives the results
  };
  /// Innermost last. While the environment is asked, `at` is already behind the instruction in hand.
  llvm::ArrayRef<Frame> callStack() const { return now.frames; }
  const llvm::Instruction *instructionInHand() const;

  struct State {
    std::vector<Value> registers;
    std::vector<Frame> frames;
    Address stackTop = 0;
  };
  /// Asked by the environment, the state before the instruction in hand.
  State state() const;
  void restore(State state);

private:
  /// Set when the run is over.
  using Ended = std::optional<Stop>;

  bool enter(const llvm::Function &function, llvm::ArrayRef<Value> arguments, const CallSite *site);
  bool copyPassedByValue(const llvm::Function &function, const Code &code, size_t base);
  bool pushVariableArguments(llvm::ArrayRef<Value> arguments, const CallSite *site);
  Ended step(const Instruction &instruction);
  Ended end(StopKind kind, std::string why, const Instruction &at) const;

  // interpret_arithmetic.cpp
  Ended binary(const Instruction &instruction);
  void select(const Instruction &instruction);
  Ended countBits(const Instruction &instruction);
  void withOverflow(const Instruction &instruction);
  Value extended(const Value &value, unsigned width, bool isSigned);
  /// As a function called by another type than its own sees it.
  Value fitted(const Value &value, unsigned width) {
    return value.width() == width ? value : Arithmetic(pool).fitted(value, width);
  }

  // interpret_wide.cpp
  Ended wideBinary(const Instruction &instruction);
  Ended wideQuotient(const Instruction &instruction);
  void wideExtend(const Instruction &instruction);

  // interpret_memory.cpp
  Ended accessMemory(const Instruction &instruction);
  Ended localArray(const Instruction &instruction);
  Ended cutStack(const Instruction &instruction);
  Ended exchange(const Instruction &instruction, Address address);
  Ended compareExchange(const Instruction &instruction, Address address);
  Ended moveBytes(const Instruction &instruction);
  Ended startArguments(const Instruction &instruction);
  Value combined(AtomicOperation operation, const Value &old, const Value &operand);

  // interpret_control.cpp
  Ended branch(const Instruction &instruction);
  Ended choose(const Instruction &instruction);
  Ended call(const Instruction &instruction);
  Ended leave(const Instruction &instruction);
  void returnAddress(const Instruction &instruction);

  const Value &get(Slot slot) const {
    return slot & constantBit ? frame->code->constants[slot & ~constantBit] : now.registers[frame->base + slot];
  }
  void set(Slot slot, const Value &value) { now.registers[frame->base + slot] = value; }
  std::optional<uint64_t> known(const Value &value, PickFor purpose) {
    return value.isKnown() ? std::optional(value.bits()) : environment.pick(value.asTerm(pool), purpose);
  }
  Value compute(Op op, const Value &a, const Value &b);
  std::optional<bool> decide(const Value &condition, const llvm::Instruction *at,
                             const llvm::BasicBlock *ifTrue = nullptr, const llvm::BasicBlock *ifFalse = nullptr) {
    return condition.isKnown() ? std::optional(condition.bits() != 0)
                               : environment.branch({condition.asTerm(pool), at, ifTrue, ifFalse});
  }

  Program &program;
  RunMemory &memory;
  TermPool &pool;
  Environment &environment;
  const StackRegion stack;

  State now;
  Frame *frame = nullptr; ///< the last of the frames
  uint64_t taken = 0;
};

} // namespace kmem::replay
