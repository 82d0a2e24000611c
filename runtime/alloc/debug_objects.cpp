#include "runtime/alloc/debug_objects.h"

#include <cstdio>

namespace kmem::sim {

namespace {

constexpr unsigned maxReports = 5; // `limit` in debug_print_object()
constexpr SiteByRelease printSite{{"debug_print_object", "lib/debugobjects.c", 515},
                                  {"debug_print_object", "lib/debugobjects.c", 514}};

const char *nameOf(DebugObjectType type) {
  switch (type) {
  case DebugObjectType::Timer:
    return "timer_list";
  case DebugObjectType::Work:
    return "work_struct";
  case DebugObjectType::RcuHead:
    return "rcu_head";
  }
  return "";
}

} // namespace

void DebugObjects::init(DebugObjectType type, Address address, DeferredId item, Address hint) {
  if (kernel.profile.debugObjects)
    now.objects.set(address, {type, false, false, item, hint});
}

bool DebugObjects::activate(Address address) {
  const Tracked *found = now.objects.find(address);
  if (!found)
    return true;
  Tracked object = *found;
  if (object.active) {
    report("activate", address, object);
    return false;
  }
  object.active = true;
  now.objects.set(address, object);
  return true;
}

void DebugObjects::deactivate(Address address) {
  if (const Tracked *found = now.objects.find(address)) {
    Tracked object = *found;
    object.active = object.queued = false;
    now.objects.set(address, object);
  }
}

/// Two checks, two reports: the object's state, then its own state machine (kernel/rcu/rcu.h).
bool DebugObjects::queueRcuHead(Address head, Address hint) {
  if (!kernel.profile.debugObjects)
    return true;
  const Tracked *found = now.objects.find(head);
  if (!found) {
    now.objects.set(head, {DebugObjectType::RcuHead, true, true, 0, hint});
    return true;
  }
  Tracked object = *found;
  const bool wasActive = object.active, wasQueued = object.queued;
  if (wasActive)
    report("activate", head, object);
  if (wasQueued)
    report("active_state", head, object);
  object.active = object.queued = true;
  now.objects.set(head, object);
  return !wasActive;
}

void DebugObjects::unqueueRcuHead(Address head) { deactivate(head); }

void DebugObjects::placeLock(Address address, uint64_t bytes, LockId lock) {
  now.locks.set(address, {lock, uint32_t(bytes)});
}

void DebugObjects::aboutToFree(Address start, uint64_t bytes, bool checkObjectsToo) {
  if (kernel.profile.proveLocking && !now.locks.empty())
    checkLocks(start, bytes);
  if (checkObjectsToo && !now.objects.empty())
    checkObjects(start, bytes);
}

void DebugObjects::checkLocks(Address start, uint64_t bytes) {
  if (!kernel.reports.lockDebugging())
    return;
  for (auto at = now.locks.atOrAbove(start); at && at->key < start + bytes; at = now.locks.atOrAbove(at->key + 1)) {
    if (!kernel.locks.isHeldByCurrent(at->value.lock))
      continue;
    const Task &task = kernel.context.task();
    char line[160];
    snprintf(line, sizeof(line), "%s/%u is freeing memory %016lx-%016lx, with a lock still held there!", task.comm,
             task.pid, start, start + bytes - 1);
    kernel.reports.turnOffLockDebugging();
    kernel.console.print("WARNING: held lock freed!");
    kernel.console.print(line);
    kernel.locks.showHeld();
    return;
  }
}

/// __debug_check_no_obj_freed(): an active object is reported and stopped; what is idle is forgotten with its memory.
void DebugObjects::checkObjects(Address start, uint64_t bytes) {
  for (auto at = now.objects.atOrAbove(start); at && at->key < start + bytes; at = now.objects.atOrAbove(start)) {
    const Tracked object = at->value;
    if (object.active) {
      report("free", at->key, object);
      if (object.item)
        kernel.deferred.cancel(object.item);
    }
    now.objects.erase(at->key);
  }
}

void DebugObjects::report(const char *message, Address address, const Tracked &object) {
  if (now.reports++ >= maxReports)
    return;
  const bool namesObject = kernel.profile.release.atLeast(6, 4);
  const std::string hint = object.hint ? kernel.symbols.nameOf(object.hint) : "0x0";
  char line[240];
  snprintf(line, sizeof(line), "ODEBUG: %s active (active state %u) %s%sobject type: %s hint: %s", message,
           unsigned(object.queued), namesObject ? "object: " : "",
           namesObject ? (kernel.reports.describePointer(address) + " ").c_str() : "", nameOf(object.type),
           hint.c_str());
  kernel.console.print(line);
  kernel.reports.warn(printSite.in(kernel.profile.release));
}

} // namespace kmem::sim
