// The device says how much it has.
#include <linux/io.h>
#include <linux/slab.h>

#define REG_LENGTH 0x10

void *card_read_rom(void __iomem *regs)
{
	u32 length = readl(regs + REG_LENGTH);
	u32 *rom = kmalloc(length, GFP_KERNEL); // expect: kmem-unbounded-kmalloc
	u32 i;

	if (!rom)
		return NULL;
	for (i = 0; i < length / 4; i++)
		rom[i] = readl(regs + 0x100);
	return rom;
}
