#include "runtime/kernel/reports.h"

#include "runtime/kernel/kernel.h"

#include <cstdarg>
#include <cstdio>

namespace kmem::sim {

namespace {

// X86_PF_* (arch/x86/include/asm/trap_pf.h)
constexpr unsigned faultProtection = 1, faultWrite = 2, faultInstruction = 16;

__attribute__((format(printf, 1, 2))) std::string format(const char *text, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, text);
  vsnprintf(line, sizeof(line), text, arguments);
  va_end(arguments);
  return line;
}

/// FNV-1a over the place, so that two macros on one line of different files differ.
uint64_t placeKey(const CodeSite &site) {
  uint64_t hash = 0xcbf29ce484222325;
  auto mix = [&](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3; };
  for (const char *part : {site.file, site.function})
    for (; *part; ++part)
      mix(static_cast<unsigned char>(*part));
  for (unsigned shift = 0; shift < 32; shift += 8)
    mix(static_cast<unsigned char>(site.line >> shift));
  return hash;
}

const char *accessWords(AccessKind kind) {
  switch (kind) {
  case AccessKind::Read:
    return "read access";
  case AccessKind::Write:
    return "write access";
  case AccessKind::Execute:
    return "instruction fetch";
  }
  return "";
}

} // namespace

void Reports::print(std::string line) { kernel.console.print(std::move(line)); }

void Reports::printRip(const CodeSite &site) {
  if (*site.function)
    print(std::string("RIP: 0010:") + site.function);
}

void Reports::warn(const CodeSite &site) {
  print(format("WARNING: CPU: %u PID: %u at %s:%u %s", kernel.context.cpu(), kernel.context.task().pid, site.file,
               site.line, site.function));
  printRip(site);
  taint(Taint::Warn);
}

bool Reports::firstTime(const CodeSite &site) {
  const uint64_t key = placeKey(site);
  if (now.printedOnce.find(key))
    return false;
  now.printedOnce.set(key, 1);
  return true;
}

bool Reports::warnOnce(const CodeSite &site) {
  const bool first = firstTime(site);
  if (first)
    warn(site);
  return first;
}

void Reports::rearm() {
  now.printedOnce = {};
  kernel.locks.rearm();
  now.lockDebuggingOff = false;
  kernel.context.rearm();
}

void Reports::bug(const CodeSite &site) {
  print(format("kernel BUG at %s:%u!", site.file, site.line));
  oops("invalid opcode", 0, site, kernel.context.irqsDisabled());
}

void Reports::printPageTables(Address address) {
  static constexpr const char *names[] = {"PUD %lx ", "PMD %lx ", "PTE %lx"};
  const TableWalk walk = kernel.memory.walk(address);
  std::string line = format("PGD %lx P4D %lx ", walk.entries[0], walk.entries[0]); // P4D is folded into PGD
  for (unsigned level = 1; level < walk.levels; ++level) {
    char part[32];
    snprintf(part, sizeof(part), names[level - 1], walk.entries[level]);
    line += part;
  }
  print(line);
}

void Reports::badAccess(Address address, AccessKind kind, const CodeSite &by) {
  if (!isCanonical(address))
    oops(format("general protection fault, probably for non-canonical address 0x%lx", address), 0, by,
         kernel.context.irqsDisabled());
  const std::optional<Translation> found = kernel.memory.translate(address, kernel.memory.userTable());
  unsigned code = found ? faultProtection : 0;
  code |= kind == AccessKind::Write ? faultWrite : kind == AccessKind::Execute ? faultInstruction : 0;
  turnOffLockDebugging(); // oops_enter()
  if (kind == AccessKind::Execute && found && found->flags & PteNoExec)
    print("kernel tried to execute NX-protected page - exploit attempt? (uid: 0)");
  if (kind == AccessKind::Execute && found && !(found->flags & PteNoExec) && found->flags & PteUser)
    print("unable to execute userspace code (SMEP?) (uid: 0)");
  print(format(address < pageSize ? "BUG: kernel NULL pointer dereference, address: %016lx"
                                  : "BUG: unable to handle page fault for address: %016lx",
               address));
  print(format("#PF: supervisor %s in kernel mode", accessWords(kind)));
  print(format("#PF: error_code(0x%04x) - %s", code, found ? "permissions violation" : "not-present page"));
  printPageTables(address);
  const std::string target = format("0x%lx", address);
  // A page fault is handled with interrupts off (arch/x86/mm/fault.c).
  oops("Oops", code, kind == AccessKind::Execute ? CodeSite{target.c_str(), "", 0} : by, true);
}

