// The table is filled at run time, the call goes through a pointer to it.
#include <linux/slab.h>
#include <linux/spinlock.h>

struct codec;
struct codec_ops {
	int (*start)(struct codec *codec);
	int (*stop)(struct codec *codec);
};
struct codec {
	spinlock_t lock;
	struct codec_ops ops;
	void *state;
};

static int chip_start(struct codec *codec)
{
	codec->state = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	return codec->state ? 0 : -ENOMEM;
}

void chip_attach(struct codec *codec)
{
	codec->ops.start = chip_start;
}

int codec_start(struct codec *codec)
{
	int ret = 0;

	spin_lock_bh(&codec->lock);
	if (codec->ops.start)
		ret = codec->ops.start(codec);
	spin_unlock_bh(&codec->lock);
	return ret;
}
