// kmem/sim.h: machines, snapshots, the console.
#include "runtime/kernel/physical_map.h"
#include "runtime/sim/host_code.h"
#include "runtime/sim/native_state.h"

#include <algorithm>
#include <atomic>
#include <cstring>

using namespace kmem::sim;

namespace {

void explain(const std::string &reason, char *problem, size_t size) {
  if (!problem || !size)
    return;
  const size_t length = std::min(reason.size(), size - 1);
  std::memcpy(problem, reason.data(), length);
  problem[length] = 0;
}

/// Nothing, and the reason, when no machine can be made so.
std::optional<Profile> profileFor(const kmem_options &options, std::string &reason) {
  const std::string name = options.profile ? options.profile : "612dbg";
  std::optional<Profile> profile = profileNamed(name);
  if (!profile) {
    reason = "no profile is called \"" + name + "\"";
    return std::nullopt;
  }
  if (options.memory_bytes)
    profile->memoryBytes = options.memory_bytes;
  if (options.cpus)
    profile->cpus = options.cpus;
  if (options.fault_injection)
    profile->failslab = profile->failPageAlloc = profile->failUserCopy = true;
  settle(*profile);
  reason = problemWith(*profile);
  if (!reason.empty())
    return std::nullopt;
  return profile;
}

} // namespace

namespace {
/// Machines are told apart by number, as a new one may lie where an old one was.
uint64_t nextSerial() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}
} // namespace

kmem_sim::kmem_sim(const Profile &profile, uint64_t seed, std::unique_ptr<HostWindow> window)
    : system(profile, seed, std::move(window)), gfp(system.profile().gfp), serial(nextSerial()),
      native(std::make_unique<NativeState>()) {
  system.slub.setCallbackRunner([this](uint32_t callback, uint64_t object) {
    const RegisteredCallback &constructor = callbacks[callback - 1];
    callHost(*this, [&] { constructor.function(constructor.data, object); });
  });
  startThread("kmem");
}

kmem_sim::~kmem_sim() = default;

void kmem_sim::startThread(const char *name) {
  Context &context = system.kernel.context;
  context.switchTo(context.createTask(name, PfKthread));
  context.irqRestore(false);
  handle.entered.clear();
}

kmem_callback_id kmem_sim::registerCallback(kmem_callback function, void *data) {
  const auto call = [this, function, data](uint64_t argument) { callHost(*this, [&] { function(data, argument); }); };
  callbacks.push_back(
      {function, data, system.kernel.deferred.registerCallback(call), system.devres.registerAction(call)});
  return kmem_callback_id(callbacks.size());
}

kmem_status kmem_sim::diedOf(DeathKind kind) {
  dead = !machineLives(kind);
  if (frame) {
    frame->death = kind;
    siglongjmp(frame->leave, leftByDeath);
  }
  if (!dead)
    startThread("kmem");
  return statusOf(kind);
}

extern "C" {

const char *kmem_status_name(kmem_status status) {
  switch (status) {
  case KMEM_OK:
    return "ok";
  case KMEM_BAD_ARGUMENT:
    return "bad argument";
  case KMEM_UNSUPPORTED:
    return "unsupported";
  case KMEM_OOPS:
    return "oops";
  case KMEM_PANIC:
    return "panic";
  case KMEM_HANG:
    return "hang";
  case KMEM_DEAD:
    return "dead";
  case KMEM_NO_MEMORY:
    return "no memory";
  }
  return "?";
}

kmem_status kmem_sim_create(const kmem_options *options, kmem_sim **machine, char *problem, size_t problem_size) {
  if (!machine)
    return KMEM_BAD_ARGUMENT;
  *machine = nullptr;
  const kmem_options chosen = options ? *options : kmem_options{};
  std::string reason;
  try {
    const std::optional<Profile> profile = profileFor(chosen, reason);
    if (!profile) {
      explain(reason, problem, problem_size);
      return KMEM_BAD_ARGUMENT;
    }
    std::unique_ptr<HostWindow> window;
    if (chosen.native && !(window = HostWindow::open(directMapOf(*profile).end() << pageShift, reason))) {
      explain(reason, problem, problem_size);
      return KMEM_NO_MEMORY;
    }
    *machine = new kmem_sim(*profile, chosen.seed, std::move(window));
  } catch (const std::bad_alloc &) {
    explain("the host has no memory left", problem, problem_size);
    return KMEM_NO_MEMORY;
  }
  return KMEM_OK;
}

void kmem_sim_destroy(kmem_sim *machine) { delete machine; }

kmem_status kmem_sim_gfp(const kmem_sim *machine, const char *text, kmem_gfp *flags) {
  if (!machine || !text)
    return KMEM_BAD_ARGUMENT;
  const std::optional<uint32_t> parsed = machine->gfp.parse(text);
  if (parsed)
    give(flags, *parsed);
  return parsed ? KMEM_OK : KMEM_BAD_ARGUMENT;
}

kmem_status kmem_sim_snapshot(kmem_sim *machine, kmem_snapshot **snapshot) {
  if (!machine || !snapshot)
    return KMEM_BAD_ARGUMENT;
  if (machine->system.kernel.memory.isHostBacked() || machine->frame)
    return KMEM_UNSUPPORTED;
  return machine->call(
      [&](System &system) { *snapshot = new kmem_snapshot{machine, system.snapshot(), machine->handle}; });
}

kmem_status kmem_sim_restore(kmem_sim *machine, const kmem_snapshot *snapshot) {
  if (!machine || !snapshot || snapshot->machine != machine)
    return KMEM_BAD_ARGUMENT;
  if (machine->frame)
    return KMEM_UNSUPPORTED;
  machine->system.restore(snapshot->state);
  machine->handle = snapshot->handle;
  machine->dead = false;
  return KMEM_OK;
}

void kmem_snapshot_free(kmem_snapshot *snapshot) { delete snapshot; }

const char *kmem_sim_console(kmem_sim *machine, uint64_t from) {
  if (!machine)
    return "";
  machine->consoleText.clear();
  for (const std::string &record : machine->system.kernel.console.since(from))
    machine->consoleText += record + "\n";
  return machine->consoleText.c_str();
}

uint64_t kmem_sim_console_lines(const kmem_sim *machine) { return machine ? machine->system.kernel.console.mark() : 0; }

kmem_status kmem_sim_rearm_warnings(kmem_sim *machine) {
  return onMachine(machine, [](System &system) {
    system.kernel.reports.rearm();
    system.kernel.context.rearm();
  });
}

} // extern "C"
