// A machine with a tiny program, the shipped rules and a chooser that a test scripts: models are called by name.
#pragma once

#include "rules/lib/rules.h"
#include "runtime/models/models.h"
#include "runtime/models/registry.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/SourceMgr.h"

#include <deque>
#include <gtest/gtest.h>
#include <map>

namespace kmem::replay {

/// Answers from lists; what is on none is the usual way.
class ScriptedChooser final : public Chooser {
public:
  explicit ScriptedChooser(TermPool &pool) : pool(pool) {}

  Value input(const Input &input) override {
    inputs.push_back(input);
    return Value::symbolic(pool, pool.variable(input.name, input.width));
  }
  std::optional<bool> branch(const Fork &) override {
    return refuses ? std::nullopt : std::optional(take(branches) != 0);
  }
  std::optional<uint64_t> pick(TermRef, PickFor purpose) override {
    picked.push_back(purpose);
    return refuses ? std::nullopt : std::optional<uint64_t>(take(picks));
  }
  unsigned choose(ChoiceKind kind, std::string_view what, unsigned) override {
    asked.push_back(std::string(what));
    return unsigned(take(choices[kind]));
  }
  void shortcut(ShortcutKind kind, std::string_view what) override { shortcuts.emplace_back(kind, what); }

  // The script
  std::map<ChoiceKind, std::deque<uint64_t>> choices;
  std::deque<uint64_t> picks, branches;
  bool refuses = false;
  // What was asked
  std::vector<Input> inputs;
  std::vector<PickFor> picked;
  std::vector<std::string> asked;
  std::vector<std::pair<ShortcutKind, std::string>> shortcuts;

private:
  static uint64_t take(std::deque<uint64_t> &list) {
    if (list.empty())
      return 0;
    const uint64_t first = list.front();
    list.pop_front();
    return first;
  }
  TermPool &pool;
};

/// Open bytes become variables.
class FreshReads final : public FirstReads {
public:
  explicit FreshReads(TermPool &pool) : pool(pool) {}
  Value firstRead(Address, unsigned width) override { return Value::symbolic(pool, pool.variable("read", width)); }

private:
  TermPool &pool;
};

class ModelsTest : public testing::Test {
protected:
  static constexpr const char *programText = R"(
    @text = constant [6 x i8] c"hello\00"
    @other = constant [6 x i8] c"help!\00"
    @counter = global i32 0
    @buffer = global [256 x i8] zeroinitializer
    @page_offset_base = external global i64
    define void @body() { ret void }
  )";

  explicit ModelsTest(const char *profile = "612dbg-1024M", const char *version = "6.12")
      : rules(shippedRules(version)), module(parse()), program(llvm::ArrayRef<const llvm::Module *>{module.get()}),
        machine(*sim::profileNamed(profile), program, pool), chooser(pool), reads(pool),
        values(valuesOf(machine.system.profile().gfp)), models(rules, values, machine) {
    machine.memory.setFirstReads(&reads);
    mark = machine.system.kernel.console.mark();
  }

  static const rules::RuleSet &shippedRules(const char *version) {
    static std::map<std::string, rules::RuleSet> loaded;
    auto [place, isNew] = loaded.try_emplace(version);
    if (isNew) {
      rules::TreeFacts facts;
      facts.version = version;
      place->second = llvm::cantFail(rules::loadRules(KMEM_SOURCE_DIR "/rules", facts));
    }
    return place->second;
  }
  std::unique_ptr<llvm::Module> parse() {
    llvm::SMDiagnostic error;
    return llvm::parseAssemblyString(programText, error, context);
  }
  /// The tree of a kernel that is the simulated one.
  static TreeValues valuesOf(const sim::GfpFlags &gfp) {
    TreeValues values;
    for (const char *name : {"__GFP_DMA", "__GFP_HIGHMEM", "__GFP_DMA32", "__GFP_HIGH", "__GFP_IO", "__GFP_FS",
                             "__GFP_ZERO", "__GFP_DIRECT_RECLAIM", "__GFP_KSWAPD_RECLAIM", "__GFP_NOWARN",
                             "__GFP_NOFAIL", "__GFP_NORETRY", "__GFP_COMP"})
      values[name] = gfp.named(name).value_or(0);
    return values;
  }

  const llvm::Function *declared(llvm::StringRef name) {
    auto *type = llvm::FunctionType::get(llvm::Type::getInt64Ty(context), true);
    return llvm::cast<llvm::Function>(module->getOrInsertFunction(name, type).getCallee());
  }
  std::optional<Environment::CallOutcome> outcomeOf(llvm::StringRef name, std::vector<Value> arguments,
                                                    unsigned width = 64) {
    CallSite site;
    site.direct = declared(name);
    site.resultWidths.push_back(uint8_t(width));
    return models.call(site, name, arguments, chooser);
  }
  /// The result of a modelled call.
  Value callWith(llvm::StringRef name, std::vector<Value> arguments) {
    const auto outcome = outcomeOf(name, std::move(arguments));
    EXPECT_TRUE(outcome && outcome->refusal.empty()) << name.str() << ": " << (outcome ? outcome->refusal : "no model");
    return outcome && !outcome->results.empty() ? outcome->results.front() : Value::known(0, 64);
  }
  template <typename... Numbers> uint64_t call(llvm::StringRef name, Numbers... numbers) {
    const Value result = callWith(name, {Value::known(uint64_t(numbers), 64)...});
    return result.isKnown() ? result.bits() : ~uint64_t(0);
  }
  template <typename... Numbers> bool dies(llvm::StringRef name, Numbers... numbers) {
    try {
      call(name, numbers...);
    } catch (const sim::Death &) {
      return true;
    }
    return false;
  }
  Value variable(const char *name, unsigned width = 64) { return Value::symbolic(pool, pool.variable(name, width)); }
  Address addressOf(llvm::StringRef name) const { return program.layout().addressOf(*module->getNamedValue(name)); }
  Address lazyObject(const char *name = "object") { return machine.objects.make(nullptr, name); }
  uint64_t wordAt(Address address) { return machine.memory.load(address, 64).bits(); }

  void enter(ContextComponent component, uint8_t amount = 1) {
    ContextCounts counts{};
    counts[unsigned(component)] = amount;
    models.enter(counts);
  }
  /// What the simulated kernel has printed in the test.
  std::string printed() const {
    std::string all;
    for (const std::string &line : machine.system.kernel.console.since(mark))
      all += line + "\n";
    return all;
  }
  bool says(llvm::StringRef text) const { return llvm::StringRef(printed()).contains(text); }
  sim::Context &cpu() { return machine.system.kernel.context; }
  uint64_t gfpKernel() const { return machine.system.profile().gfp.kernel(); }
  uint64_t gfpAtomic() const { return machine.system.profile().gfp.atomicAllocation(); }

  const rules::RuleSet &rules;
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module;
  TermPool pool;
  Program program;
  Machine machine;
  ScriptedChooser chooser;
  FreshReads reads;
  TreeValues values;
  Models models;
  sim::Console::Mark mark = 0;
};

} // namespace kmem::replay
