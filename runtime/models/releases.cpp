#include "runtime/models/releases.h"

#include "runtime/models/allocations.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

namespace kmem::replay {

bool hasUnknownOrigin(const ModelCall &call, Address address) { return call.machine.objects.at(address) != nullptr; }

void noteFreed(ModelCall &call, Address address) {
  const Allocation *known = call.now.allocations.find(address);
  Allocation allocation = known ? *known : Allocation{};
  allocation.address = address;
  allocation.freed = true;
  call.now.allocations.set(address, allocation);
}

/// As mm/kasan/report.c prints it: whether a kernel without KASAN or slub_debug notices depends on the memory.
static void reportDoubleFree(ModelCall &call, Address address) {
  sim::Kernel &kernel = call.kernel();
  const sim::Task &task = kernel.context.task();
  std::string by;
  llvm::raw_string_ostream(by) << "Free of addr " << llvm::format_hex_no_prefix(address, 16) << " by task " << task.comm
                               << "/" << task.pid;
  kernel.console.print("BUG: KASAN: double-free in " + call.rule.spelling);
  kernel.console.print(by);
  kernel.reports.taint(sim::Taint::BadPage, true);
  call.simplified("the report is that of a kernel with KASAN");
}

void releaseAt(ModelCall &call, Address address, llvm::function_ref<void()> release) {
  if (!hasUnknownOrigin(call, address)) {
    release();
    if (call.now.allocations.find(address))
      noteFreed(call, address);
    return;
  }
  const Allocation *known = call.now.allocations.find(address);
  if (known && known->freed)
    return reportDoubleFree(call, address);
  noteFreed(call, address);
}

} // namespace kmem::replay
