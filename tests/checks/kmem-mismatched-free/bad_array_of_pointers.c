// Each element is vmalloc memory; the array itself is not.
#include <linux/mm.h>

#define PLANES 3

struct frame {
	void *planes[PLANES];
};

int frame_init(struct frame *f, size_t size)
{
	int i;

	for (i = 0; i < PLANES; i++) {
		f->planes[i] = vmalloc(size);
		if (!f->planes[i])
			return -ENOMEM;
	}
	return 0;
}

void frame_release(struct frame *f)
{
	int i;

	for (i = 0; i < PLANES; i++)
		kfree(f->planes[i]); // expect: kmem-mismatched-free
}
