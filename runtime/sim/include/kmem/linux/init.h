#ifndef KMEM_LINUX_INIT_H
#define KMEM_LINUX_INIT_H

#include <linux/compiler.h>

/* With -DKBUILD_MODNAME=name a module's functions are name_init_module() and name_cleanup_module() to a test. */
#ifdef KBUILD_MODNAME
#define __kmem_module_function(suffix) __kmem_paste(KBUILD_MODNAME, suffix)
#define module_init(function)                                                                                          \
  int __kmem_module_function(_init_module)(void);                                                                      \
  int __kmem_module_function(_init_module)(void) { return function(); }
#define module_exit(function)                                                                                          \
  void __kmem_module_function(_cleanup_module)(void);                                                                  \
  void __kmem_module_function(_cleanup_module)(void) { function(); }
#else
#define module_init(function) static int (*__kmem_init)(void) __attribute__((unused)) = function;
#define module_exit(function) static void (*__kmem_exit)(void) __attribute__((unused)) = function;
#endif

#endif
