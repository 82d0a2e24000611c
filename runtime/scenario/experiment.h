// What the groups share: numbered records and the console of one experiment, kept as the recording module keeps it.
#pragma once

#include "runtime/kernel/layout.h"
#include "runtime/scenario/group.h"

#include "runtime/kernel/console.h"

namespace kmem::sim {

class Experiments {
public:
  Experiments(System &system, Emit emit) : system(system), emit(emit) {}

  /// One-shot warnings may come again; console() starts here.
  void begin();
  /// {"id": next number, "op": op}.
  Record row(llvm::StringRef op) { return Record{{"id", nextId++}, {"op", op.str()}}; }
  /// Lines since begin() without those the recording drops, at most as many as it keeps.
  llvm::json::Array splat() const;
  /// Sets "splat", and "splat_lines" when there are more.
  void addSplat(Record &record) const;
  /// addSplat() and emit.
  void finish(Record record);
  void finishWithoutSplat(Record record) { emit(std::move(record)); }
  /// Whether a line since begin() contains `text`.
  bool printed(llvm::StringRef text) const;

  int64_t nextId = 0;

private:
  System &system;
  Emit emit;
  Console::Mark start = 0;
};

/// One-shot and rate-limited warnings may be printed again, lockdep is on again.
void rearmWarnings(System &system);
/// "0x10".
std::string hexadecimal(uint64_t value);
/// The largest power of two that divides the address, at most 1 << 30; 0 for NULL.
uint64_t alignmentOf(Address address);

} // namespace kmem::sim
