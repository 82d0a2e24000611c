#include <linux/usb.h>

static int input_submit(struct urb *urb, gfp_t gfp)
{
	return usb_submit_urb(urb, gfp);
}

static void input_complete(struct urb *urb)
{
	input_submit(urb, GFP_ATOMIC);
}

int input_open(struct urb *urb, void *buffer)
{
	usb_fill_bulk_urb(urb, buffer, 64, input_complete, NULL);
	return input_submit(urb, GFP_KERNEL);
}
