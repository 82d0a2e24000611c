#include "runtime/models/counterparts.h"

#include "runtime/kernel/context_state.h"
#include "runtime/models/call_types.h"

namespace kmem::replay {

/// Of caches and pools that the run has not seen being made, where the caller does not show what it uses.
static constexpr uint64_t assumedObjectSize = 256;
static constexpr uint32_t assumedReserve = 2;

namespace {

/// While it lives, the CPU is in process context with nothing held: what is made here was made long before the run.
class BeforeTheRun {
public:
  explicit BeforeTheRun(sim::Context &context) : context(context), run(context.state()) {
    sim::Context::State idle = run;
    sim::CpuState &cpu = idle.cpus.write(idle.cpu);
    cpu.preemptCount = 0;
    cpu.irqsOff = false;
    cpu.hardirqDepth = cpu.softirqDepth = 0;
    sim::Task &task = idle.tasks.write(cpu.task);
    task.rcuDepth = task.nonBlockCount = 0;
    task.heldCount = 0;
    task.flags &= ~(sim::PfMemallocNofs | sim::PfMemallocNoio);
    task.state = sim::TaskState::Running;
    context.restore(idle);
  }
  ~BeforeTheRun() { context.restore(run); }
  BeforeTheRun(const BeforeTheRun &) = delete;
  BeforeTheRun &operator=(const BeforeTheRun &) = delete;

private:
  sim::Context &context;
  const sim::Context::State run;
};

} // namespace

uint32_t counterpartAt(const ModelCall &call, Counterpart kind, Address address) {
  const uint32_t *number = call.now.counterparts[unsigned(kind)].find(address);
  return number ? *number : 0;
}

void setCounterpart(ModelCall &call, Counterpart kind, Address address, uint32_t number) {
  call.now.counterparts[unsigned(kind)].set(address, number);
}

std::string nameFor(const ModelCall &call, Address address, llvm::StringRef otherwise) {
  const std::string name = call.machine.objects.nameAt(address);
  return name.empty() ? otherwise.str() : "&" + name;
}

void refuseNull(ModelCall &call, Address address) {
  if (address < sim::pageSize)
    call.kernel().reports.badAccess(address, sim::AccessKind::Read, call.calleeSite());
}

/// The counterpart, made by `make(name)` on first use.
template <typename Make>
static uint32_t madeOnce(ModelCall &call, Counterpart kind, Address address, llvm::StringRef what, Make make) {
  refuseNull(call, address);
  if (const uint32_t known = counterpartAt(call, kind, address))
    return known;
  const BeforeTheRun scope(call.context());
  const uint32_t made = make(nameFor(call, address, what));
  if (!made)
    throw Refusal{"no memory for " + what.str()};
  setCounterpart(call, kind, address, made);
  return made;
}

static uint64_t assumedSize(ModelCall &call) {
  if (const uint64_t used = sizeUsedAsResult(call.site))
    return used;
  call.simplified("the size of the cache's objects is not known");
  return assumedObjectSize;
}

sim::CacheId cacheAt(ModelCall &call, Address address) {
  return madeOnce(call, Counterpart::Cache, address, "cache", [&](const std::string &name) {
    const auto size = uint32_t(assumedSize(call));
    sim::Slub &slub = call.system().slub;
    return slub.create({.name = name, .size = size, .flags = slub.flags.noMerge});
  });
}

sim::MempoolId mempoolAt(ModelCall &call, Address address) {
  return madeOnce(call, Counterpart::Mempool, address, "mempool", [&](const std::string &) {
    return call.system().mempools.createKmalloc(assumedReserve, assumedSize(call));
  });
}

sim::DeviceId deviceAt(ModelCall &call, Address address) {
  return madeOnce(call, Counterpart::Device, address, "device",
                  [&](const std::string &name) { return call.system().dma.addDevice("platform", name); });
}

sim::DmaPoolId dmaPoolAt(ModelCall &call, Address address) {
  return madeOnce(call, Counterpart::DmaPool, address, "dma_pool", [&](const std::string &name) {
    const sim::DeviceId device = call.system().dma.addDevice("platform", name);
    return call.system().dmaPools.create(name, device, assumedSize(call), 0, 0);
  });
}

} // namespace kmem::replay
