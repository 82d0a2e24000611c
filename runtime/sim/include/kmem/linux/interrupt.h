/* Lines 0 to 15, not shared. A test raises one with kmem_sim_raise_irq(). */
#ifndef KMEM_LINUX_INTERRUPT_H
#define KMEM_LINUX_INTERRUPT_H

#include <linux/device.h>
#include <linux/hardirq.h>
#include <linux/kernel.h>

typedef int irqreturn_t;
#define IRQ_NONE 0
#define IRQ_HANDLED 1
#define IRQ_WAKE_THREAD 2
#define IRQ_RETVAL(handled) ((handled) ? IRQ_HANDLED : IRQ_NONE)
typedef irqreturn_t (*irq_handler_t)(int irq, void *data);

#define IRQF_SHARED 0x00000080
#define IRQF_ONESHOT 0x00002000
#define IRQF_TRIGGER_NONE 0x00000000
#define IRQF_TRIGGER_RISING 0x00000001

static inline int request_threaded_irq(unsigned irq, irq_handler_t handler, irq_handler_t thread, unsigned long flags,
                                       const char *name, void *data) {
  return kmem_native_request_irq(irq, handler, thread, flags, name, data);
}
static inline int request_irq(unsigned irq, irq_handler_t handler, unsigned long flags, const char *name, void *data) {
  return kmem_native_request_irq(irq, handler, NULL, flags, name, data);
}
static inline const void *free_irq(unsigned irq, void *data) { return kmem_native_free_irq(irq, data); }
static inline void disable_irq(unsigned irq) { kmem_native_disable_irq(irq, true); }
static inline void disable_irq_nosync(unsigned irq) { kmem_native_disable_irq(irq, false); }
static inline void enable_irq(unsigned irq) { kmem_native_enable_irq(irq); }

struct kmem_devm_irq {
  unsigned irq;
  void *data;
};
static inline void __kmem_free_devm_irq(void *request) {
  const struct kmem_devm_irq *requested = (const struct kmem_devm_irq *)request;
  free_irq(requested->irq, requested->data);
}
static inline int devm_request_threaded_irq(struct device *device, unsigned irq, irq_handler_t handler,
                                            irq_handler_t thread, unsigned long flags, const char *name, void *data) {
  struct kmem_devm_irq *request = (struct kmem_devm_irq *)devm_kmalloc(device, sizeof(*request), GFP_KERNEL);
  int error;
  if (!request)
    return -ENOMEM;
  request->irq = irq;
  request->data = data;
  error = request_threaded_irq(irq, handler, thread, flags, name, data);
  return error ? error : devm_add_action_or_reset(device, __kmem_free_devm_irq, request);
}
#define devm_request_irq(device, irq, handler, flags, name, data)                                                      \
  devm_request_threaded_irq(device, irq, handler, NULL, flags, name, data)

struct tasklet_struct {
  void (*callback)(struct tasklet_struct *tasklet);
  void (*func)(unsigned long data);
  unsigned long data;
};
#define DECLARE_TASKLET(name, run) struct tasklet_struct name = {run, NULL, 0}
#define from_tasklet(variable, tasklet, member) container_of(tasklet, __typeof__(*(variable)), member)

static inline void __kmem_run_tasklet(void *item) {
  struct tasklet_struct *tasklet = (struct tasklet_struct *)item;
  if (tasklet->callback)
    tasklet->callback(tasklet);
  else
    tasklet->func(tasklet->data);
}
static inline void tasklet_setup(struct tasklet_struct *tasklet, void (*run)(struct tasklet_struct *tasklet)) {
  tasklet->callback = run;
}
static inline void tasklet_init(struct tasklet_struct *tasklet, void (*run)(unsigned long data), unsigned long data) {
  tasklet->callback = NULL;
  tasklet->func = run;
  tasklet->data = data;
}
static inline void tasklet_schedule(struct tasklet_struct *tasklet) {
  kmem_native_tasklet_schedule(tasklet, __kmem_run_tasklet);
}
static inline void tasklet_kill(struct tasklet_struct *tasklet) { kmem_native_tasklet_kill(tasklet); }

#endif
