// A summary as text, for --dump=summary and for tests that compare whole summaries.

#include "checker/summary/serialize.h"

#include "llvm/ADT/StringExtras.h"

namespace kmem::summary {

namespace {

class Dumper {
public:
  Dumper(const FunctionSummary &function, llvm::raw_ostream &out) : function(function), out(out) {}

  void run(const ContentHash *hash) {
    heading(hash);
    for (size_t i = 0; i < function.acquisitions.size(); ++i)
      acquisition(i);
    for (size_t i = 0; i < function.calls.size(); ++i)
      call(i);
    for (const Store &store : function.stores)
      line(store);
    for (const Exit &exit : function.exits)
      line(exit);
  }

private:
  std::string name(NameId id) const { return id < function.names.size() ? function.names[id] : "?"; }
  std::string expr(ExprId id) const { return describe(function, id); }
  std::string place(const Location &where) const {
    return name(where.file) + ":" + std::to_string(where.line) + ":" + std::to_string(where.column);
  }

  void heading(const ContentHash *hash) {
    std::string parameters;
    for (NameId parameter : function.parameters)
      parameters += (parameters.empty() ? "" : ", ") + name(parameter);
    out << "function " << name(function.key) << "(" << parameters << ") at " << place(function.where);
    for (auto [set, word] : {std::pair(function.isStatic, " static"),
                             {function.isInit, " init"},
                             {function.noReturn, " noreturn"},
                             {function.inHeader, " header"},
                             {function.truncated, " truncated"}})
      out << (set ? word : "");
    if (hash)
      out << " #" << llvm::toHex(*hash, true).substr(0, 12);
    out << "\n";
  }

  void acquisition(size_t i) {
    const Acquisition &a = function.acquisitions[i];
    out << "  acquisition#" << i << " " << name(a.primitive) << "(" << name(a.lock)
        << "): " << kmem::describe(a.components) << " at " << place(a.where) << "\n";
  }

  void call(size_t i) {
    const Call &c = function.calls[i];
    out << "  call#" << i << " ";
    if (c.kind == CalleeKind::Direct)
      out << name(c.callee);
    else
      out << "(*" << expr(c.target) << ") " << name(c.signature);
    out << " at " << place(c.where) << (c.dying ? " dying" : "") << "\n";
    for (const PathState &state : c.states)
      line(state);
  }

  void line(const PathState &state) {
    out << "    (";
    llvm::interleaveComma(state.arguments, out, [&](ExprId id) { out << expr(id); });
    out << ")";
    context(state.delta, state.held, state.guard);
    for (const ArgumentRange &range : state.ranges) {
      out << "; arg" << unsigned(range.argument) << " in [" << range.low << ", " << range.high << "]";
      out << (range.checked ? " checked" : "");
    }
    for (const PartRange &range : state.parts) {
      out << "; " << expr(range.value) << " in [" << range.low << ", " << range.high << "]";
      out << (range.checked ? " checked" : "");
    }
    out << "\n";
  }

  void line(const Store &store) {
    out << "  store ";
    switch (store.place) {
    case PlaceKind::Field:
      out << expr(store.base) << "->" << name(store.name);
      break;
    case PlaceKind::Global:
      out << name(store.name);
      break;
    case PlaceKind::Slot:
      out << "local" << store.index << suffix(store.name);
      break;
    case PlaceKind::ParameterPointee:
      out << "*arg" << store.index << suffix(store.name);
      break;
    }
    out << " = " << expr(store.value) << " at " << place(store.where) << "\n";
  }

  void line(const Exit &exit) {
    out << "  exit " << expr(exit.value);
    if (exit.low != 0 || exit.high != ~uint64_t(0))
      out << " in [" << exit.low << ", " << exit.high << "]";
    out << (exit.nonZero ? " nonzero" : "");
    context(exit.delta, exit.held, exit.guard);
    out << "\n";
  }

  std::string suffix(NameId field) const { return field == noName ? "" : "." + name(field); }

  void context(const ContextDelta &delta, const std::vector<uint32_t> &held, const Guard &guard) {
    for (auto [word, depth] : {std::pair("preempt", delta.preempt), {"softirq", delta.softirq}, {"rcu", delta.rcu}})
      if (depth)
        out << " " << word << (depth > 0 ? "+" : "") << int(depth);
    if (delta.irqs != IrqState::Unchanged)
      out << (delta.irqs == IrqState::Off ? " irqs-off" : " irqs-on");
    for (uint32_t index : held)
      out << " held#" << index;
    for (size_t i = 0; i < guard.size(); ++i)
      atom(guard[i], i == 0 ? " if " : " and ");
  }

  void atom(const Atom &atom, llvm::StringRef join) {
    out << join << expr(atom.value) << (atom.outside ? " not in [" : " in [") << atom.low << ", " << atom.high << "]";
  }

  const FunctionSummary &function;
  llvm::raw_ostream &out;
};

} // namespace

void dump(const TuSummary &unit, llvm::raw_ostream &out) {
  out << "unit " << unit.mainFile << "\n";
  for (const Initializer &initializer : unit.initializers)
    out << "initializer " << initializer.global << "." << initializer.field << " = &" << initializer.function << "\n";
  for (size_t i = 0; i < unit.functions.size(); ++i)
    Dumper(unit.functions[i], out).run(i < unit.hashes.size() ? &unit.hashes[i] : nullptr);
}

} // namespace kmem::summary
