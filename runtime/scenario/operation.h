// The vocabulary of `kmem-sim run`: every operation is a name, a schema of arguments and a function on a machine. The
// whole scenario is checked against the schemas before anything runs, so that run() finds arguments of the right kind
// and named values that exist. An operation adds itself by one row in the table of its family (<family>_operations.cpp)
// and the family by one line in operations.cpp.
#pragma once

#include "runtime/kernel/layout.h"
#include "runtime/scenario/group.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

namespace kmem::sim {

/// What a name that a step gives with "as" stands for.
enum class ValueKind : uint8_t {
  None,
  Pointer, ///< an address, kernel or user
  Page,    ///< a page frame number
  Cache,
  Percpu,
  Mempool,
  Device,
  DmaPool,
  Coherent, ///< dma_alloc_coherent() memory: address, bus address as extra
  AddressSpace,
  File,
  Lock,
  Callback,
  Snapshot,
};
llvm::StringRef nameOf(ValueKind kind);

enum class ArgumentKind : uint8_t {
  Integer, ///< number, or a string such as "0x1000", "64K", "4M", "2G"; negative allowed
  Size,    ///< the same, never negative
  Gfp,     ///< "GFP_KERNEL|__GFP_NOWARN" or a number
  Text,
  Flag,    ///< true or false
  Pointer, ///< a name, "name+offset", a number or "0x..." (an address), or null for NULL
  Named,   ///< a name of the argument's `value` kind
  Choice,  ///< one of `choices`, blank-separated; with '|' when `several`
  Numbers, ///< an array of integers
};

struct Argument {
  llvm::StringRef name;
  ArgumentKind kind;
  llvm::StringRef meaning;
  bool required = true;
  ValueKind value = ValueKind::None; ///< of Named
  llvm::StringRef choices = "";      ///< of Choice
  bool several = false;              ///< of Choice
};

/// The value behind a name.
struct NamedValue {
  ValueKind kind = ValueKind::None;
  uint64_t value = 0;
  uint64_t extra = 0; ///< what its free function needs besides: order, bus address, size
};

/// An argument as run() sees it: numbers, addresses and numbers of named values are uint64_t.
using ArgumentValue = std::variant<uint64_t, std::string, std::vector<int64_t>, NamedValue>;

/// One step while it runs.
class Step {
public:
  Step(System &system, Record &result) : system(system), result(result) {}

  System &system;
  Record &result; ///< the step's result line; run() adds to it

  bool has(llvm::StringRef name) const { return arguments.count(name.str()); }
  uint64_t number(llvm::StringRef name, uint64_t absent = 0) const;
  llvm::StringRef text(llvm::StringRef name, llvm::StringRef absent = "") const;
  std::vector<int64_t> numbers(llvm::StringRef name) const;
  const NamedValue &named(llvm::StringRef name) const;

  /// What "as" names. Also writes "result": "ptr", "NULL", "ERR_PTR", ... for the kinds where 0 is failure.
  void produce(NamedValue value);

  std::map<std::string, ArgumentValue> arguments;
  std::optional<NamedValue> produced;
};

struct Operation {
  llvm::StringRef name;
  llvm::StringRef summary;
  llvm::ArrayRef<Argument> arguments;
  ValueKind produces; ///< what "as" names; None: there is no "as"
  void (*run)(Step &step);
};

struct OperationFamily {
  llvm::StringRef name; ///< "slab", "pages", "user memory"
  llvm::ArrayRef<Operation> operations;
};

/// In the order of documentation.
llvm::ArrayRef<OperationFamily> operationFamilies();
/// Null when there is none.
const Operation *operationNamed(llvm::StringRef name);

} // namespace kmem::sim
