#include <linux/skbuff.h>
#include <linux/slab.h>

int beacon_send(int broken)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);

	if (!skb)
		return -ENOMEM;
	if (broken) {
		kfree(skb); // expect: kmem-mismatched-free
		return -EINVAL;
	}
	kfree_skb(skb);
	return 0;
}
