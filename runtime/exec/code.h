// A function as the executor runs it: LLVM IR decoded once into instructions of one shape over numbered slots, so that
// running looks nothing up. What IR has in many forms is one here: getelementptr is additions, a phi is copies on the
// edges that lead to it, structs and arrays in registers are slots in a row.
#pragma once

#include "runtime/exec/value.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace llvm {
class CallBase;
class Function;
class Instruction;
} // namespace llvm

namespace kmem::replay {

/// A register of a frame or, with the top bit, a constant of the function.
using Slot = uint32_t;
inline constexpr Slot constantBit = Slot(1) << 31;
inline constexpr Slot noSlot = constantBit - 1;

enum class Opcode : uint8_t {
  Binary,   ///< dst = a `operation` b; a division by zero traps
  Not,      ///< dst = !a, of 1 bit
  Truncate, ///< to `width`
  ZeroExtend,
  SignExtend,
  Select,     ///< dst = a ? b : c
  Copy,       ///< dst = a
  Local,      ///< dst = address of the local variable at offset `immediate` of the frame
  LocalArray, ///< dst = address of a new local array of a bytes, aligned to `immediate`
  StackMark,  ///< dst = where the stack ends
  StackBack,  ///< forgets the local arrays made since the mark a
  Load,       ///< dst = `width` bits at address a
  Store,      ///< a at address b
  Jump,       ///< to `immediate`
  Branch,     ///< to `immediate` if a, else to `other`
  Switch,     ///< on a by the table `immediate`
  Call,       ///< by the call site `immediate`; of an asm goto, its last result is the way: see CallSite
  Return,     ///< `immediate` slots from a on
  Unreachable,
  CopyMemory,      ///< c bytes from b to a, overlapping or not
  FillMemory,      ///< c bytes of b at a
  Exchange,        ///< dst = what was at address a; b is stored. `operation` combines: see AtomicOperation
  CompareExchange, ///< dst, dst+1 = old value at a, whether it equalled b; then c was stored
  CountBits,       ///< dst = by `operation`: see BitCount
  WithOverflow,    ///< dst, dst+1 = a `operation` b, whether it did not fit; `immediate`: signed
  WideBinary,      ///< as Binary, of `width` > 64 bits in two slots, the low one first; shifts too
  WideExtend,      ///< dst, dst+1 = a of `other` bits, extended to `width`; `immediate`: signed
  IsKnown,         ///< dst = whether a is known
  StartArguments,  ///< the list at address a begins with the first of the arguments that have no parameter
  ReturnAddress,   ///< dst = where the function returns to
  Unsupported,     ///< text `immediate`
};

enum class AtomicOperation : uint8_t { Set, Add, Sub, And, Or, Xor, Nand, Max, Min, UMax, UMin };
enum class BitCount : uint8_t { Ones, LeadingZeros, TrailingZeros, ByteSwap, BitReverse, Absolute };

struct Instruction {
  Opcode opcode = Opcode::Unsupported;
  uint8_t operation = 0; ///< Op, AtomicOperation or BitCount
  uint8_t width = 0;     ///< bits
  Slot dst = noSlot, a = noSlot, b = noSlot, c = noSlot;
  uint32_t other = 0;
  uint64_t immediate = 0;
  const llvm::Instruction *origin = nullptr; ///< for places and types
};

struct SwitchTable {
  struct Case {
    uint64_t value;
    uint32_t target;
  };
  std::vector<Case> cases;
  uint32_t otherwise = 0;
};

inline constexpr uint8_t wayWidth = 32;
/// Of a va_list, as the x86-64 ABI has it.
inline constexpr uint64_t argumentListBytes = 24;

/// A call. Inline assembly that may jump (asm goto) has one result more than its outputs, of 32 bits, and a switch on
/// it follows: 0 goes on, n goes to its n-th label.
struct CallSite {
  const llvm::CallBase *call = nullptr;
  const llvm::Function *direct = nullptr; ///< none when the callee is a value or inline assembly
  Slot callee = noSlot;                   ///< its address, of an indirect call
  std::vector<Slot> arguments;            ///< of scalars; an aggregate takes its slots in a row
  Slot result = noSlot;
  std::vector<uint8_t> resultWidths;
  bool isAssembly = false;
};

struct Code {
  const llvm::Function *function = nullptr;
  std::vector<Instruction> instructions;
  std::vector<Value> constants;
  std::vector<SwitchTable> switches;
  std::vector<CallSite> calls;
  std::vector<std::string> texts;
  std::vector<Slot> parameters;         ///< the first slot of each
  std::vector<uint8_t> parameterWidths; ///< of all their scalars; further arguments are variable ones
  uint32_t slots = 0;
  uint32_t localBytes = 0; ///< of fixed-size local variables
};

} // namespace kmem::replay
