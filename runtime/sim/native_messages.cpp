// kmem/native.h: what host code prints, and its warnings and deaths.
#include "runtime/sim/include/kmem/native.h"
#include "runtime/sim/native_state.h"

#include <cstdio>

using namespace kmem::sim;

namespace {

/// Without the level in front and the newline at the end.
std::string textOf(const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  std::string text(size_t(std::max(length, 0)) + 1, '\0');
  std::vsnprintf(text.data(), text.size(), format, arguments);
  text.pop_back();
  if (text.size() >= 2 && text[0] == '\001') // KERN_SOH and the level
    text.erase(0, 2);
  if (text.ends_with('\n'))
    text.pop_back();
  return text;
}

} // namespace

extern "C" {

void kmem_native_vprintk(const char *format, va_list arguments) {
  inKernel("printk", [&](kmem_sim &machine) { machine.system.kernel.console.print(textOf(format, arguments)); });
}
void kmem_native_printk(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  kmem_native_vprintk(format, arguments);
  va_end(arguments);
}

void kmem_native_warn(const char *file, int line, const char *function) {
  inKernel("WARN", [&](kmem_sim &machine) { machine.system.kernel.reports.warn({function, file, unsigned(line)}); });
}
void kmem_native_bug(const char *file, int line, const char *function) {
  inKernel("BUG", [&](kmem_sim &machine) { machine.system.kernel.reports.bug({function, file, unsigned(line)}); });
  __builtin_unreachable();
}
void kmem_native_panic(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  inKernel("panic", [&](kmem_sim &machine) { machine.system.kernel.reports.panic(textOf(format, arguments)); });
  __builtin_unreachable();
}

} // extern "C"
