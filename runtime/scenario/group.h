// Groups of experiments that the truth files were recorded with, re-enacted on a simulated machine: the same calls in
// the same order, each emitting the record that the kernel module writes there. A group adds itself by one declaration
// here and one row in groups.cpp.
//
// Comparison is not a group's business: it emits everything, conform.h matches by "id" (or "api" and "ctx").
#pragma once

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/JSON.h"

namespace kmem::sim {

class System;
struct TruthFile;

/// One experiment's result. The order of its keys does not matter.
using Record = llvm::json::Object;
using Emit = llvm::function_ref<void(Record)>;

struct Group {
  llvm::StringRef name;    ///< first part of a truth file's name: "sizes", "matrix"
  llvm::StringRef variant; ///< "" or a part after the kernel's tag: "sleepers", "ipi"
  /// On a machine that has just booted. May throw Death only for the death of the machine that ended the recording.
  /// The recording says what state its guest was in.
  void (*run)(System &system, Emit emit, const TruthFile &recording);
};

/// Sorted by name, then variant.
llvm::ArrayRef<Group> groups();
/// Null when there is none.
const Group *groupNamed(llvm::StringRef name, llvm::StringRef variant);

// One function a group, in <name>_group.cpp.
void runBuddyGroup(System &system, Emit emit);
void runCachesGroup(System &system, Emit emit);
void runExhaustGroup(System &system, Emit emit, const TruthFile &recording);
void runFaultGroup(System &system, Emit emit);
void runGfpGroup(System &system, Emit emit);
void runOomGroup(System &system, Emit emit);
void runSizesGroup(System &system, Emit emit);
void runMatrixGroup(System &system, Emit emit);
void runMatrixIpiGroup(System &system, Emit emit);
void runMatrixSleepersGroup(System &system, Emit emit);
void runMismatchGroup(System &system, Emit emit);
void runMiscGroup(System &system, Emit emit);
void runVmallocGroup(System &system, Emit emit);

} // namespace kmem::sim
