// One call of a modelled function: what a model sees of it, what it may ask, how it answers. Arguments that must be
// numbers are made so by the run's Chooser; when that refuses, the model is left by a Refusal.
#pragma once

#include "rules/lib/rules.h"
#include "runtime/exec/interpreter.h"
#include "runtime/exec/machine.h"
#include "runtime/models/gfp_bits.h"
#include "runtime/models/model_state.h"

namespace kmem::replay {

/// Thrown where the chooser would not decide: the run ends.
struct Refusal {
  std::string why;
};

class ModelCall {
public:
  const rules::RuleSet &rules;
  const GfpBits &gfpBits;
  Machine &machine;
  ModelState &now;
  const CallSite &site;
  llvm::StringRef callee;
  const rules::FunctionRule &rule;
  llvm::ArrayRef<Value> arguments;
  Chooser &chooser;

  sim::System &system() const { return machine.system; }
  sim::Kernel &kernel() const { return machine.system.kernel; }
  sim::Context &context() const { return machine.system.kernel.context; }

  // Arguments, by position from 0
  bool has(int argument) const { return argument >= 0 && size_t(argument) < arguments.size(); }
  const Value &argument(int argument) const;
  uint64_t number(int argument, PickFor purpose = PickFor::Argument) {
    return known(this->argument(argument), purpose);
  }
  Address pointer(int argument) { return number(argument, PickFor::Address); }
  uint64_t size(int argument) { return number(argument, PickFor::Size); }
  uint64_t known(const Value &value, PickFor purpose);
  /// Flags as the simulated kernel numbers them: of the rule's argument or its fixed flags, GFP_KERNEL without any.
  sim::Gfp gfp();

  // Questions
  /// A value that the world gives; named after the callee.
  Value fresh(unsigned width, llvm::StringRef what = "");
  /// Which way a condition on values goes.
  bool decide(const Value &condition);
  /// The first way of two is the usual one.
  bool unusual(ChoiceKind kind);
  void simplified(llvm::StringRef how) { chooser.shortcut(ShortcutKind::Model, (title() + ": " + how).str()); }

  // Memory of the program
  Value load(Address address, unsigned width) { return machine.memory.load(address, width); }
  void store(Address address, const Value &value) { machine.memory.store(address, value); }
  void storeWord(Address address, uint64_t value) { store(address, Value::known(value, maxWidth)); }
  /// The bytes may be anything from now on.
  void open(Address address, uint64_t size);
  /// All of the object that lies there, as far as that is known.
  void openObject(Address address);
  /// Time passes: what shows it may be anything.
  void passTime();
  /// What an argument points to, when it is a pointer.
  void openPointee(int argument);

  // Results
  Values nothing() const { return returns(0); }
  Values returns(uint64_t value) const;
  Values returns(const Value &value) const;
  /// Any result of the callee's type.
  Values returnsFresh();

  /// "kmalloc()", for people.
  std::string title() const { return rule.spelling + "()"; }
  /// Where reports say it happened: the callee. Valid as long as the call.
  sim::CodeSite calleeSite() const { return {rule.spelling.c_str(), rule.spelling.c_str(), 0}; }
};

/// What a modelled function does; the results in the callee's slots.
using Model = Values (*)(ModelCall &);

} // namespace kmem::replay
