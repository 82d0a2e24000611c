#ifndef KMEM_LINUX_MODULE_H
#define KMEM_LINUX_MODULE_H

#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>

struct module;
#define THIS_MODULE ((struct module *)0)
#define __kmem_module_text(text) _Static_assert(1, "")
#define MODULE_LICENSE(text) __kmem_module_text(text)
#define MODULE_AUTHOR(text) __kmem_module_text(text)
#define MODULE_DESCRIPTION(text) __kmem_module_text(text)
#define MODULE_VERSION(text) __kmem_module_text(text)
#define MODULE_ALIAS(text) __kmem_module_text(text)
#define MODULE_DEVICE_TABLE(type, name) __kmem_module_text("")
#define MODULE_PARM_DESC(name, text) __kmem_module_text(text)
#define module_param(name, type, permissions) __kmem_module_text("")

#endif
