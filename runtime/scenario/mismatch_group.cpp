// The group `mismatch`: one wrong free or bad access on a machine as it was before, and then a thread that allocates,
// fills and frees, to see what damage shows later.
#include "runtime/scenario/experiment.h"
#include "runtime/scenario/group.h"
#include "runtime/scenario/mismatch_probe.h"

#include "llvm/ADT/STLExtras.h"

#include <vector>

namespace kmem::sim {

namespace {

constexpr uint64_t nanosecondsPerMillisecond = 1000000;
constexpr uint64_t stressPause = 150 * nanosecondsPerMillisecond;

enum class Ending { Returned, ThreadDied, MachineDied };

class MismatchGroup {
public:
  MismatchGroup(System &system, Emit emit) : system(system), experiments(system, emit), probe(system) {}
  void run();

private:
  void experiment(const MismatchCase &mismatch);
  template <typename Body> Ending inFreshThread(llvm::StringRef what, Body body);
  void stress(bool shrinkCache);
  void fillAndFree(uint64_t size, unsigned count);
  void finish(llvm::StringRef op, const MismatchCase &mismatch, llvm::StringRef result);

  System &system;
  Experiments experiments;
  Probe probe;
};

void MismatchGroup::run() {
  probe.setUp();
  const System::Snapshot start = system.snapshot();
  const CacheId cache = probe.cache1;
  for (const auto &cases :
       {mismatchedFrees(), mismatchedCaches(), mismatchedPages(), doubleFrees(), badAccesses(), mismatchedObjects()})
    for (const MismatchCase &mismatch : cases) {
      experiment(mismatch);
      system.restore(start);
      probe.cache1 = cache;
      ++probe.index;
    }
}

template <typename Body> Ending MismatchGroup::inFreshThread(llvm::StringRef what, Body body) {
  probe.startThread({what.data(), what.size()});
  experiments.begin();
  Ending ending = Ending::Returned;
  try {
    const CallerScope in(system.kernel.symbols, probe.site().function);
    body();
  } catch (const Death &death) {
    ending = death.kind == DeathKind::Panic ? Ending::MachineDied : Ending::ThreadDied;
  }
  return ending;
}

void MismatchGroup::finish(llvm::StringRef op, const MismatchCase &mismatch, llvm::StringRef result) {
  Record record{{"id", probe.index}, {"op", op}, {"what", mismatch.name}, {"result", result}};
  experiments.finish(std::move(record));
}

void MismatchGroup::experiment(const MismatchCase &mismatch) {
  const Ending ending = inFreshThread(mismatch.name, [&] { mismatch.run(probe); });
  if (ending == Ending::MachineDied)
    return finish("fatal", mismatch, "the machine died");
  finish("mismatch", mismatch,
         ending == Ending::Returned ? "returned" : "thread did not return (killed by oops, or stuck)");
  probe.endThread();
  const bool destroys = llvm::StringRef(mismatch.name).contains("destroy");
  const Ending later = inFreshThread("after", [&] { stress(!destroys); });
  if (later == Ending::MachineDied)
    return finish("fatal", mismatch, "the machine died");
  finish("mismatch_after_stress", mismatch, later == Ending::Returned ? "survived" : "thread did not return");
  probe.endThread();
}

void MismatchGroup::fillAndFree(uint64_t size, unsigned count) {
  constexpr uint8_t pattern = 0x5a;
  std::vector<Address> objects(count);
  for (Address &object : objects) {
    object = probe.kmalloc(size);
    if (object)
      probe.fill(object, pattern, size);
  }
  for (const Address object : objects)
    probe.kfree(object);
}

void MismatchGroup::stress(bool shrinkCache) {
  for (const uint64_t size : {32, 64, 96, 128, 256, 512, 4096})
    fillAndFree(size, 300);
  fillAndFree(40000, 20);
  std::vector<Address> pages(100), areas(20);
  for (unsigned i = 0; i < pages.size(); ++i)
    pages[i] = probe.pagesOf(i % 4);
  for (unsigned i = 0; i < pages.size(); ++i)
    probe.freePages(pages[i], i % 4);
  for (Address &area : areas)
    area = probe.vmalloc(8192);
  for (const Address area : areas)
    probe.vfree(area);
  if (shrinkCache)
    system.slub.shrink(probe.cache1);
  system.kernel.deferred.sleep(stressPause);
}

} // namespace

void runMismatchGroup(System &system, Emit emit) { MismatchGroup(system, emit).run(); }

} // namespace kmem::sim
