/* A device that fills buffers and raises an interrupt for each: what the two versions of its driver share. */
#ifndef FROB_H
#define FROB_H

#include <linux/dma-mapping.h>
#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#define FROB_RING_BYTES 4096

struct frob_event {
  struct list_head list;
  u32 number;
};

struct frob {
  struct device *dev;
  char *label;
  void *ring;
  dma_addr_t ring_bus;
  spinlock_t lock;
  struct list_head events;
  u32 received;
};

#endif
