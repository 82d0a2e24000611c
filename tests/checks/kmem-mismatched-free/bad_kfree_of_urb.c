#include <linux/slab.h>
#include <linux/usb.h>

int urb_test(void)
{
	struct urb *urb = usb_alloc_urb(0, GFP_KERNEL);

	if (!urb)
		return -ENOMEM;
	kfree(urb); // expect: kmem-mismatched-free
	return 0;
}
