// The pointer that is freed is not the one that was allocated.
#include <linux/slab.h>

struct packet {
	u32 length;
	u8 body[60];
};

int packet_test(void)
{
	struct packet *packet = kmalloc(sizeof(*packet), GFP_KERNEL);

	if (!packet)
		return -ENOMEM;
	packet->length = 0;
	kfree(packet->body); // expect: kmem-mismatched-free
	return 0;
}

int skip_blanks(const char *text)
{
	char *copy = kmalloc(64, GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, 64);
	copy += 4;
	kfree(copy); // expect: kmem-mismatched-free
	return 0;
}
