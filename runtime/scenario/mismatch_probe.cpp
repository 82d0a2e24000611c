#include "runtime/scenario/mismatch_probe.h"

namespace kmem::sim {

namespace {

constexpr Address distributionModules = 0xffffffffc0000000; // KERNEL_IMAGE_SIZE is 1 GiB with CONFIG_RANDOMIZE_BASE
constexpr uint64_t offsetInModules = 0x11000;               // other modules, or nothing, come first
constexpr unsigned textPages = 8, readOnlyPages = 4, dataPages = 4;
constexpr uint64_t moduleFileSize = 160 << 10;
constexpr uint64_t variableRedZone = 32; // what the compiler puts behind a global, at least
constexpr uint64_t frameSize = 256;      // of a function's frame, above which its callers' are
constexpr uint64_t bytesOfCallers = 512;

constexpr uint64_t jiffiesInData = 0xb9c0, bannerInReadOnlyData = 0x4b940;

} // namespace

Probe::Probe(System &system)
    : system(system), kernel(system.kernel), gfp(kernel.profile.gfp), gfpKernel(gfp.kernel()) {}

void Probe::setUp() {
  loadModule();
  const uint64_t stackSize = pageSize << (kernel.profile.kasan ? 3 : 2); // THREAD_SIZE
  stackPointer =
      system.vmalloc.allocateRange(stackSize, stackSize, vmallocStart, vmallocEnd, gfpKernel, pageKernel, 0) +
      stackSize - bytesOfCallers;
  kernel.reports.taint(Taint::OutOfTreeModule);
  if (kernel.profile.distribution)
    kernel.reports.taint(Taint::UnsignedModule);
  const CallerScope in(kernel.symbols, "g_mismatch [allocprobe]");
  cache1 = system.slub.create({.name = "probe_c1", .size = 192, .flags = system.slub.flags.noMerge});
  cache2 = system.slub.create({.name = "probe_c2", .size = 320, .flags = system.slub.flags.noMerge});
  pool = system.mempools.createKmalloc(2, 128);
}

Address Probe::mapModulePages(Address at, unsigned pages, uint64_t flags) {
  for (unsigned i = 0; i < pages; ++i)
    if (const auto frame = system.pages.allocate(gfpKernel | gfp.zero, 0))
      kernel.memory.map(kernel.memory.kernelTable(), at + i * pageSize, *frame, PtePresent | flags);
  return at + pages * pageSize;
}

/// load_module(): the pages of the file's copy are free again when the module is there, and hot.
void Probe::loadModule() {
  const Address file = vmalloc(moduleFileSize);
  mapModule();
  vfree(file);
}

void Probe::mapModule() {
  module.text = (kernel.profile.distribution ? distributionModules : modulesStart) + offsetInModules;
  module.readOnlyData = mapModulePages(module.text, textPages, 0);
  module.data = mapModulePages(module.readOnlyData, readOnlyPages, PteNoExec);
  const Address end = mapModulePages(module.data, dataPages, PteNoExec | PteWrite);
  if (!system.kasan)
    return;
  system.kasan->areaPopulated(module.text, end - module.text);
  system.kasan->areaUnpoisoned(module.text, end - module.text);
  Address next = module.data;
  for (const auto &[name, size] : {std::pair{"static_obj [allocprobe]", ProbeModule::staticObjectSize},
                                   {"c1 [allocprobe]", 8},
                                   {"c2 [allocprobe]", 8},
                                   {"pool [allocprobe]", 8}}) {
    const uint64_t padded = (size + 2 * variableRedZone - 1) & ~(variableRedZone - 1);
    system.kasan->registerGlobal(name, next, size, padded);
    next += padded;
  }
}

void Probe::startThread(std::string_view what) {
  const TaskId thread = kernel.context.createTask("probe", PfKthread);
  const std::string name = "m_" + std::string(what) + " [allocprobe]";
  function = kernel.symbols.find(kernel.symbols.of(name));
  starter = kernel.context.switchTo(thread);
}

void Probe::endThread() {
  kernel.context.setPreemptCount(0);
  kernel.context.irqRestore(false);
  kernel.context.switchTo(starter);
}

Address Probe::mappedPage() {
  const auto page = system.pages.allocate(gfpKernel, 0);
  return page ? system.vmalloc.vmapFrames(std::span(&*page, 1), VmMap) : 0;
}

Address Probe::local(uint64_t bytes) {
  const Address variable = stackPointer - frameSize;
  if (system.kasan)
    system.kasan->enterFrame(variable, bytes);
  return variable;
}

uint8_t Probe::read(Address address) { return kernel.memory.loadChecked<uint8_t>(address, site()); }
void Probe::write(Address address, uint8_t value) { kernel.memory.storeChecked(address, value, site()); }
void Probe::write64(Address address, uint64_t value) { kernel.memory.storeChecked(address, value, site()); }

void Probe::fill(Address address, uint8_t value, uint64_t bytes) {
  kernel.memory.checkAccess(address, bytes, AccessKind::Write, site());
  kernel.memory.fill(address, value, bytes, site());
}

void Probe::call(Address target) { kernel.reports.badAccess(target, AccessKind::Execute, site()); }

Address Probe::kernelData() const { return kernelTextStart + kernelImageOf(kernel.profile).data + jiffiesInData; }
Address Probe::kernelReadOnlyData() const {
  return kernelTextStart + kernelImageOf(kernel.profile).rodata + bannerInReadOnlyData;
}

// With DEBUG_SPINLOCK, DEBUG_MUTEXES and a lockdep_map of 48 bytes in each, or bare.
uint64_t Probe::spinlockSize() const { return kernel.profile.proveLocking ? 72 : 4; }
uint64_t Probe::mutexSize() const { return kernel.profile.proveLocking ? 152 : 32; }

} // namespace kmem::sim
