#include <linux/netdevice.h>

static int eth_poll(struct napi_struct *napi, int budget)
{
	struct sk_buff *skb = alloc_skb(1536, GFP_KERNEL); // expect: kmem-atomic-gfp

	if (!skb)
		return 0;
	skb_put(skb, 60);
	return 1;
}

void eth_setup(struct net_device *dev, struct napi_struct *napi)
{
	netif_napi_add(dev, napi, eth_poll);
}
