#ifndef KMEM_LINUX_STRING_H
#define KMEM_LINUX_STRING_H

#include <linux/err.h>
#include <linux/types.h>

void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
void *memchr(const void *bytes, int value, size_t size);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t size);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);
int strcasecmp(const char *a, const char *b);
char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t size);
char *strcat(char *to, const char *from);
char *strchr(const char *text, int value);
char *strrchr(const char *text, int value);
char *strstr(const char *text, const char *part);

static inline ssize_t strscpy(char *to, const char *from, size_t size) {
  const size_t length = strnlen(from, size);
  if (!size)
    return -E2BIG;
  memcpy(to, from, length < size ? length : size - 1);
  to[length < size ? length : size - 1] = 0;
  return length < size ? (ssize_t)length : -E2BIG;
}
static inline void *memzero_explicit(void *to, size_t size) {
  memset(to, 0, size);
  barrier();
  return to;
}

#include <linux/slab.h>

static inline void *kmemdup(const void *from, size_t size, gfp_t gfp) { return kmem_native_kmemdup(from, size, gfp); }
static inline char *kmemdup_nul(const char *text, size_t length, gfp_t gfp) {
  char *copy = (char *)kmem_native_kmalloc(length + 1, gfp);
  if (copy) {
    memcpy(copy, text, length);
    copy[length] = 0;
  }
  return copy;
}
static inline char *kstrdup(const char *text, gfp_t gfp) {
  return text ? (char *)kmem_native_kmemdup(text, strlen(text) + 1, gfp) : NULL;
}
static inline char *kstrndup(const char *text, size_t most, gfp_t gfp) {
  return text ? kmemdup_nul(text, strnlen(text, most), gfp) : NULL;
}

#endif
