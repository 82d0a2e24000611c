// min(), a mask and a narrow type each bound the size.
#include <linux/byteorder.h>
#include <linux/io.h>
#include <linux/slab.h>
#include <linux/skbuff.h>

struct short_header {
	__le16 length;
};

void *copy_some(void __iomem *regs)
{
	return kmalloc(min_t(u32, readl(regs), PAGE_SIZE), GFP_KERNEL);
}

void *copy_masked(void __iomem *regs)
{
	return kmalloc((readl(regs) & 0xfff) + 1, GFP_KERNEL);
}

void *copy_short(struct sk_buff *skb)
{
	const struct short_header *header = (const void *)skb->data;

	return kmalloc(le16_to_cpu(header->length), GFP_ATOMIC);
}
