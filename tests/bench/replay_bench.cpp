// ./dev bench replay: how many IR instructions a second the interpreter runs when all values are known, and how many
// states a second a search goes through. Exit code 1 when it is slower than it must be.
#include "runtime/search/search.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/SourceMgr.h"

#include <benchmark/benchmark.h>
#include <cstdio>

namespace {

using namespace kmem;
using namespace kmem::replay;

constexpr double leastPerSecond = 5e6;
constexpr double prototypePerSecond = 175e3; ///< of the engine that this one was to beat, without its solver
constexpr uint64_t iterations = 20000;
constexpr uint64_t noLimit = ~uint64_t(0) >> 1;

/// A pseudo-random sequence; the same on local memory, which is plain, and on a variable, whose bytes are noted to be
/// settled; and code with 1024 ways that none leads on from.
constexpr char programText[] = R"(
  @table = global [512 x i64] zeroinitializer

  define i64 @compute(i64 %n) {
  entry:
    br label %loop
  loop:
    %i = phi i64 [ 0, %entry ], [ %next, %loop ]
    %x = phi i64 [ 88172645463325252, %entry ], [ %x3, %loop ]
    %a = shl i64 %x, 13
    %x1 = xor i64 %x, %a
    %b = lshr i64 %x1, 7
    %x2 = xor i64 %x1, %b
    %c = shl i64 %x2, 17
    %x3 = xor i64 %x2, %c
    %next = add i64 %i, 1
    %more = icmp ult i64 %next, %n
    br i1 %more, label %loop, label %done
  done:
    ret i64 %x3
  }

  define i64 @mix(ptr %at, i64 %n) {
  entry:
    br label %fill
  fill:
    %f = phi i64 [ 0, %entry ], [ %fnext, %fill ]
    %fp = getelementptr i64, ptr %at, i64 %f
    store i64 %f, ptr %fp
    %fnext = add i64 %f, 1
    %fmore = icmp ult i64 %fnext, 512
    br i1 %fmore, label %fill, label %loop
  loop:
    %i = phi i64 [ 0, %fill ], [ %next, %loop ]
    %index = and i64 %i, 511
    %p = getelementptr i64, ptr %at, i64 %index
    %v = load i64, ptr %p
    %w = add i64 %v, %i
    store i64 %w, ptr %p
    %half = getelementptr i8, ptr %p, i64 4
    %u = load i32, ptr %half
    %u1 = xor i32 %u, 77
    store i32 %u1, ptr %half
    %byte = load i8, ptr %p
    %odd = trunc i8 %byte to i1
    %next = add i64 %i, 1
    %more = icmp ult i64 %next, %n
    br i1 %more, label %loop, label %done
  done:
    %wide = zext i1 %odd to i64
    ret i64 %wide
  }

  define i64 @local(i64 %n) {
    %array = alloca [512 x i64]
    %r = call i64 @mix(ptr %array, i64 %n)
    ret i64 %r
  }

  define i64 @variable(i64 %n) {
    %r = call i64 @mix(ptr @table, i64 %n)
    ret i64 %r
  }

  declare void @goal()
)";

constexpr unsigned decisions = 10;

/// define void @ways(i8, ...): as many branches as parameters, then the goal if their bits say what they cannot.
std::string functionWithWays() {
  std::string text = "define void @ways(", body;
  for (unsigned i = 0; i < decisions; ++i) {
    const std::string n = std::to_string(i), next = std::to_string(i + 1);
    text += (i ? ", i8 %a" : "i8 %a") + n;
    body += "b" + n + ":\n %c" + n + " = icmp ugt i8 %a" + n + ", 9\n br i1 %c" + n + ", label %y" + n + ", label %b" +
            next + "\ny" + n + ":\n store i8 1, ptr @table\n br label %b" + next + "\n";
  }
  return text + ") {\nentry:\n br label %b0\n" + body + "b" + std::to_string(decisions) +
         ":\n %low = and i8 %a0, 1\n %never = icmp eq i8 %low, 2\n br i1 %never, label %go, label %out\ngo:\n"
         " call void @goal()\n br label %out\nout:\n ret void\n}\n";
}

/// Calls are entered when they have a body; nothing else is known.
class Bodies final : public Environment {
public:
  explicit Bodies(const Program &program) : program(program) {}
  CallOutcome call(const CallSite &, const llvm::Function *target, llvm::ArrayRef<Value>) override {
    const llvm::Function *body = target ? program.definitionOf(*target) : nullptr;
    return {body, {}, body ? "" : "no body"};
  }
  Value input(const Input &input) override { return Value::known(0, input.width); }
  std::optional<bool> branch(const Fork &) override { return std::nullopt; }
  std::optional<uint64_t> pick(TermRef, PickFor) override { return std::nullopt; }
  unsigned choose(ChoiceKind, std::string_view, unsigned) override { return 0; }
  void shortcut(ShortcutKind, std::string_view) override {}

private:
  const Program &program;
};

