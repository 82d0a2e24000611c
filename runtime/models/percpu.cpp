// Per-CPU memory (mm/percpu.c). A per-CPU pointer is an offset from the first CPU's unit.
#include "runtime/models/allocations.h"
#include "runtime/models/registry.h"
#include "runtime/models/releases.h"

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
  for (unsigned cpu = 0; pointer && cpu < call.system().profile().cpus; ++cpu)
    takeBytes(call, percpu.at(pointer, cpu), request.size);
  return allocated(call, request, pointer);
}

Values free(ModelCall &call) {
  const uint64_t pointer = call.pointer(0);
  if (pointer)
    releaseAt(call, pointer, [&] { call.system().percpu.free(pointer); });
  return call.nothing();
}

constexpr ModelRow rows[] = {{"alloc_percpu", allocate}, {"free_percpu", free}};

} // namespace

ModelTable percpuModels() { return rows; }

} // namespace kmem::replay
