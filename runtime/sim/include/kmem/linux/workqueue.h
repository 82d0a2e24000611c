/* One pool of workers for all queues. */
#ifndef KMEM_LINUX_WORKQUEUE_H
#define KMEM_LINUX_WORKQUEUE_H

#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/timer.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);
struct work_struct {
  struct list_head entry;
  work_func_t func;
};
struct delayed_work {
  struct work_struct work;
};
struct workqueue_struct {
  char name[24];
};

#define INIT_WORK(item, run) ((item)->func = (run))
#define INIT_DELAYED_WORK(item, run) INIT_WORK(&(item)->work, run)
#define DECLARE_WORK(name, run) struct work_struct name = {{NULL, NULL}, run}
#define to_delayed_work(item) container_of(item, struct delayed_work, work)
#define system_wq ((struct workqueue_struct *)NULL)
#define system_highpri_wq system_wq
#define system_long_wq system_wq
#define system_unbound_wq system_wq

static inline void __kmem_run_work(void *item) {
  struct work_struct *work = (struct work_struct *)item;
  work->func(work);
}
static inline bool queue_work(struct workqueue_struct *queue, struct work_struct *work) {
  return kmem_native_work_queue(work, __kmem_run_work, 0);
}
static inline bool queue_delayed_work(struct workqueue_struct *queue, struct delayed_work *work, unsigned long delay) {
  return kmem_native_work_queue(&work->work, __kmem_run_work, delay);
}
static inline bool mod_delayed_work(struct workqueue_struct *queue, struct delayed_work *work, unsigned long delay) {
  const bool was_pending = kmem_native_work_cancel(&work->work);
  queue_delayed_work(queue, work, delay);
  return was_pending;
}
#define schedule_work(work) queue_work(system_wq, work)
#define schedule_delayed_work(work, delay) queue_delayed_work(system_wq, work, delay)
static inline bool flush_work(struct work_struct *work) { return kmem_native_work_flush(work); }
static inline bool cancel_work_sync(struct work_struct *work) { return kmem_native_work_cancel_sync(work); }
static inline bool cancel_delayed_work(struct delayed_work *work) { return kmem_native_work_cancel(&work->work); }
static inline bool cancel_delayed_work_sync(struct delayed_work *work) {
  return kmem_native_work_cancel_sync(&work->work);
}
#define work_pending(work) kmem_native_work_pending(work)
#define delayed_work_pending(work) kmem_native_work_pending(&(work)->work)

#define WQ_UNBOUND 0x2
#define WQ_MEM_RECLAIM 0x8
#define WQ_HIGHPRI 0x10
static inline struct workqueue_struct *alloc_workqueue(const char *name, unsigned flags, int most, ...) {
  struct workqueue_struct *queue = (struct workqueue_struct *)kzalloc(sizeof(*queue), GFP_KERNEL);
  if (queue)
    strscpy(queue->name, name, sizeof(queue->name));
  return queue;
}
#define alloc_ordered_workqueue(name, flags) alloc_workqueue(name, flags, 1)
#define create_singlethread_workqueue(name) alloc_ordered_workqueue(name, 0)
static inline void flush_workqueue(struct workqueue_struct *queue) { kmem_native_work_flush_all(); }
static inline void destroy_workqueue(struct workqueue_struct *queue) {
  flush_workqueue(queue);
  kfree(queue);
}

#endif
