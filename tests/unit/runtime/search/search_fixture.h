// A C file, compiled as kmem-replay does, and a search for a way from its start() to a call of goal().
#pragma once

#include "core/frontend/kernel_module.h"
#include "core/frontend/lower.h"
#include "runtime/search/search.h"
#include "tests/unit/runtime/c_unit.h"

#include "llvm/IR/InstIterator.h"

#include <gtest/gtest.h>

namespace kmem::replay {

class SearchTest : public testing::Test {
protected:
  SearchTest() : rules(shippedRules()) {}

  KernelModule compile(llvm::StringRef text) const {
    TranslationUnit unit = writeUnit(folder, text);
    unit.arguments = adaptArguments(unit);
    FrontendOptions options;
    options.sourceRoot = folder.path();
    options.describeTypes = true;
    auto module = compileUnit(unit, options);
    if (!module) {
      ADD_FAILURE() << llvm::toString(module.takeError());
      return {};
    }
    lowerModule(*module->module);
    return std::move(*module);
  }

  /// The function with its calls of `callee`.
  static RouteHop hopTo(const llvm::Module &module, llvm::StringRef function, llvm::StringRef callee) {
    RouteHop hop{module.getFunction(function), {}};
    for (const llvm::Instruction &instruction : llvm::instructions(*hop.function))
      if (auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction))
        if (call->getCalledFunction() && call->getCalledFunction()->getName() == callee)
          hop.calls.push_back(call);
    return hop;
  }

  /// Searches along these functions, each calling the next one; the last one calls goal().
  SearchResult search(llvm::StringRef text, SearchLimits limits = {},
                      const std::vector<std::string> &route = {"start"}) {
    const KernelModule code = compile(text);
    Program program({code.module.get()});
    Stage stage;
    stage.contexts.resize(route.size());
    std::vector<RouteHop> hops;
    for (size_t i = 0; i < route.size(); ++i)
      hops.push_back(hopTo(*code.module, route[i], i + 1 < route.size() ? llvm::StringRef(route[i + 1]) : "goal"));
    stage.route = std::make_shared<Route>(std::move(hops));
    const CalleePolicy callees(rules, program, {}, /*skipAbove=*/30);
    RunPlan plan{{std::move(stage)}, {}, &callees, {}};
    plan.target.kind = TargetKind::Reach;
    TermPool pool;
    Machine machine(*sim::profileNamed("612dbg-1024M"), program, pool);
    const TreeValues values;
    Models models(rules, values, machine);
    SearchResult found = Search(plan, machine, models, limits).run();
    found.blockedAt = nullptr; // the module goes away
    return found;
  }

  /// The value that the witness gives an input; fails the test when it has none of that name.
  static uint64_t given(const SearchResult &found, llvm::StringRef name) {
    for (const WitnessEntry &entry : found.witness.entries)
      if (entry.kind == WitnessEntry::Kind::Input && entry.text == name)
        return entry.value;
    ADD_FAILURE() << "no input " << name.str();
    return 0;
  }
  static std::vector<uint64_t> chosen(const SearchResult &found, ChoiceKind kind) {
    std::vector<uint64_t> ways;
    for (const WitnessEntry &entry : found.witness.entries)
      if (entry.kind == WitnessEntry::Kind::Choice && entry.choice == kind)
        ways.push_back(entry.value);
    return ways;
  }
  /// Nothing was cut: there is no way.
  static void expectNoWay(const SearchResult &found) {
    EXPECT_EQ(found.end, SearchEnd::Exhausted);
    for (const auto &[kind, what] : found.shortcuts)
      ADD_FAILURE() << "shortcut: " << what;
  }

  const rules::RuleSet &rules;
  test::TemporaryDirectory folder;
};

} // namespace kmem::replay
