// Fault injection with the kernel's own parameters: which requests of a run fail is then decided by the simulated
// kernel's capabilities (failslab, fail_page_alloc, fail_usercopy) and no longer free.
#pragma once

#include "runtime/exec/chooser.h"
#include "runtime/fault/kernel_faults.h"
#include "runtime/sim/system.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace kmem::replay {

struct Injection {
  std::optional<sim::FailSlab> slab;
  std::optional<sim::FailPageAlloc> page;
  std::optional<sim::FailUserCopy> copy;

  bool decides(ChoiceKind kind) const {
    return (kind == ChoiceKind::Allocation && (slab || page)) || (kind == ChoiceKind::UserCopy && copy);
  }
  void arm(sim::KernelFaults &faults) const;
};

/// "failslab:nth=2", "fail_page_alloc:interval=3,times=-1,min-order=0"; several are separated by ';'. `nth` is
/// interval=N,probability=100,times=1, and asks for no filter; what is given besides wins over that.
llvm::Expected<Injection> parseInjection(llvm::StringRef text);

/// Passes all questions on but those that the injection decides: what allocates asks the simulated kernel's allocators,
/// which fail by themselves.
class InjectedChooser final : public Chooser {
public:
  InjectedChooser(const Injection &injection, sim::System &system, Chooser &inner)
      : injection(injection), system(system), inner(inner) {}

  Value input(const Input &input) override { return inner.input(input); }
  std::optional<bool> branch(const Fork &fork) override { return inner.branch(fork); }
  std::optional<uint64_t> pick(TermRef value, PickFor purpose) override { return inner.pick(value, purpose); }
  unsigned choose(ChoiceKind kind, std::string_view what, unsigned count) override;
  std::optional<uint64_t> settled(const Value &value) override { return inner.settled(value); }
  void shortcut(ShortcutKind kind, std::string_view what) override { inner.shortcut(kind, what); }

private:
  const Injection &injection;
  sim::System &system;
  Chooser &inner;
};

} // namespace kmem::replay
