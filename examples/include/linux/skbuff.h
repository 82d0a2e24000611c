#ifndef _STUB_SKBUFF_H
#define _STUB_SKBUFF_H
#include <linux/gfp.h>

struct net_device;
struct sk_buff {
	struct net_device *dev;
	unsigned int len;
	unsigned char *data;
};
struct sk_buff *__alloc_skb(unsigned int size, gfp_t gfp, int flags, int node);
static inline struct sk_buff *alloc_skb(unsigned int size, gfp_t gfp) { return __alloc_skb(size, gfp, 0, NUMA_NO_NODE); }
struct sk_buff *skb_clone(struct sk_buff *skb, gfp_t gfp);
struct sk_buff *skb_copy(const struct sk_buff *skb, gfp_t gfp);
struct sk_buff *__netdev_alloc_skb(struct net_device *dev, unsigned int length, gfp_t gfp);
static inline struct sk_buff *netdev_alloc_skb(struct net_device *dev, unsigned int length)
{
	return __netdev_alloc_skb(dev, length, GFP_ATOMIC);
}
void sk_skb_reason_drop(void *sk, struct sk_buff *skb, int reason);
static inline void kfree_skb(struct sk_buff *skb) { sk_skb_reason_drop(NULL, skb, 2); }
void consume_skb(struct sk_buff *skb);
void *skb_put(struct sk_buff *skb, unsigned int len);

#endif
