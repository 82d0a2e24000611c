#ifndef KMEM_LINUX_SPRINTF_H
#define KMEM_LINUX_SPRINTF_H

#include "../native.h"
#include <linux/types.h>

int snprintf(char *to, size_t size, const char *format, ...) __printf(3, 4);
int sprintf(char *to, const char *format, ...) __printf(2, 3);
int vsnprintf(char *to, size_t size, const char *format, va_list arguments) __printf(3, 0);
int sscanf(const char *text, const char *format, ...);

static inline int vscnprintf(char *to, size_t size, const char *format, va_list arguments) {
  const int wanted = vsnprintf(to, size, format, arguments);
  return (size_t)wanted < size ? wanted : size ? (int)size - 1 : 0;
}
static inline __printf(3, 4) int scnprintf(char *to, size_t size, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int written = vscnprintf(to, size, format, arguments);
  va_end(arguments);
  return written;
}
static inline char *kvasprintf(gfp_t gfp, const char *format, va_list arguments) {
  return kmem_native_kvasprintf(gfp, format, arguments);
}
static inline __printf(2, 3) char *kasprintf(gfp_t gfp, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = kvasprintf(gfp, format, arguments);
  va_end(arguments);
  return text;
}

#endif
