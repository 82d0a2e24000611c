// Functions compiled for this machine and to IR, and what it takes to run the IR on the simulated kernel's memory.
#pragma once

#include "runtime/exec/assembly.h"
#include "runtime/exec/assignment.h"
#include "runtime/exec/interpreter.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/SourceMgr.h"

#include <array>
#include <gtest/gtest.h>
#include <random>

extern "C" {
struct differential_function {
  const char *name;
  uint64_t (*run)(uint64_t a, uint64_t b, unsigned char *m);
};
}

namespace kmem::test {
using namespace kmem::replay;
namespace sim = kmem::sim;

inline constexpr uint64_t stepLimit = 2'000'000;
inline constexpr size_t bufferSize = 256 + 8; // the last word of u64s that start at byte 255
/// As aligned as the simulated one.
struct alignas(16) Buffer : std::array<unsigned char, bufferSize> {};

/// Page tables from a row of frames that nothing else uses.
class RowOfFrames final : public sim::FrameSource {
public:
  explicit RowOfFrames(sim::Pfn first) : next(first) {}
  std::optional<sim::Pfn> allocateTable() override { return next++; }
  void freeTable(sim::Pfn) override {}

private:
  sim::Pfn next;
};

/// The world of code that needs nothing but its arguments: what has a body is entered, nothing is left open.
class Closed : public Environment {
public:
  explicit Closed(const Program &program) : program(program) {}
  CallOutcome call(const CallSite &site, const llvm::Function *target, llvm::ArrayRef<Value> arguments) override {
    if (site.isAssembly && assembly) {
      std::optional<Values> results = assembly->run(site, arguments, *this);
      return results ? CallOutcome{nullptr, *results, assembly->refusal()}
                     : CallOutcome{nullptr, {}, "unknown assembly " + assembly->unknownPart(*site.call)};
    }
    const llvm::Function *body = target ? program.definitionOf(*target) : nullptr;
    return body ? CallOutcome{body, {}, ""} : CallOutcome{nullptr, {}, "no body"};
  }
  Value input(const Input &input) override { return Value::known(input.preferred, input.width); }
  std::optional<bool> branch(const Fork &) override { return std::nullopt; }
  std::optional<uint64_t> pick(TermRef, PickFor) override { return std::nullopt; }
  unsigned choose(ChoiceKind, std::string_view, unsigned) override { return 0; }
  void shortcut(ShortcutKind, std::string_view) override {}

  Assembly *assembly = nullptr;

private:
  const Program &program;
};

/// Decides branches as the inputs would; what is computed stays a term.
class Guided final : public Closed {
public:
  Guided(const Program &program, TermPool &pool, const Assignment &inputs)
      : Closed(program), evaluation(pool, inputs) {}
  std::optional<bool> branch(const Fork &fork) override { return evaluation.valueOf(fork.condition) != 0; }
  std::optional<uint64_t> pick(TermRef value, PickFor) override { return evaluation.valueOf(value); }

private:
  Evaluation evaluation;
};

/// A CPU with an interrupt flag and nothing else.
class PlainCpu final : public AssemblyContext {
public:
  bool interruptsEnabled() const override { return interrupts; }
  void enableInterrupts(bool enabled) override { interrupts = enabled; }
  void warning(const CallSite &) override { ++warnings; }
  void bug(const CallSite &) override { ++bugs; }
  std::string nameOf(Address) const override { return ""; }

  bool interrupts = true;
  unsigned warnings = 0, bugs = 0;
};

class Differential : public testing::Test {
protected:
  static constexpr sim::Pfn imageFrames = 0x4000, dataFrames = 0x5000;
  static constexpr Address bufferAt = sim::directMapStart + (dataFrames << sim::pageShift);
  static constexpr StackRegion stack{bufferAt + 0x10000, bufferAt + 0x50000};

  void loadProgram(const char *file);
  /// Every function with known operands, `inputs` times.
  void compareKnown(const differential_function *functions, unsigned inputs);
  /// With symbolic ones: the term that comes out, evaluated for the inputs, is the result.
  void compareSymbolic(const differential_function *functions, unsigned inputs);

  static Buffer randomBytes(std::mt19937_64 &random);
  /// Small numbers and the corners of the types as often as any others.
  static uint64_t randomOperand(std::mt19937_64 &random);

  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module;
  RowOfFrames tables{0x6000};
  sim::Kernel kernel{*sim::profileNamed("612")};
  TermPool pool;
  RunMemory memory{kernel, pool};
  std::unique_ptr<Program> program;
};

} // namespace kmem::test
