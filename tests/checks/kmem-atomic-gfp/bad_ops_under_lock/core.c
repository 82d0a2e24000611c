// The core calls the driver's operation with its lock held.
#include <linux/spinlock.h>
#include "codec.h"

int codec_start(struct codec *codec)
{
	int ret;

	spin_lock(&codec->lock);
	ret = codec->ops->trigger(codec, 1);
	spin_unlock(&codec->lock);
	return ret;
}
