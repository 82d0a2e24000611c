// The ops table says who calls: ndo_start_xmit runs with bottom halves off.
#include <linux/netdevice.h>
#include <linux/slab.h>

struct tx_desc {
	struct sk_buff *skb;
};

static netdev_tx_t eth_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct tx_desc *desc = kmalloc(sizeof(*desc), GFP_KERNEL); // expect: kmem-atomic-gfp

	if (!desc)
		return NETDEV_TX_BUSY;
	desc->skb = skb;
	dev->priv = desc;
	return NETDEV_TX_OK;
}

static const struct net_device_ops eth_ops = {
	.ndo_start_xmit = eth_xmit,
};

void eth_setup(struct net_device *dev)
{
	dev->netdev_ops = &eth_ops;
}
