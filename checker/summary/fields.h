// Stage: summary. The binary form, struct by struct: each function names the fields of one struct in the order they are
// stored. ByteWriter and ByteReader both run through these lists. A new field is one more name here and a raised
// formatVersion.
#pragma once

#include "checker/summary/byte_archive.h"
#include "checker/summary/summary.h"

namespace kmem::summary {

constexpr ExprKind lastOf(ExprKind) { return ExprKind(exprKindCount - 1); }
constexpr Predicate lastOf(Predicate) { return Predicate::Sge; }
constexpr IrqState lastOf(IrqState) { return IrqState::On; }
constexpr CalleeKind lastOf(CalleeKind) { return CalleeKind::Indirect; }
constexpr PlaceKind lastOf(PlaceKind) { return PlaceKind::ParameterPointee; }

template <typename Io> void fields(Io &io, In<Io, ContextSet> &set) {
  uint8_t raw = set.raw();
  io.put(raw);
  if constexpr (!Io::writing)
    set = ContextSet::fromRaw(raw);
}

template <typename Io> void fields(Io &io, In<Io, Expr> &expr) {
  io(expr.kind, expr.width, expr.predicate);
  io.index(Table::Names, expr.name);
  io(expr.value);
  io.index(Table::Exprs, expr.a);
  io.index(Table::Exprs, expr.b);
  io.index(Table::Exprs, expr.c);
}

template <typename Io> void fields(Io &io, In<Io, Location> &location) {
  io.index(Table::Names, location.file);
  io(location.line, location.column);
}

template <typename Io> void fields(Io &io, In<Io, Atom> &atom) {
  io.index(Table::Exprs, atom.value);
  io(atom.low);
  io.upperBound(atom.high);
  io(atom.outside);
}

template <typename Io> void fields(Io &io, In<Io, ContextDelta> &delta) {
  io(delta.preempt, delta.softirq, delta.rcu, delta.irqs);
}

template <typename Io> void fields(Io &io, In<Io, Acquisition> &acquisition) {
  io(acquisition.where);
  io.index(Table::Names, acquisition.primitive);
  io.index(Table::Names, acquisition.lock);
  io(acquisition.components);
}

template <typename Io> void fields(Io &io, In<Io, ArgumentRange> &range) {
  io(range.argument, range.low);
  io.upperBound(range.high);
  io(range.checked);
}

template <typename Io> void fields(Io &io, In<Io, PartRange> &range) {
  io.index(Table::Exprs, range.value);
  io(range.low);
  io.upperBound(range.high);
  io(range.checked);
}

template <typename Io> void fields(Io &io, In<Io, PathState> &state) {
  io(state.delta);
  io.indices(Table::Acquisitions, state.held);
  io(state.guard);
  io.indices(Table::Exprs, state.arguments);
  io(state.ranges, state.parts);
}

template <typename Io> void fields(Io &io, In<Io, Call> &call) {
  io(call.where, call.kind);
  io.index(Table::Names, call.callee);
  io.index(Table::Exprs, call.target);
  io.index(Table::Names, call.signature);
  io(call.dying, call.states);
}

template <typename Io> void fields(Io &io, In<Io, Store> &store) {
  io(store.where, store.place);
  io.index(Table::Names, store.name);
  io(store.index);
  io.index(Table::Exprs, store.base);
  io.index(Table::Exprs, store.value);
}

template <typename Io> void fields(Io &io, In<Io, Exit> &exit) {
  io(exit.delta);
  io.indices(Table::Acquisitions, exit.held);
  io(exit.guard);
  io.index(Table::Exprs, exit.value);
  io(exit.low);
  io.upperBound(exit.high);
  io(exit.nonZero);
}

/// An expression is built from earlier ones, so the reader can promise that following operands ends.
template <typename Io> void exprFields(Io &io, In<Io, std::vector<Expr>> &exprs) {
  io.count(exprs);
  for (size_t i = 0; i < exprs.size(); ++i) {
    io.limit(Table::Exprs, i ? i : 1);
    fields(io, exprs[i]);
  }
  io.limit(Table::Exprs, exprs.size());
}

template <typename Io> void fields(Io &io, In<Io, FunctionSummary> &function) {
  io(function.names);
  io.limit(Table::Names, function.names.size());
  io.index(Table::Names, function.key);
  io.index(Table::Names, function.symbol);
  io(function.where, function.isStatic, function.isInit, function.noReturn, function.inHeader, function.truncated);
  io.indices(Table::Names, function.parameters);
  exprFields(io, function.exprs);
  io(function.acquisitions);
  io.limit(Table::Acquisitions, function.acquisitions.size());
  io(function.calls, function.stores, function.exits);
}

template <typename Io> void fields(Io &io, In<Io, Initializer> &initializer) {
  io(initializer.field, initializer.global, initializer.function);
}

} // namespace kmem::summary
