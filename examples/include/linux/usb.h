#ifndef _STUB_USB_H
#define _STUB_USB_H
#include <linux/gfp.h>

struct urb;
typedef void (*usb_complete_t)(struct urb *);
struct urb {
	void *context;
	void *transfer_buffer;
	u32 transfer_buffer_length;
	u32 actual_length;
	usb_complete_t complete;
};
struct urb *usb_alloc_urb(int iso_packets, gfp_t gfp);
void usb_free_urb(struct urb *urb);
int usb_submit_urb(struct urb *urb, gfp_t gfp);
static inline void usb_fill_bulk_urb(struct urb *urb, void *buffer, int length, usb_complete_t complete, void *context)
{
	urb->transfer_buffer = buffer;
	urb->transfer_buffer_length = length;
	urb->complete = complete;
	urb->context = context;
}

#endif
