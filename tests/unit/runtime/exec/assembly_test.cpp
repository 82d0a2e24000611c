// Inline assembly that asks the world: what it asks for, and what comes of the answers.
#include "tests/unit/runtime/exec/differential.h"

namespace {
using namespace kmem::test;

/// Answers as it is told, and remembers what it was asked.
class Told final : public Closed {
public:
  using Closed::Closed;
  Value input(const Input &input) override {
    asked.push_back(input.name);
    return Value::known(nextInput++, input.width);
  }
  unsigned choose(ChoiceKind kind, std::string_view what, unsigned) override {
    kinds.push_back(kind);
    asked.emplace_back(what);
    return choice;
  }

  unsigned choice = 0;
  uint64_t nextInput = 1000;
  std::vector<std::string> asked;
  std::vector<ChoiceKind> kinds;
};

class AssemblyTest : public Differential {
protected:
  static constexpr uint64_t fault = ~uint64_t(0) - 13; // -EFAULT

  void SetUp() override {
    loadProgram(KMEM_KERNEL_IR);
    environment = std::make_unique<Told>(*program);
    environment->assembly = &*(assembly = std::make_unique<Assembly>(memory, pool, program->layout(), cpu));
  }
  Stop run(const char *function, std::vector<uint64_t> arguments = {}) {
    const llvm::Function *called = module->getFunction(function);
    llvm::SmallVector<Value, 3> values;
    for (const llvm::Argument &argument : called->args())
      values.push_back(Value::known(arguments[argument.getArgNo()], scalarWidth(argument)));
    Interpreter interpreter(*program, memory, pool, *environment, stack);
    return interpreter.run(*called, values, stepLimit);
  }
  uint64_t result(const char *function, std::vector<uint64_t> arguments = {}) {
    const Stop stop = run(function, std::move(arguments));
    EXPECT_EQ(stop.kind, StopKind::Returned) << stop.why;
    return stop.results.empty() ? 0 : stop.results.front().bits();
  }
  static unsigned scalarWidth(const llvm::Argument &argument) {
    return argument.getType()->isPointerTy() ? 64 : argument.getType()->getIntegerBitWidth();
  }

