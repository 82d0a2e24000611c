/* A platform device as far as drivers look into it. A test fills one, with the number of its interrupt line. */
#ifndef KMEM_LINUX_PLATFORM_DEVICE_H
#define KMEM_LINUX_PLATFORM_DEVICE_H

#include <linux/device.h>

struct platform_device {
  const char *name;
  int id;
  struct device dev;
  int irq;
};
struct platform_driver {
  int (*probe)(struct platform_device *device);
  void (*remove)(struct platform_device *device);
  struct {
    const char *name;
  } driver;
};
#define to_platform_device(device) container_of(device, struct platform_device, dev)
static inline void platform_set_drvdata(struct platform_device *device, void *data) {
  dev_set_drvdata(&device->dev, data);
}
static inline void *platform_get_drvdata(const struct platform_device *device) { return dev_get_drvdata(&device->dev); }
static inline int platform_get_irq(struct platform_device *device, unsigned index) {
  return index == 0 ? device->irq : -ENXIO;
}

#endif
