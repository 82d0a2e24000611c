// Instructions that do nothing that a run of one thread could see: barriers, caches, pauses, what configures the CPU.
#include "runtime/exec/assembly_table.h"

namespace kmem::replay {

static void nothing(AssemblyRun &, const AssemblyInstruction &) {}

llvm::ArrayRef<AssemblyRow> barrierInstructions() {
  static constexpr AssemblyRow rows[] = {
      {"nop", nothing},         {"pause", nothing},      {"mfence", nothing},     {"lfence", nothing},
      {"sfence", nothing},      {"serialize", nothing},  {"endbr64", nothing},    {"prefetcht0", nothing},
      {"prefetchnta", nothing}, {"prefetchw", nothing},  {"prefetcht1", nothing}, {"prefetcht2", nothing},
      {"clflush", nothing},     {"clflushopt", nothing}, {"clwb", nothing},       {"cldemote", nothing},
      {"wbinvd", nothing},      {"wbnoinvd", nothing},   {"invd", nothing},       {"invlpg", nothing},
      {"invpcid", nothing},     {"invlpgb", nothing},    {"tlbsync", nothing},    {"hlt", nothing},
      {"monitor", nothing},     {"mwait", nothing},      {"monitorx", nothing},   {"mwaitx", nothing},
      {"umonitor", nothing},    {"umwait", nothing},     {"tpause", nothing},     {"verw", nothing},
      {"wrmsr", nothing},       {"wrmsrns", nothing},    {"out", nothing},        {"xsetbv", nothing},
      {"wrpkru", nothing},      {"clts", nothing},       {"swapgs", nothing},     {"lgdt", nothing},
      {"lidt", nothing},        {"lldt", nothing},       {"ltr", nothing},        {"lmsw", nothing},
      {"wrfsbase", nothing},    {"wrgsbase", nothing},   {"fnclex", nothing},     {"fninit", nothing},
      {"fwait", nothing},       {"emms", nothing},       {"ldmxcsr", nothing},    {"incsspq", nothing},
      {"setssbsy", nothing},    {"pconfig", nothing},    {"lkgs", nothing},       {"int3", nothing},
  };
  return rows;
}

} // namespace kmem::replay
