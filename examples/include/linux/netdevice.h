#ifndef _STUB_NETDEVICE_H
#define _STUB_NETDEVICE_H
#include <linux/skbuff.h>

typedef int netdev_tx_t;
enum { NETDEV_TX_OK = 0, NETDEV_TX_BUSY = 0x10 };
struct net_device_ops {
	int (*ndo_open)(struct net_device *dev);
	int (*ndo_stop)(struct net_device *dev);
	netdev_tx_t (*ndo_start_xmit)(struct sk_buff *skb, struct net_device *dev);
	void (*ndo_set_rx_mode)(struct net_device *dev);
};
struct net_device {
	const struct net_device_ops *netdev_ops;
	void *priv;
};
struct napi_struct {
	struct net_device *dev;
	int (*poll)(struct napi_struct *, int);
};
static inline void *netdev_priv(const struct net_device *dev) { return dev->priv; }
void netif_napi_add_weight(struct net_device *dev, struct napi_struct *napi, int (*poll)(struct napi_struct *, int),
			   int weight);
static inline void netif_napi_add(struct net_device *dev, struct napi_struct *napi,
				  int (*poll)(struct napi_struct *, int))
{
	netif_napi_add_weight(dev, napi, poll, 64);
}

#endif
