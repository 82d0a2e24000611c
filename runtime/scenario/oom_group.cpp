// oom: sleeping requests until nothing can be reclaimed and nobody killed.
#include "runtime/scenario/group.h"
#include "runtime/scenario/zone_records.h"
#include "runtime/sim/system.h"

#include "runtime/kernel/death.h"

namespace kmem::sim {

namespace {

/// The machine that recorded says how it ended after the module's last mark.
Record fatalRecord(const System &system, Console::Mark start) {
  llvm::json::Array lines;
  for (const std::string &line : system.kernel.console.since(start))
    if (llvm::StringRef(line).starts_with("Kernel panic"))
      lines.push_back(line);
  return Record{{"op", "fatal"}, {"id", 0}, {"note", "@0 oom"}, {"result", "qemu exit 0"}, {"splat", std::move(lines)}};
}

} // namespace

void runOomGroup(System &system, Emit emit) {
  Experiments experiments(system, emit);
  emitZones(experiments, system, "zone_state", true);
  experiments.begin();
  const Console::Mark start = system.kernel.console.mark();
  const Gfp gfp = *system.profile().gfp.parse("GFP_KERNEL");
  int64_t allocated = 0;
  try {
    const ProbeThread thread(system);
    while (system.pages.allocate(gfp, 0))
      ++allocated;
  } catch (const Death &) {
    emit(fatalRecord(system, start));
    return;
  }
  Record record = experiments.row("oom_gfp_kernel_returned_NULL");
  record["allocated"] = allocated;
  record["free"] = int64_t(system.pages.freePageCount());
  experiments.finish(std::move(record));
}

} // namespace kmem::sim
