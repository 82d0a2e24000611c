// In a tasklet in_interrupt() is true.
#include <linux/interrupt.h>
#include <linux/slab.h>

static void *urb_buffer(void)
{
	return kmalloc(64, in_interrupt() ? GFP_ATOMIC : GFP_KERNEL);
}

static void bottom(struct tasklet_struct *t)
{
	kfree(urb_buffer());
}

void setup(struct tasklet_struct *t)
{
	tasklet_setup(t, bottom);
	kfree(urb_buffer());
}
