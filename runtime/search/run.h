// One run of a route: the interpreter with the models of the kernel around it, on one machine. What is left open is the
// Chooser's to decide, so that a search and a replay are the same run with other deciders.
//
// A call on the route goes on along it; another one is what its model, its body or, when neither is there or the body
// is not to be run, a stub makes of it.
#pragma once

#include "runtime/models/models.h"
#include "runtime/search/callee_policy.h"
#include "runtime/search/cpu.h"
#include "runtime/search/injection.h"
#include "runtime/search/route.h"
#include "runtime/search/target.h"

#include <memory>

namespace kmem::replay {

/// A function that the world calls: a route, and where on it the run begins.
struct Stage {
  std::shared_ptr<const Route> route;
  std::vector<ContextCounts> contexts; ///< of the CPU at the entry of each hop
  size_t first = 0;
};

/// What to run and what to look for; shared by all runs of one finding. Stages before the last one make memory: their
/// route ends at an allocation, which must have succeeded and be live when they return.
struct RunPlan {
  std::vector<Stage> stages;
  Target target;
  const CalleePolicy *callees = nullptr;
  std::vector<std::string> heldFields; ///< "struct.field" or a variable: where that memory is found by the last stage
  Injection injection = {};            ///< what fails by order
};

class Run final : public Environment, private FirstReads {
public:
  /// All of them outlive the run. With `keepsStates`, state() may be asked for in the middle of a call.
  Run(const RunPlan &plan, Machine &machine, Models &models, Chooser &chooser, bool keepsStates);
  ~Run() override;
  Run(const Run &) = delete;
  Run &operator=(const Run &) = delete;

  /// Runs the stages, each in its context and with arguments that are inputs, until something ends it.
  Stop start(uint64_t steps);
  Stop resume(uint64_t steps);

  /// The finding's claim came true; the run has ended there.
  bool isMet() const { return met; }
  /// It ended because it could not come to the next call any more: nothing was left out.
  bool isAstray() const { return astray; }
  /// Whether what decided it, the flags or the size, is an argument that the last stage's first function was given.
  bool isDecidedByArgument() const { return decidedByArgument; }
  /// Where the console stood before the call that met it.
  sim::Console::Mark reportMark() const { return mark; }

  struct State {
    Machine::State machine;
    Interpreter::State code;
    ModelState models;
    size_t stage = 0;
    Address held = 0;     ///< memory that an earlier stage has made
    uint32_t earlier = 0; ///< slots of objects that earlier stages followed
    uint32_t passes = 0;  ///< of the site, without the claim
  };
  /// Before the instruction in hand: also while its call is under way.
  State state() const;
  void restore(const State &state);
  const Interpreter &interpreter() const { return code; }
  /// Counts the calls that models, assembly and stubs performed; changes when another one begins.
  uint64_t callNumber() const { return calls; }
  bool isInCall() const { return beforeCall.has_value(); }
  /// The call in hand is the site's own.
  bool isAtSite() const { return atSite; }
  /// The hop whose function is the innermost frame, when nothing else was called from there.
  std::optional<size_t> hopInHand() const;
  /// Blocks that the innermost function on the route has left to go; nothing when it can no longer get there, or before
  /// the run is on its route.
  std::optional<unsigned> distanceLeft() const;
  /// How many hops of the route the call stack follows.
  size_t hopsEntered() const;
  const Stage &stage() const { return plan.stages[stageInHand]; }
  /// An object of earlier stages that a pointer so declared leads to as a rule: what one function of a driver was given
  /// is given to the next as well. Null when there is none.
  const LazyObject *sharedObject(const llvm::DIType *pointerType) const {
    return machine.objects.followedLike(pointerType, earlier);
  }

  // Environment
  CallOutcome call(const CallSite &site, const llvm::Function *target, llvm::ArrayRef<Value> arguments) override;
  Value input(const Input &input) override { return chooser.input(input); }
  std::optional<bool> branch(const Fork &fork) override { return chooser.branch(fork); }
  std::optional<uint64_t> pick(TermRef value, PickFor purpose) override { return chooser.pick(value, purpose); }
  unsigned choose(ChoiceKind kind, std::string_view what, unsigned count) override {
    return chooser.choose(kind, what, count);
  }
  std::optional<uint64_t> settled(const Value &value) override { return chooser.settled(value); }
  void shortcut(ShortcutKind kind, std::string_view what) override { chooser.shortcut(kind, what); }

private:
  Value firstRead(Address address, unsigned width) override;
  Stop guarded(llvm::function_ref<Stop()> body);
  Stop enterStage(uint64_t steps);
  Stop throughStages(Stop stop, uint64_t steps);
  bool comesOnce() const;
  CallOutcome goneAstray(const char *why);
  bool isSiteOnTheWay(const CallSite &site) const;
  bool isLastStage() const { return stageInHand + 1 == plan.stages.size(); }
  State stateNow() const;
  CallOutcome atAllocation(const CallSite &site, const llvm::Function *target, llvm::ArrayRef<Value> arguments);
  bool comesFromEntry(llvm::ArrayRef<Value> arguments) const;
  std::vector<Value> firstArguments(const llvm::Function &function);
  CallOutcome performed(const CallSite &site, const llvm::Function *target, llvm::ArrayRef<Value> arguments);
  CallOutcome atTarget(const CallSite &site, const llvm::Function *target, llvm::ArrayRef<Value> arguments);
  bool isInsideTarget() const;
  bool isReported() const;
  CallOutcome survived(const CallSite &site, const llvm::Function *target, llvm::ArrayRef<Value> arguments);
  CallOutcome alongRoute(size_t next, const CallSite &site, const llvm::Function *target,
                         llvm::ArrayRef<Value> arguments);
  CallOutcome assembled(const CallSite &site, llvm::ArrayRef<Value> arguments);
  CallOutcome stubbed(const CallSite &site, const llvm::Function *target, llvm::ArrayRef<Value> arguments);

  const RunPlan &plan;
  Machine &machine;
  Models &models;
  InjectedChooser chooser;
  const bool keepsStates;
  Cpu cpu;
  Assembly assembly;
  Interpreter code;
  std::optional<State> beforeCall; ///< while a model or assembly is at work
  size_t stageInHand = 0;
  Address held = 0;
  uint32_t earlier = 0, passes = 0;
  uint64_t calls = 0;
  bool met = false, decidedByArgument = false, atSite = false, astray = false;
  std::vector<TermRef> entryArguments; ///< of the stage in hand, those that are not known
  sim::Console::Mark mark = 0;
};

} // namespace kmem::replay
