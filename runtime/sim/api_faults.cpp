// kmem/sim.h: fault injection and the record of decisions.
#include "runtime/fault/back_ends.h"
#include "runtime/sim/machine.h"

#include <algorithm>
#include <cstring>

using namespace kmem::sim;

namespace {

bool isConfigured(const Profile &profile, kmem_fault fault) {
  switch (fault) {
  case KMEM_FAULT_SLAB:
    return profile.failslab;
  case KMEM_FAULT_PAGE:
    return profile.failPageAlloc;
  case KMEM_FAULT_USER_COPY:
    return profile.failUserCopy;
  case KMEM_FAULT_TRYLOCK:
    return false;
  }
  return false;
}

FaultAttr fromApi(const kmem_fault_attr &attr) {
  return {.probability = attr.probability,
          .interval = attr.interval,
          .times = attr.times,
          .space = attr.space,
          .verbose = attr.verbose,
          .taskFilter = attr.task_filter != 0};
}

kmem_fault_attr toApi(const FaultAttr &attr) {
  kmem_fault_attr api{};
  api.probability = attr.probability;
  api.interval = attr.interval;
  api.times = attr.times;
  api.space = attr.space;
  api.verbose = attr.verbose;
  api.task_filter = attr.taskFilter;
  return api;
}

constexpr std::pair<kmem_fault, DecisionPoint> pointTable[] = {
    {KMEM_FAULT_SLAB, DecisionPoint::Slab},
    {KMEM_FAULT_PAGE, DecisionPoint::PageAlloc},
    {KMEM_FAULT_USER_COPY, DecisionPoint::UserCopy},
    {KMEM_FAULT_TRYLOCK, DecisionPoint::TryLock},
};

} // namespace

extern "C" {

kmem_status kmem_sim_fault_get(const kmem_sim *machine, kmem_fault fault, kmem_fault_attr *attr) {
  if (!machine || !attr)
    return KMEM_BAD_ARGUMENT;
  if (!isConfigured(machine->system.profile(), fault))
    return KMEM_UNSUPPORTED;
  const KernelFaults::State &state = machine->system.faults.state();
  if (fault == KMEM_FAULT_SLAB) {
    *attr = toApi(state.slab.attr);
    attr->ignore_gfp_wait = state.slab.ignoreGfpReclaim;
    attr->cache_filter = state.slab.cacheFilter;
  } else if (fault == KMEM_FAULT_PAGE) {
    *attr = toApi(state.page.attr);
    attr->ignore_gfp_wait = state.page.ignoreGfpReclaim;
    attr->ignore_gfp_highmem = state.page.ignoreGfpHighmem;
    attr->min_order = state.page.minOrder;
  } else {
    *attr = toApi(state.copy.attr);
  }
  return KMEM_OK;
}

kmem_status kmem_sim_fault_set(kmem_sim *machine, kmem_fault fault, const kmem_fault_attr *attr) {
  if (!machine || !attr)
    return KMEM_BAD_ARGUMENT;
  if (!isConfigured(machine->system.profile(), fault))
    return KMEM_UNSUPPORTED;
  KernelFaults &faults = machine->system.faults;
  if (fault == KMEM_FAULT_SLAB)
    faults.failslab() = {fromApi(*attr), attr->ignore_gfp_wait != 0, attr->cache_filter != 0};
  else if (fault == KMEM_FAULT_PAGE)
    faults.failPageAlloc() = {fromApi(*attr), attr->ignore_gfp_highmem != 0, attr->ignore_gfp_wait != 0,
                              attr->min_order};
  else
    faults.failUserCopy() = {fromApi(*attr)};
  machine->system.oracle.use(faults);
  machine->backEnd = nullptr;
  return KMEM_OK;
}

kmem_status kmem_sim_make_it_fail(kmem_sim *machine, int on) {
  return onMachine(machine, [&](System &system) { system.kernel.context.taskForWrite().makeItFail = on != 0; });
}

kmem_status kmem_sim_fail_nth(kmem_sim *machine, uint32_t faults, uint64_t n) {
  PointSet points = 0;
  for (const auto &[fault, point] : pointTable)
    if (faults & (1u << fault))
      points |= only(point);
  return onMachine(machine, [&](System &system) {
    auto nth = std::make_unique<NthFails>(system.oracle, points, n);
    system.oracle.use(*nth);
    machine->backEnd = std::move(nth);
  });
}

kmem_status kmem_sim_fail_script(kmem_sim *machine, const char *script, char *problem, size_t problem_size) {
  if (!machine || !script)
    return KMEM_BAD_ARGUMENT;
  std::string reason;
  const std::optional<DecisionLog> log = DecisionLog::parse(script, reason);
  if (!log) {
    if (problem && problem_size) {
      const size_t length = std::min(reason.size(), problem_size - 1);
      std::memcpy(problem, reason.data(), length);
      problem[length] = 0;
    }
    return KMEM_BAD_ARGUMENT;
  }
  return machine->call([&](System &system) {
    auto scripted = std::make_unique<Scripted>(system.oracle, *log);
    system.oracle.use(*scripted);
    machine->backEnd = std::move(scripted);
  });
}

kmem_status kmem_sim_decisions(const kmem_sim *machine, uint64_t *asked, uint64_t *failed) {
  if (!machine)
    return KMEM_BAD_ARGUMENT;
  give(asked, machine->system.oracle.log().asked());
  give(failed, machine->system.oracle.log().failureCount());
  return KMEM_OK;
}

const char *kmem_sim_decision_text(kmem_sim *machine) {
  if (!machine)
    return "";
  machine->decisionText = machine->system.oracle.log().text();
  return machine->decisionText.c_str();
}

} // extern "C"