  PlainCpu cpu;
  std::unique_ptr<Assembly> assembly;
  std::unique_ptr<Told> environment;
};

TEST_F(AssemblyTest, theInterruptFlagIsTheContexts) {
  EXPECT_TRUE(result("save_flags") & 0x200);
  result("disable");
  EXPECT_FALSE(cpu.interrupts);
  EXPECT_FALSE(result("save_flags") & 0x200);
  result("restore_flags", {0x202});
  EXPECT_TRUE(cpu.interrupts);
  result("restore_flags", {0x2});
  EXPECT_FALSE(cpu.interrupts);
  result("enable");
  EXPECT_TRUE(cpu.interrupts);
}

TEST_F(AssemblyTest, aBugEndsTheRunAndAWarningDoesNot) {
  EXPECT_EQ(result("warn"), 5u);
  EXPECT_EQ(cpu.warnings, 1u);
  const Stop stop = run("bug");
  EXPECT_EQ(stop.kind, StopKind::Refused);
  EXPECT_EQ(stop.why, "BUG");
  EXPECT_EQ(cpu.bugs, 1u);
}

TEST_F(AssemblyTest, staticKeysStartAsTheyAreInitialised) {
  EXPECT_EQ(result("likely_true"), 1u);
  EXPECT_EQ(result("unlikely_false"), 0u);
  EXPECT_EQ(result("likely_foreign"), 1u);
  EXPECT_EQ(environment->asked, (std::vector<std::string>{"on_key", "off_key", "foreign_key"}));
  environment->choice = 1;
  EXPECT_EQ(result("likely_true"), 0u);
  EXPECT_EQ(result("unlikely_false"), 1u);
  EXPECT_EQ(result("likely_foreign"), 0u);
}

TEST_F(AssemblyTest, theCpuHasNoFeatures) {
  EXPECT_EQ(result("has_feature"), 0u);
  EXPECT_EQ(environment->asked.back(), "CPU feature 3*32+21");
  environment->choice = 1;
  EXPECT_EQ(result("has_feature"), 1u);
}

TEST_F(AssemblyTest, userReadsAreInputs) {
  EXPECT_EQ(result("get_user", {0x1000, bufferAt}), 0u);
  EXPECT_EQ(memory.load(bufferAt, 64).bits(), 1000u);
  EXPECT_EQ(result("unsafe_get", {0x1000}), 1001u);
  EXPECT_EQ(result("inline_get", {0x1000}), 1002u);
  EXPECT_EQ(result("put_user", {0x1000, 7}), 0u);
  EXPECT_EQ(result("unsafe_put", {0x1000, 7}), 0u);
  for (ChoiceKind kind : environment->kinds)
    EXPECT_EQ(kind, ChoiceKind::UserCopy);
  EXPECT_EQ(environment->kinds.size(), 5u);
}

TEST_F(AssemblyTest, userAccessesMayFault) {
  environment->choice = 1;
  EXPECT_EQ(result("get_user", {0x1000, bufferAt}), fault);
  EXPECT_EQ(memory.load(bufferAt, 64).bits(), 0u);
  EXPECT_EQ(result("put_user", {0x1000, 7}), fault);
  EXPECT_EQ(result("unsafe_get", {0x1000}), ~uint64_t(0));
  EXPECT_EQ(result("unsafe_put", {0x1000, 7}), ~uint64_t(0));
  EXPECT_EQ(result("inline_get", {0x1000}), fault);
}

TEST_F(AssemblyTest, userCopiesKeepTheKernelsSide) {
  memory.store(bufferAt, Value::known(0x1122334455667788, 64));
  EXPECT_EQ(result("copy_user", {0x1000, bufferAt, 8}), 0u);
  EXPECT_EQ(result("copy_user", {bufferAt + 16, 0x1000, 11}), 0u);
  EXPECT_EQ(memory.load(bufferAt + 16, 64).bits(), 1000u);
  EXPECT_EQ(memory.load(bufferAt + 24, 8).bits(), 1001u & 0xff);
  EXPECT_EQ(memory.load(bufferAt + 27, 8).bits(), 0u);
  EXPECT_EQ(result("copy_user", {bufferAt + 32, bufferAt, 8}), 0u);
  EXPECT_EQ(memory.load(bufferAt + 32, 64).bits(), 0x1122334455667788u);
  environment->choice = 1;
  EXPECT_EQ(result("copy_user", {bufferAt, 0x1000, 8}), 8u);
  EXPECT_EQ(memory.load(bufferAt, 64).bits(), 0x1122334455667788u);
}

TEST_F(AssemblyTest, devicesAreInputs) {
  EXPECT_EQ(result("readl", {0x1234}), 1000u);
  EXPECT_EQ(result("readl", {0x1234}), 1001u);
  result("writel", {1, 0x1234});
  EXPECT_EQ(result("inb", {0x60}), 1002u & 0xff);
  EXPECT_EQ(result("rdmsr", {0x10}), 1003u | uint64_t(1004) << 32);
  EXPECT_EQ(environment->asked,
            (std::vector<std::string>{"readl(0x1234)", "readl(0x1234)", "inb(96)", "rdmsr", "rdmsr"}));
}

TEST_F(AssemblyTest, perCpuVariablesAreThoseOfTheFirstCpu) {
  memory.store(program->layout().addressOf(*module->getNamedGlobal("this_cpu_off")), Value::known(77, 64));
  EXPECT_EQ(result("per_cpu_offset"), 1u);
  EXPECT_EQ(result("per_cpu_add", {2}), 45u * 1000 + 43);
}

TEST_F(AssemblyTest, perCpuVariablesAreThoseOfEveryCpu) {
  memory.store(program->layout().addressOf(*module->getNamedGlobal("this_cpu_off")), Value::known(77, 64));
  memory.store(program->layout().addressOf(*module->getNamedGlobal("__per_cpu_offset")), Value::known(77, 64));
  EXPECT_EQ(result("per_cpu_of", {0}), 40u);
  EXPECT_EQ(result("per_cpu_of", {5}), 40u);
  EXPECT_EQ(result("segment", {8}), 9u);
}

TEST_F(AssemblyTest, paravirtualCallsAreWhatReplacesThemOnBareMetal) {
  EXPECT_TRUE(result("paravirtual_flags") & 0x200);
  cpu.interrupts = false;
  EXPECT_FALSE(result("paravirtual_flags") & 0x200);
}

TEST_F(AssemblyTest, calleesAreFoundByName) {
  EXPECT_EQ(result("copy_user_unrolled", {bufferAt, 0x1000, 16}), 0u);
  EXPECT_EQ(memory.load(bufferAt + 8, 64).bits(), 1001u);
  environment->choice = 1;
  EXPECT_EQ(result("copy_user_unrolled", {bufferAt, 0x1000, 16}), 16u);
  EXPECT_EQ(result("weight", {0xff00ff}), 16u);
  EXPECT_EQ(result("user_pointer_limit"), 0x7ffffffff000u);
}

TEST_F(AssemblyTest, whatNoTableHasIsNotRun) {
  const Stop stop = run("vector", {1});
  EXPECT_EQ(stop.kind, StopKind::Refused);
  EXPECT_EQ(stop.why, "unknown assembly movdqa %xmm0, %xmm1");
}

/// A symbolic address is asked for; when nobody answers the run ends.
TEST_F(AssemblyTest, noAnswerIsARefusal) {
  Interpreter interpreter(*program, memory, pool, *environment, stack);
  const Value at = Value::symbolic(pool, pool.variable("p", 64));
  const Value flags = Value::symbolic(pool, pool.variable("flags", 64));
  EXPECT_EQ(interpreter.run(*module->getFunction("restore_flags"), {flags}, stepLimit).kind, StopKind::Refused);
  const Stop copied = interpreter.run(*module->getFunction("copy_user"), {at, at, at}, stepLimit);
  EXPECT_EQ(copied.kind, StopKind::Refused);
  EXPECT_EQ(copied.why, "a value in inline assembly");
}

} // namespace
