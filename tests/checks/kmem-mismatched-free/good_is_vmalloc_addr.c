#include <linux/mm.h>

struct text {
	char *bytes;
};

int text_init(struct text *text, size_t size)
{
	text->bytes = kvmalloc(size, GFP_KERNEL);
	return text->bytes ? 0 : -ENOMEM;
}

void text_release(struct text *text)
{
	if (is_vmalloc_addr(text->bytes))
		vfree(text->bytes);
	else
		kfree(text->bytes);
}
