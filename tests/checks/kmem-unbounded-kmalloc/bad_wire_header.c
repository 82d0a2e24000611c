// A length field of a frame, in the byte order of the wire.
#include <linux/byteorder.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

struct frame_header {
	__be16 kind;
	__be16 flags;
	__be32 length;
};

void *frame_payload(struct sk_buff *skb)
{
	const struct frame_header *header = (const void *)skb->data;

	return kmalloc(be32_to_cpu(header->length), GFP_ATOMIC); // expect: kmem-unbounded-kmalloc
}
