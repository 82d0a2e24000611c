#ifndef KMEM_LINUX_COMPLETION_H
#define KMEM_LINUX_COMPLETION_H

#include <linux/wait.h>

struct completion {
  unsigned done;
  wait_queue_head_t wait;
};
#define COMPLETION_INITIALIZER(name)                                                                                   \
  {                                                                                                                    \
    0, { __KMEM_LOCK(name) }                                                                                           \
  }
#define DECLARE_COMPLETION(name) struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name) DECLARE_COMPLETION(name)

static inline void init_completion(struct completion *completion) {
  completion->done = 0;
  init_waitqueue_head(&completion->wait);
}
static inline void reinit_completion(struct completion *completion) { completion->done = 0; }
static inline void complete(struct completion *completion) {
  if (completion->done != UINT_MAX)
    ++completion->done;
}
static inline void complete_all(struct completion *completion) { completion->done = UINT_MAX; }
static inline bool completion_done(const struct completion *completion) { return completion->done != 0; }
static inline bool try_wait_for_completion(struct completion *completion) {
  if (!completion->done)
    return false;
  if (completion->done != UINT_MAX)
    --completion->done;
  return true;
}
static inline void wait_for_completion(struct completion *completion) {
  wait_event(&completion->wait, completion->done);
  try_wait_for_completion(completion);
}
static inline int wait_for_completion_interruptible(struct completion *completion) {
  wait_for_completion(completion);
  return 0;
}
static inline unsigned long wait_for_completion_timeout(struct completion *completion, unsigned long timeout) {
  const long left = wait_event_timeout(&completion->wait, completion->done, timeout);
  try_wait_for_completion(completion);
  return (unsigned long)left;
}

#endif
