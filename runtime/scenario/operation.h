// The vocabulary of `kmem-sim run`: every operation is a name, a schema of arguments and a function on a machine. The
// whole scenario is checked against the schemas before anything runs, so that run() finds every required argument, of
// the right kind. An operation adds itself by one row in the table of its family (<family>_operations.cpp) and a family
// by one row in operations.cpp.
#pragma once

#include "runtime/kernel/layout.h"
#include "runtime/scenario/group.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

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
  Coherent, ///< memory that a device sees, too: its address, and the bus address as extra
  AddressSpace,
  File,
  Snapshot,
};
/// "pointer", "cache", ...
llvm::StringRef nameOf(ValueKind kind);

enum class ArgumentKind : uint8_t {
  Integer, ///< a number or a string such as "0x1000", "-1", "64K", "4M", "2G"
  Size,    ///< the same, never negative
  Gfp,     ///< "GFP_KERNEL|__GFP_NOWARN", or a number
  Text,
  Bytes,   ///< hexadecimal digits in pairs, blanks between as you like: "dead beef"
  Flag,    ///< true or false
  Pointer, ///< a name, "name+16", "name-1", an address as number or "0x...", "ERR_PTR(-12)", or null
  Named,   ///< a name of the argument's `value` kind
  NamedList,
  Choice,  ///< one of the words in `choices`
  Choices, ///< some of them, with "|" between
  Context, ///< a context that can be entered and left
};

struct Argument {
  llvm::StringRef name;
  ArgumentKind kind;
  llvm::StringRef meaning;
  bool required = true;
  ValueKind value = ValueKind::None; ///< of Named and NamedList
  llvm::StringRef choices = "";      ///< words with blanks between
};

/// The value behind a name.
struct NamedValue {
  ValueKind kind = ValueKind::None;
  uint64_t value = 0;
  uint64_t extra = 0; ///< what its counterpart needs besides
};

/// What run() sees of an argument: numbers, addresses and truth values as uint64_t; words of Choices as a bit each, in
/// the order of `choices`.
using ArgumentValue = std::variant<uint64_t, std::string, NamedValue, std::vector<NamedValue>>;

/// One step while it runs. Asking for an argument that is not there gives the default.
class Step {
public:
  Step(System &system, std::map<std::string, ArgumentValue> arguments)
      : system(system), arguments(std::move(arguments)) {}

  System &system;
  Record result; ///< what is told of the step; run() adds to it

  bool has(llvm::StringRef name) const { return arguments.count(name.str()); }
  uint64_t number(llvm::StringRef name, uint64_t absent = 0) const;
  std::string text(llvm::StringRef name, llvm::StringRef absent = "") const;
  NamedValue named(llvm::StringRef name) const;
  std::vector<NamedValue> namedList(llvm::StringRef name) const;

  /// What "as" names, told as the result: "NULL", "ptr", "ERR_PTR" and so on, and where it lies.
  void produce(NamedValue value);
  void producePointer(Address address, uint64_t size = 0);
  /// "result": a number or a word.
  void say(llvm::json::Value value) { result["result"] = std::move(value); }

  const std::optional<NamedValue> &produced() const { return made; }

private:
  std::map<std::string, ArgumentValue> arguments;
  std::optional<NamedValue> made;
};

struct Operation {
  llvm::StringRef name;
  llvm::StringRef summary;
  llvm::ArrayRef<Argument> arguments;
  ValueKind produces; ///< what "as" names; None: there is no "as"
  void (*run)(Step &step);
};

struct OperationFamily {
  llvm::StringRef name; ///< "slab", "pages"
  llvm::ArrayRef<Operation> operations;
};

/// In the order of documentation.
std::vector<OperationFamily> operationFamilies();
/// Null when there is none.
const Operation *operationNamed(llvm::StringRef name);

/// Adds to `record` what there is to know of an address: what memory it is, zone, frames, cache.
void describeAddress(System &system, Address address, uint64_t size, Record &record);

} // namespace kmem::sim