struct Setting {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module;
  Program program;
  TermPool pool;
  sim::Profile profile;
  Machine machine;

  Setting() : module(parse()), program({module.get()}), profile(kernel()), machine(profile, program, pool) {}
  std::unique_ptr<llvm::Module> parse() {
    llvm::SMDiagnostic error;
    return llvm::parseAssemblyString(programText + functionWithWays(), error, context);
  }
  /// As kmem-replay simulates it.
  static sim::Profile kernel() {
    sim::Profile profile = *sim::profileNamed("612dbg");
    profile.memoryBytes = uint64_t(2) << 30;
    sim::settle(profile);
    return profile;
  }
};

void run(benchmark::State &state, const char *function) {
  Setting setting;
  Bodies world(setting.program);
  Interpreter code(setting.program, setting.machine.memory, setting.pool, world,
                   {setting.machine.stackBottom, setting.machine.stackTop});
  const llvm::Function &body = *setting.module->getFunction(function);
  const Interpreter::State before = code.state();
  for (auto _ : state) {
    code.restore(before);
    const Stop stop = code.run(body, {Value::known(iterations, 64)}, noLimit);
    if (stop.kind != StopKind::Returned)
      state.SkipWithError(stop.why.c_str());
  }
  state.SetItemsProcessed(int64_t(code.stepsTaken()));
}
void compute(benchmark::State &state) { run(state, "compute"); }
void localMemory(benchmark::State &state) { run(state, "local"); }
void variables(benchmark::State &state) { run(state, "variable"); }

RunPlan planTo(const llvm::Function &function, const CalleePolicy &callees) {
  RouteHop hop{&function, {}};
  for (const llvm::Instruction &instruction : llvm::instructions(function))
    if (auto *call = llvm::dyn_cast<llvm::CallBase>(&instruction))
      hop.calls.push_back(call);
  Stage stage;
  stage.contexts.resize(1);
  stage.route = std::make_shared<Route>(std::vector{hop});
  RunPlan plan{{stage}, {}, &callees, {}};
  plan.target.kind = TargetKind::Reach;
  return plan;
}

/// Paths that are forked, decided and followed to their end.
void states(benchmark::State &state) {
  const rules::RuleSet rules = llvm::cantFail(rules::loadRules(KMEM_SOURCE_DIR "/rules", {}));
  Setting setting;
  const TreeValues values;
  const CalleePolicy callees(rules, setting.program, {}, 30);
  const RunPlan plan = planTo(*setting.module->getFunction("ways"), callees);
  const Machine::State before = setting.machine.state();
  int64_t paths = 0;
  for (auto _ : state) {
    setting.machine.restore(before);
    Models models(rules, values, setting.machine);
    const SearchResult found = Search(plan, setting.machine, models, {.seconds = 60}).run();
    if (found.end != SearchEnd::Exhausted)
      state.SkipWithError("the search did not go through all ways");
    paths += int64_t(found.counts.paths);
  }
  state.SetItemsProcessed(paths);
}

BENCHMARK(compute);
BENCHMARK(localMemory);
BENCHMARK(variables);
BENCHMARK(states)->Unit(benchmark::kMillisecond);

/// Remembers how many items a second of processor time each one has done.
class Collector : public benchmark::ConsoleReporter {
public:
  std::map<std::string, double> perSecond;
  void ReportRuns(const std::vector<Run> &runs) override {
    for (const Run &run : runs)
      if (auto found = run.counters.find("items_per_second"); found != run.counters.end())
        perSecond[run.run_name.str()] = found->second;
    ConsoleReporter::ReportRuns(runs);
  }
};

bool printLimits(const std::map<std::string, double> &perSecond) {
  bool kept = true;
  for (const auto &[name, rate] : perSecond) {
    if (name == "states") {
      std::printf("%-12s %8.0f /s\n", "states", rate);
      continue;
    }
    kept &= rate >= leastPerSecond;
    std::printf("%-12s %8.2f M instructions/s, limit %.0f M/s, %4.0f x the prototype's %.0f k/s  %s\n", name.c_str(),
                rate / 1e6, leastPerSecond / 1e6, rate / prototypePerSecond, prototypePerSecond / 1e3,
                rate >= leastPerSecond ? "kept" : "MISSED");
  }
  return kept;
}

} // namespace

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  Collector collector;
  benchmark::RunSpecifiedBenchmarks(&collector);
  return printLimits(collector.perSecond) ? 0 : 1;
}
