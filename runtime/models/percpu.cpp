// Per-CPU memory (mm/percpu.c). To the program every CPU is the one that runs, so its per-CPU pointers are addresses of
// that CPU's copy (see zeroOnThisCpu of the assembly).
#include "runtime/models/allocations.h"
#include "runtime/models/registry.h"
#include "runtime/models/releases.h"

#include <utility>

namespace kmem::replay {

namespace {

/// __alloc_percpu(size, align) and its siblings.
Values allocate(ModelCall &call) {
  const AllocationRequest request = requestOf(call);
  const uint64_t align = call.number(1);
  sim::Percpu &percpu = call.system().percpu;
  auto [pointer, shouldFail] =
      attempt(call, request, true, [&] { return percpu.allocate(request.size, align, request.gfp); });
  if (shouldFail && pointer)
    percpu.free(std::exchange(pointer, 0));
  if (!pointer)
    return allocated(call, request, 0);
  const Address copy = percpu.at(pointer, 0);
  takeBytes(call, copy, request.size);
  return allocated(call, request, copy);
}

Values free(ModelCall &call) {
  const Address copy = call.pointer(0);
  sim::Percpu &percpu = call.system().percpu;
  if (copy)
    releaseAt(call, copy, [&] { percpu.free(copy - percpu.at(0, 0)); });
  return call.nothing();
}

constexpr ModelRow rows[] = {{"alloc_percpu", allocate}, {"free_percpu", free}};

} // namespace

ModelTable percpuModels() { return rows; }

} // namespace kmem::replay
