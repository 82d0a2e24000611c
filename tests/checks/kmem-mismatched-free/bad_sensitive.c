// kfree_sensitive asks the slab for the size.
#include <linux/mm.h>

int key_test(size_t size)
{
	u8 *key = vmalloc(size);

	if (!key)
		return -ENOMEM;
	key[0] = 0;
	kfree_sensitive(key); // expect: kmem-mismatched-free
	return 0;
}
