// kstrdup_const may return its argument.
#include <linux/string.h>

struct label {
	const char *text;
};

int label_set(struct label *label, const char *text)
{
	label->text = kstrdup_const(text, GFP_KERNEL);
	return label->text ? 0 : -ENOMEM;
}

void label_clear(struct label *label)
{
	kfree(label->text); // expect: kmem-mismatched-free
}
