// The error path frees an error code.
#include <linux/err.h>
#include <linux/string.h>

int command_run(const void __user *from)
{
	char *text = memdup_user(from, 64);
	int ret = 0;

	if (IS_ERR(text)) {
		ret = PTR_ERR(text);
		goto out;
	}
	text[63] = 0;
out:
	kfree(text); // expect: kmem-mismatched-free
	return ret;
}
