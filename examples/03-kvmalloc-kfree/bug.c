// A codec keeps a table of coefficients from probe to remove.
#include <linux/device.h>
#include <linux/mm.h>

struct codec {
	u32 *coefficients;
	unsigned int count;
};

static int codec_load(struct codec *codec, unsigned int count)
{
	codec->coefficients = kvmalloc_array(count, sizeof(u32), GFP_KERNEL);
	if (!codec->coefficients)
		return -ENOMEM;
	codec->count = count;
	return 0;
}

static void codec_unload(struct codec *codec)
{
	kfree(codec->coefficients);
	codec->count = 0;
}

static int codec_probe(struct platform_device *pdev)
{
	struct codec *codec = devm_kzalloc(&pdev->dev, sizeof(*codec), GFP_KERNEL);

	if (!codec)
		return -ENOMEM;
	platform_set_drvdata(pdev, codec);
	return codec_load(codec, 4096);
}

static void codec_remove(struct platform_device *pdev)
{
	codec_unload(platform_get_drvdata(pdev));
}

const struct platform_driver codec_driver = {
	.probe = codec_probe,
	.remove = codec_remove,
};
