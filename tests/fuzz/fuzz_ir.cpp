// libFuzzer's entry for the executor: any module that LLVM's verifier accepts is decoded and run, every function of it,
// with symbolic arguments and answers by chance. Whatever it does, it must end by a Stop or by a death of the machine.
//
// Inputs are bitcode or textual IR. The mutator works on modules, so that inputs stay modules.
#include "runtime/exec/assembly.h"
#include "runtime/exec/interpreter.h"
#include "runtime/kernel/death.h"

#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/FuzzMutate/IRMutator.h"
#include "llvm/IR/Verifier.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>
#include <random>

namespace {
using namespace kmem::replay;
namespace sim = kmem::sim;

constexpr llvm::StringLiteral x86Layout =
    "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128";
constexpr uint64_t mostPages = 1024, stepLimit = 3000;
constexpr sim::Pfn imageFrames = 0x4000, dataFrames = 0x5000, tableFrames = 0x6000;
constexpr sim::Address dataAt = sim::directMapStart + (dataFrames << sim::pageShift);
constexpr StackRegion stackRegion{dataAt + 0x10000, dataAt + 0x20000};

class RowOfFrames final : public sim::FrameSource {
public:
  std::optional<sim::Pfn> allocateTable() override { return next++; }
  void freeTable(sim::Pfn) override {}

private:
  sim::Pfn next = tableFrames;
};

class IgnoredCpu final : public AssemblyContext {
public:
  bool interruptsEnabled() const override { return true; }
  void enableInterrupts(bool) override {}
  void warning(const CallSite &) override {}
  void bug(const CallSite &) override {}
  std::string nameOf(Address) const override { return ""; }
};

/// Answers by chance, the same for the same module.
class Chance final : public Environment {
public:
  Chance(const Program &program, RunMemory &memory, TermPool &pool)
      : program(program), pool(pool), assembly(memory, pool, program.layout(), cpu) {}

  CallOutcome call(const CallSite &site, const llvm::Function *target, llvm::ArrayRef<Value> arguments) override {
    if (site.isAssembly)
      if (std::optional<Values> results = assembly.run(site, arguments, *this))
        return {nullptr, *results, assembly.refusal()};
    const llvm::Function *body = target ? program.definitionOf(*target) : nullptr;
    if (body && random() % 4)
      return {body, {}, ""};
    CallOutcome outcome;
    for (uint8_t width : site.resultWidths)
      outcome.results.push_back(input({.name = "result", .width = width}));
    return outcome;
  }
  Value input(const Input &input) override {
    return random() % 2 ? Value::known(random(), input.width)
                        : Value::symbolic(pool, pool.variable(input.name, input.width));
  }
  std::optional<bool> branch(const Fork &) override { return random() % 2; }
  std::optional<uint64_t> pick(TermRef value, PickFor purpose) override {
    if (random() % 8 == 0)
      return std::nullopt;
    const uint64_t bits = purpose == PickFor::Address ? dataAt + random() % 4096 : random() % 64;
    return truncated(bits, pool[value].width);
  }
  unsigned choose(ChoiceKind, std::string_view, unsigned count) override { return unsigned(random() % count); }
  void shortcut(ShortcutKind, std::string_view) override {}

private:
  const Program &program;
  TermPool &pool;
  IgnoredCpu cpu;
  Assembly assembly;
  std::mt19937_64 random{1};
};

void runFunction(const llvm::Function &function, Program &program, sim::Kernel &kernel) {
  TermPool pool;
  RunMemory memory(kernel, pool);
  Chance chance(program, memory, pool);
  llvm::SmallVector<Value, 8> arguments;
  for (uint8_t width : program.codeOf(function).parameterWidths)
    arguments.push_back(chance.input({.name = "argument", .width = width}));
  Interpreter interpreter(program, memory, pool, chance, stackRegion);
  try {
    interpreter.run(function, arguments, stepLimit);
  } catch (const sim::Death &) {
  }
}

void runModule(const llvm::Module &module) {
  Program program({&module});
  if (program.pages() > mostPages)
    return;
  sim::Kernel kernel{*sim::profileNamed("612")};
  RowOfFrames tables;
  kernel.memory.setFrameSource(&tables);
  if (!program.load(kernel, imageFrames))
    return;
  const sim::Memory::State loaded = kernel.memory.state();
  for (const llvm::Function &function : module) {
    kernel.memory.restore(loaded);
    if (!function.isDeclaration())
      runFunction(function, program, kernel);
  }
}

std::unique_ptr<llvm::Module> parsed(const uint8_t *data, size_t size, llvm::LLVMContext &context) {
  llvm::SMDiagnostic error;
  const std::string text(reinterpret_cast<const char *>(data), size); // the parser wants a zero behind
  auto module = llvm::parseIR(llvm::MemoryBufferRef(text, "input"), error, context);
  if (!module)
    return nullptr;
  module->setDataLayout(x86Layout);
  return llvm::verifyModule(*module) ? nullptr : std::move(module);
}

/// What modules are mutated with.
llvm::IRMutator makeMutator() {
  std::vector<llvm::TypeGetter> types{llvm::Type::getInt1Ty,  llvm::Type::getInt8Ty,  llvm::Type::getInt16Ty,
                                      llvm::Type::getInt32Ty, llvm::Type::getInt64Ty, llvm::Type::getInt128Ty,
                                      llvm::Type::getFloatTy};
  std::vector<std::unique_ptr<llvm::IRMutationStrategy>> strategies;
  strategies.push_back(std::make_unique<llvm::InjectorIRStrategy>());
  strategies.push_back(std::make_unique<llvm::InstDeleterIRStrategy>());
  strategies.push_back(std::make_unique<llvm::InstModificationIRStrategy>());
  strategies.push_back(std::make_unique<llvm::InsertFunctionStrategy>());
  strategies.push_back(std::make_unique<llvm::InsertCFGStrategy>());
  strategies.push_back(std::make_unique<llvm::InsertPHIStrategy>());
  strategies.push_back(std::make_unique<llvm::SinkInstructionStrategy>());
  strategies.push_back(std::make_unique<llvm::ShuffleBlockStrategy>());
  return {std::move(types), std::move(strategies)};
}
} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize, unsigned seed) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module = parsed(data, size, context);
  if (!module)
    module = std::make_unique<llvm::Module>("input", context);
  makeMutator().mutateModule(*module, int(seed), maxSize);
  std::string bytes;
  llvm::raw_string_ostream stream(bytes);
  llvm::WriteBitcodeToFile(*module, stream);
  if (bytes.size() > maxSize)
    return size;
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::LLVMContext context;
  if (const std::unique_ptr<llvm::Module> module = parsed(data, size, context))
    runModule(*module);
  return 0;
}
