// The interpreter against the processor: every function of differential/functions.inc, compiled both ways, must return
// the same and leave the same bytes behind.
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
extern const differential_function differential_functions[];
}

namespace {
using namespace kmem::replay;
namespace sim = kmem::sim;

constexpr unsigned inputsPerFunction = 30;
constexpr uint64_t stepLimit = 2'000'000;
constexpr size_t bufferSize = 256 + 8; // the last word of u64s that start at byte 255
using Buffer = std::array<unsigned char, bufferSize>;

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
  CallOutcome call(const CallSite &, const llvm::Function *target, llvm::ArrayRef<Value>) override {
    const llvm::Function *body = target ? program.definitionOf(*target) : nullptr;
    return body ? CallOutcome{body, {}, ""} : CallOutcome{nullptr, {}, "no body"};
  }
  Value input(const Input &input) override { return Value::known(input.preferred, input.width); }
  std::optional<bool> branch(const Fork &) override { return std::nullopt; }
  std::optional<uint64_t> pick(TermRef, PickFor) override { return std::nullopt; }
  unsigned choose(ChoiceKind, std::string_view, unsigned) override { return 0; }
  void shortcut(ShortcutKind, std::string_view) override {}

private:
  const Program &program;
};

class Differential : public testing::Test {
protected:
  static constexpr sim::Pfn imageFrames = 0x4000, dataFrames = 0x5000;
  static constexpr Address bufferAt = sim::directMapStart + (dataFrames << sim::pageShift);
  static constexpr StackRegion stack{bufferAt + 0x10000, bufferAt + 0x50000};

  void SetUp() override {
    llvm::SMDiagnostic error;
    module = llvm::parseIRFile(KMEM_DIFFERENTIAL_IR, error, context);
    ASSERT_TRUE(module) << error.getMessage().str();
    program = std::make_unique<Program>(llvm::ArrayRef<const llvm::Module *>{module.get()});
    kernel.memory.setFrameSource(&tables);
    ASSERT_TRUE(program->load(kernel, imageFrames));
  }

  static Buffer randomBytes(std::mt19937_64 &random) {
    Buffer bytes;
    for (unsigned char &byte : bytes)
      byte = static_cast<unsigned char>(random());
    return bytes;
  }
  /// Small numbers and the corners of the types as often as any others.
  static uint64_t randomOperand(std::mt19937_64 &random) {
    static constexpr uint64_t corners[] = {
        0, 1, 2, 0x7f, 0x80, 0xff, 0x8000, 0x7fffffff, 0x80000000, ~uint64_t(0), uint64_t(1) << 63};
    switch (random() % 4) {
    case 0:
      return corners[random() % std::size(corners)];
    case 1:
      return random() % 300;
    case 2:
      return random() & 0xffffffff;
    default:
      return random();
    }
  }

  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module;
  RowOfFrames tables{0x6000};
  sim::Kernel kernel{*sim::profileNamed("612")};
  TermPool pool;
  RunMemory memory{kernel, pool};
  std::unique_ptr<Program> program;
};

TEST_F(Differential, everyFunctionDoesWhatTheProcessorDoes) {
  Closed environment(*program);
  Interpreter interpreter(*program, memory, pool, environment, stack);
  std::mt19937_64 random(1);
  unsigned functions = 0;
  for (const differential_function *entry = differential_functions; entry->name; ++entry, ++functions) {
    const llvm::Function *function = module->getFunction(entry->name);
    ASSERT_TRUE(function) << entry->name;
    for (unsigned input = 0; input < inputsPerFunction; ++input) {
      Buffer expected = randomBytes(random), actual = expected;
      const uint64_t a = randomOperand(random), b = randomOperand(random);
      kernel.memory.write(bufferAt, std::as_bytes(std::span(actual)));
      const uint64_t wanted = entry->run(a, b, expected.data());
      const Stop stop =
          interpreter.run(*function, {Value::known(a, 64), Value::known(b, 64), Value::known(bufferAt, 64)}, stepLimit);
      ASSERT_EQ(stop.kind, StopKind::Returned) << entry->name << ": " << stop.why;
      kernel.memory.read(bufferAt, std::as_writable_bytes(std::span(actual)));
      ASSERT_EQ(stop.results.front().bits(), wanted) << entry->name << "(" << a << ", " << b << ")";
      ASSERT_EQ(actual, expected) << entry->name << "(" << a << ", " << b << ") leaves other bytes";
    }
  }
  EXPECT_GE(functions, 300u);
}

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

// The same once more with both operands symbolic: the term that comes out, evaluated for the inputs, is the result.
TEST_F(Differential, termsComeToTheSame) {
  std::mt19937_64 random(2);
  const sim::Memory::State loaded = kernel.memory.state();
  for (const differential_function *entry = differential_functions; entry->name; ++entry) {
    for (unsigned input = 0; input < 3; ++input) {
      kernel.memory.restore(loaded); // the notes of the run before are gone with its memory
      TermPool terms;
      RunMemory symbolicMemory(kernel, terms);
      Assignment inputs;
      inputs.set(0, randomOperand(random));
      inputs.set(1, randomOperand(random));
      const Value a = Value::symbolic(terms, terms.variable("a", 64)),
                  b = Value::symbolic(terms, terms.variable("b", 64));
      Buffer bytes = randomBytes(random);
      kernel.memory.write(bufferAt, std::as_bytes(std::span(bytes)));
      const uint64_t wanted = entry->run(inputs[0], inputs[1], bytes.data());
      Guided environment(*program, terms, inputs);
      Interpreter interpreter(*program, symbolicMemory, terms, environment, stack);
      const Stop stop =
          interpreter.run(*module->getFunction(entry->name), {a, b, Value::known(bufferAt, 64)}, stepLimit);
      ASSERT_EQ(stop.kind, StopKind::Returned) << entry->name << ": " << stop.why;
      Evaluation evaluation(terms, inputs);
      ASSERT_EQ(evaluation.valueOf(stop.results.front().asTerm(terms)), wanted)
          << entry->name << "(" << inputs[0] << ", " << inputs[1] << ")";
      for (size_t i = 0; i < bytes.size(); ++i)
        ASSERT_EQ(evaluation.valueOf(symbolicMemory.load(bufferAt + i, 8).asTerm(terms)), bytes[i])
            << entry->name << "(" << inputs[0] << ", " << inputs[1] << ") byte " << i;
    }
  }
}

} // namespace
