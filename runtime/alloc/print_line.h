// printk() for the models: one formatted line on the machine's console.
#pragma once

#include "runtime/kernel/kernel.h"

#include <cstdarg>
#include <cstdio>

namespace kmem::sim {

/// Longer lines are cut, as printk() cuts its records.
inline constexpr unsigned longestLine = 1024;

[[gnu::format(printf, 2, 3)]] inline void printLine(Kernel &kernel, const char *format, ...) {
  char line[longestLine];
  va_list values;
  va_start(values, format);
  vsnprintf(line, sizeof(line), format, values);
  va_end(values);
  kernel.console.print(line);
}

} // namespace kmem::sim