void Reports::badAccessDecodedAs(Address decoded, const CodeSite &by) {
  oops(format(isCanonical(decoded) ? "general protection fault, maybe for address 0x%lx"
                                   : "general protection fault, probably for non-canonical address 0x%lx",
              decoded),
       0, by, kernel.context.irqsDisabled());
}

void Reports::divideError(const CodeSite &by) { oops("divide error", 0, by, kernel.context.irqsDisabled()); }

void Reports::oops(const std::string &what, unsigned errorCode, const CodeSite &by, bool irqsWereDisabled) {
  turnOffLockDebugging(); // oops_enter()
  const Profile &profile = kernel.profile;
  print(format("%s%s: %04x [#%u] PREEMPT SMP%s%s", profile.release.atLeast(6, 12) ? "Oops: " : "", what.c_str(),
               errorCode, ++now.oopses, profile.kasan ? " KASAN" : "", profile.distribution ? " NOPTI" : ""));
  printRip(by);
  taint(Taint::Die, true);
  if (now.oopses == 1)
    snprintf(now.firstOops, sizeof(now.firstOops), "%s", by.function);
  printRip({now.firstOops, "", 0});
  const Task &task = kernel.context.task();
  if (!kernel.context.inInterrupt() && irqsWereDisabled)
    print(format("note: %s[%u] exited with irqs disabled", task.comm, task.pid));
  die();
}

void Reports::die() {
  Context &context = kernel.context;
  if (context.inInterrupt())
    panic("Fatal exception in interrupt");
  if (context.inAtomic())
    print(format("note: %s[%u] exited with preempt_count %u", context.task().comm, context.task().pid,
                 context.preemptCount()));
  throw Death{DeathKind::Oops};
}

void Reports::panic(const std::string &why) {
  print("Kernel panic - not syncing: " + why);
  throw Death{DeathKind::Panic};
}

std::string Reports::describePointer(Address address) const {
  const bool hashed = kernel.profile.hashedPointers && !kernel.profile.slubDebug.any();
  if (!hashed || address == 0 || isErrorPointer(address))
    return format("%016lx", address);
  // The kernel keys a siphash at boot. Ours is a fixed mixing: the same pointer, the same text.
  uint64_t hash = (address ^ (address >> 31)) * 0x9e3779b97f4a7c15;
  return format("00000000%08x", unsigned(hash >> 32));
}

void Reports::taint(Taint flag, bool lockDebuggingUnreliable) {
  if (lockDebuggingUnreliable && turnOffLockDebugging())
    print("Disabling lock debugging due to kernel taint");
  now.taints |= 1u << unsigned(flag);
}

std::string Reports::taintText() const {
  static constexpr char letters[] = "GFSRMBUDAWCIOELKXTN"; // taint_flags in kernel/panic.c
  if (!now.taints)
    return "Not tainted";
  std::string text = "Tainted: ";
  for (unsigned i = 0; i < sizeof(letters) - 1; ++i)
    text += i == 0 || now.taints >> i & 1 ? letters[i] : ' ';
  return text;
}

bool Reports::turnOffLockDebugging() {
  const bool was = lockDebugging();
  now.lockDebuggingOff = true;
  return was;
}

} // namespace kmem::sim
