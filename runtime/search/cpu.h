// The simulated CPU as inline assembly sees it.
#pragma once

#include "runtime/exec/assembly.h"

namespace kmem::replay {

class Cpu final : public AssemblyContext {
public:
  explicit Cpu(Machine &machine) : machine(machine) {}

  bool interruptsEnabled() const override;
  void enableInterrupts(bool enabled) override;
  void warning(const CallSite &site) override;
  void bug(const CallSite &site) override;
  std::string nameOf(Address address) const override { return machine.objects.nameAt(address); }

private:
  Machine &machine;
};

} // namespace kmem::replay
