// The end of a thread or of the machine (kernel/panic.c, kernel/exit.c), and what only says that something is wrong.
#include "runtime/models/image_text.h"
#include "runtime/models/registry.h"

namespace kmem::replay {

namespace {

/// panic(format, ...)
Values panic(ModelCall &call) {
  const std::string why = call.has(0) ? imageText(call, call.pointer(0)) : "";
  call.kernel().reports.panic(why.empty() ? call.rule.spelling : why);
}

/// do_exit() and its like: the kernel is well.
Values endThread(ModelCall &) { throw sim::Death{sim::DeathKind::Signal}; }

/// usercopy_abort(), __fortify_panic(): a BUG() in the callee.
Values bug(ModelCall &call) { call.kernel().reports.bug(call.calleeSite()); }

constexpr ModelRow rows[] = {{"panic", panic}, {"exit", endThread}, {"bug", bug}};

} // namespace

ModelTable bugModels() { return rows; }

} // namespace kmem::replay
