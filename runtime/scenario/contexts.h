// Contexts that kernel code runs in, by name: locks and sections that a thread enters and leaves, and handlers that run
// something on their own. One Contexts belongs to one machine; each lock-like context takes one lock of its own, so
// that entering it twice is the deadlock it is in a kernel.
#pragma once

#include "runtime/kernel/deferred.h"
#include "runtime/kernel/locks.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace kmem::sim {

class Contexts;
class System;

struct ContextInfo {
  llvm::StringRef name;
  llvm::StringRef meaning;
  void (*enter)(Contexts &contexts);
  void (*leave)(Contexts &contexts); ///< null for a handler: it cannot be left by hand
  bool isHandler() const { return !leave; }
};

llvm::ArrayRef<ContextInfo> contexts();
const ContextInfo *contextNamed(llvm::StringRef name); ///< null when there is none
std::string contextNames();                            ///< with blanks between
std::string enterableContextNames();                   ///< without handlers

class Contexts {
public:
  explicit Contexts(System &system);
  Contexts(const Contexts &) = delete;
  Contexts &operator=(const Contexts &) = delete;

  /// Runs `body` in the contexts, outermost first. False when the innermost was not reached, because a handler cannot
  /// run in the context around it. A Death flies out.
  bool runIn(llvm::ArrayRef<std::string> names, llvm::function_ref<void()> body);
  void enter(llvm::StringRef name) { contextNamed(name)->enter(*this); }
  void leave(llvm::StringRef name) { contextNamed(name)->leave(*this); }

  // For the table of contexts.
  System &system;
  struct {
    LockId spin, spinBh, spinIrq, raw, rawIrq, readWrite, write, bit, local, localIrq, seqlock, seqcount, mutex,
        semaphoreRead, semaphoreWrite, srcu;
  } locks;
  struct {
    DeferredId work, workBh, irqWork, irqWorkLazy, hrtimerHard, hrtimerSoft, tasklet, timer;
  } items;
  CallbackId bodyCallback, threadCallback;
  std::vector<uint32_t> saved; ///< what was before: interrupt flags, task flags; innermost last
  uint32_t takeSaved();
  void runBody();

private:
  llvm::function_ref<void()> *body = nullptr; ///< what the next handler runs
};

} // namespace kmem::sim
