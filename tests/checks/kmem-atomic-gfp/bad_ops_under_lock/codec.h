#include <linux/spinlock.h>

struct codec;
struct codec_ops {
	int (*prepare)(struct codec *codec, int rate);
	int (*trigger)(struct codec *codec, int on);
};
struct codec {
	spinlock_t lock;
	const struct codec_ops *ops;
	void *stream;
};
