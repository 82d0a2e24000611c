// A completion handler that resubmits its URB as a probe function would.
#include <linux/usb.h>

static void input_complete(struct urb *urb)
{
	usb_submit_urb(urb, GFP_KERNEL); // expect: kmem-atomic-gfp
}

int input_open(struct urb *urb, void *buffer)
{
	usb_fill_bulk_urb(urb, buffer, 64, input_complete, NULL);
	return usb_submit_urb(urb, GFP_KERNEL);
}
