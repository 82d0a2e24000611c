#include "runtime/models/known_variables.h"

namespace kmem::replay {

namespace {

struct KnownVariable {
  llvm::StringLiteral name;
  uint64_t (*value)(const sim::Profile &profile);
};

constexpr uint64_t systemRunning = 3; ///< SYSTEM_RUNNING (include/linux/kernel.h)

constexpr KnownVariable variables[] = {
    // arch/x86/kernel/head64.c, without KASLR
    {"page_offset_base", [](const sim::Profile &) { return sim::directMapStart; }},
    {"vmalloc_base", [](const sim::Profile &) { return sim::vmallocStart; }},
    {"vmemmap_base", [](const sim::Profile &) { return sim::vmemmapStart; }},
    {"phys_base", [](const sim::Profile &) { return uint64_t(0); }},
    {"system_state", [](const sim::Profile &) { return systemRunning; }},
    {"nr_cpu_ids", [](const sim::Profile &profile) { return uint64_t(profile.cpus); }},
    {"nr_node_ids", [](const sim::Profile &profile) { return uint64_t(profile.nodes); }},
    {"oops_in_progress", [](const sim::Profile &) { return uint64_t(0); }},
};

} // namespace

void setKnownVariables(Machine &machine) {
  for (const auto &[address, variable] : machine.program.layout().variables())
    for (const KnownVariable &known : variables)
      if (variable->getName() == known.name && variable->getValueType()->isIntegerTy())
        machine.memory.store(address, Value::known(known.value(machine.system.profile()),
                                                   variable->getValueType()->getIntegerBitWidth()));
}

} // namespace kmem::replay
