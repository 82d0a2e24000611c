#ifndef KMEM_LINUX_DEVICE_H
#define KMEM_LINUX_DEVICE_H

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/types.h>

struct device {
  const char *init_name;
  struct device *parent;
  void *driver_data;
  void *platform_data;
  struct kmem_native_device kmem; /* zero: not known to the machine yet */
};

static inline const char *dev_name(const struct device *device) {
  return device->init_name ? device->init_name : "(unnamed)";
}
static inline void dev_set_drvdata(struct device *device, void *data) { device->driver_data = data; }
static inline void *dev_get_drvdata(const struct device *device) { return device->driver_data; }

static inline void *devm_kmalloc(struct device *device, size_t size, gfp_t gfp) {
  return kmem_native_devm_kmalloc(&device->kmem, dev_name(device), size, gfp);
}
static inline void *devm_kzalloc(struct device *device, size_t size, gfp_t gfp) {
  return devm_kmalloc(device, size, gfp | __GFP_ZERO);
}
static inline void *devm_kmalloc_array(struct device *device, size_t count, size_t size, gfp_t gfp) {
  const size_t bytes = size_mul(count, size);
  return bytes == SIZE_MAX ? NULL : devm_kmalloc(device, bytes, gfp);
}
static inline void *devm_kcalloc(struct device *device, size_t count, size_t size, gfp_t gfp) {
  return devm_kmalloc_array(device, count, size, gfp | __GFP_ZERO);
}
static inline void *devm_kmemdup(struct device *device, const void *from, size_t size, gfp_t gfp) {
  void *copy = devm_kmalloc(device, size, gfp);
  return copy ? memcpy(copy, from, size) : NULL;
}
static inline char *devm_kstrdup(struct device *device, const char *text, gfp_t gfp) {
  return text ? (char *)devm_kmemdup(device, text, strlen(text) + 1, gfp) : NULL;
}
static inline void devm_kfree(struct device *device, const void *object) {
  kmem_native_devm_kfree(&device->kmem, dev_name(device), object);
}
static inline int devm_add_action(struct device *device, void (*action)(void *), void *data) {
  return kmem_native_devm_add_action(&device->kmem, dev_name(device), action, data);
}
static inline int devm_add_action_or_reset(struct device *device, void (*action)(void *), void *data) {
  const int error = devm_add_action(device, action, data);
  if (error)
    action(data);
  return error;
}
/* What the driver core does after remove() and after a probe() that failed. */
static inline void devres_release_all(struct device *device) {
  kmem_native_devm_release_all(&device->kmem, dev_name(device));
}

#define dev_printk(level, device, format, ...) printk(level "%s: " format, dev_name(device), ##__VA_ARGS__)
#define dev_err(device, format, ...) dev_printk(KERN_ERR, device, format, ##__VA_ARGS__)
#define dev_warn(device, format, ...) dev_printk(KERN_WARNING, device, format, ##__VA_ARGS__)
#define dev_notice(device, format, ...) dev_printk(KERN_NOTICE, device, format, ##__VA_ARGS__)
#define dev_info(device, format, ...) dev_printk(KERN_INFO, device, format, ##__VA_ARGS__)
#ifdef DEBUG
#define dev_dbg(device, format, ...) dev_printk(KERN_DEBUG, device, format, ##__VA_ARGS__)
#else
#define dev_dbg(device, format, ...) no_printk("%s: " format, dev_name(device), ##__VA_ARGS__)
#endif
#define dev_err_probe(device, error, format, ...)                                                                      \
  ({                                                                                                                   \
    const int __probe_error = (error);                                                                                 \
    if (__probe_error != -EPROBE_DEFER && __probe_error != -ENOMEM)                                                    \
      dev_err(device, "error %d: " format, __probe_error, ##__VA_ARGS__);                                              \
    __probe_error;                                                                                                     \
  })

#endif
