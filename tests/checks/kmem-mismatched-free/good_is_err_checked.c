#include <linux/err.h>
#include <linux/string.h>

int command_run(const void __user *from)
{
	char *text = memdup_user(from, 64);

	if (IS_ERR(text))
		return PTR_ERR(text);
	text[63] = 0;
	kfree(text);
	return 0;
}
