#ifndef KMEM_LINUX_LIST_H
#define KMEM_LINUX_LIST_H

#include <linux/container_of.h>
#include <linux/types.h>

#define LIST_POISON1 ((void *)(0x100 + 0xdead000000000000UL))
#define LIST_POISON2 ((void *)(0x122 + 0xdead000000000000UL))
#define LIST_HEAD_INIT(name) {&(name), &(name)}
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list) { list->next = list->prev = list; }
static inline void __list_add(struct list_head *added, struct list_head *prev, struct list_head *next) {
  next->prev = added;
  added->next = next;
  added->prev = prev;
  prev->next = added;
}
static inline void list_add(struct list_head *added, struct list_head *head) { __list_add(added, head, head->next); }
static inline void list_add_tail(struct list_head *added, struct list_head *head) {
  __list_add(added, head->prev, head);
}
static inline void __list_del_entry(struct list_head *entry) {
  entry->next->prev = entry->prev;
  entry->prev->next = entry->next;
}
static inline void list_del(struct list_head *entry) {
  __list_del_entry(entry);
  entry->next = (struct list_head *)LIST_POISON1;
  entry->prev = (struct list_head *)LIST_POISON2;
}
static inline void list_del_init(struct list_head *entry) {
  __list_del_entry(entry);
  INIT_LIST_HEAD(entry);
}
static inline void list_move(struct list_head *entry, struct list_head *head) {
  __list_del_entry(entry);
  list_add(entry, head);
}
static inline void list_move_tail(struct list_head *entry, struct list_head *head) {
  __list_del_entry(entry);
  list_add_tail(entry, head);
}
static inline int list_empty(const struct list_head *head) { return head->next == head; }
static inline int list_is_last(const struct list_head *entry, const struct list_head *head) {
  return entry->next == head;
}
static inline int list_is_singular(const struct list_head *head) {
  return !list_empty(head) && head->next == head->prev;
}
static inline void list_splice_init(struct list_head *list, struct list_head *head) {
  if (list_empty(list))
    return;
  list->next->prev = head;
  list->prev->next = head->next;
  head->next->prev = list->prev;
  head->next = list->next;
  INIT_LIST_HEAD(list);
}

#define list_entry(pointer, type, member) container_of(pointer, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member) (list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(entry, member) list_entry((entry)->member.next, __typeof__(*(entry)), member)
#define list_prev_entry(entry, member) list_entry((entry)->member.prev, __typeof__(*(entry)), member)
#define list_entry_is_head(entry, head, member) (&(entry)->member == (head))
#define list_for_each(at, head) for ((at) = (head)->next; (at) != (head); (at) = (at)->next)
#define list_for_each_safe(at, after, head)                                                                            \
  for ((at) = (head)->next, (after) = (at)->next; (at) != (head); (at) = (after), (after) = (at)->next)
#define list_for_each_entry(entry, head, member)                                                                       \
  for ((entry) = list_first_entry(head, __typeof__(*(entry)), member); !list_entry_is_head(entry, head, member);       \
       (entry) = list_next_entry(entry, member))
#define list_for_each_entry_reverse(entry, head, member)                                                               \
  for ((entry) = list_last_entry(head, __typeof__(*(entry)), member); !list_entry_is_head(entry, head, member);        \
       (entry) = list_prev_entry(entry, member))
#define list_for_each_entry_safe(entry, after, head, member)                                                           \
  for ((entry) = list_first_entry(head, __typeof__(*(entry)), member), (after) = list_next_entry(entry, member);       \
       !list_entry_is_head(entry, head, member); (entry) = (after), (after) = list_next_entry(after, member))

#define HLIST_HEAD_INIT {NULL}
#define INIT_HLIST_HEAD(head) ((head)->first = NULL)
static inline int hlist_empty(const struct hlist_head *head) { return !head->first; }
static inline void hlist_add_head(struct hlist_node *added, struct hlist_head *head) {
  added->next = head->first;
  if (head->first)
    head->first->pprev = &added->next;
  head->first = added;
  added->pprev = &head->first;
}
static inline void hlist_del(struct hlist_node *node) {
  *node->pprev = node->next;
  if (node->next)
    node->next->pprev = node->pprev;
  node->next = (struct hlist_node *)LIST_POISON1;
  node->pprev = (struct hlist_node **)LIST_POISON2;
}
#define hlist_entry(pointer, type, member) container_of(pointer, type, member)
#define hlist_entry_safe(pointer, type, member)                                                                        \
  ({                                                                                                                   \
    __typeof__(pointer) __node = (pointer);                                                                            \
    __node ? hlist_entry(__node, type, member) : NULL;                                                                 \
  })
#define hlist_for_each_entry(entry, head, member)                                                                      \
  for ((entry) = hlist_entry_safe((head)->first, __typeof__(*(entry)), member); (entry);                               \
       (entry) = hlist_entry_safe((entry)->member.next, __typeof__(*(entry)), member))

#endif
