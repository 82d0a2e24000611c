#include <linux/slab.h>
#include "codec.h"

static int chip_prepare(struct codec *codec, int rate)
{
	codec->stream = kzalloc(128, GFP_KERNEL);
	return codec->stream ? 0 : -ENOMEM;
}

static int chip_trigger(struct codec *codec, int on)
{
	codec->stream = kzalloc(128, GFP_KERNEL); // expect: kmem-atomic-gfp
	return codec->stream ? 0 : -ENOMEM;
}

const struct codec_ops chip_ops = {
	.prepare = chip_prepare,
	.trigger = chip_trigger,
};
