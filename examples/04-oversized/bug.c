// A frame grabber wants one contiguous buffer per picture.
#include <linux/slab.h>

#define WIDTH 2048
#define HEIGHT 1536

struct pixel {
	u8 red, green, blue, alpha;
};

struct grabber {
	struct pixel *picture;
};

static struct pixel *picture_new(size_t width, size_t height)
{
	return kcalloc(width * height, sizeof(struct pixel), GFP_KERNEL);
}

int grabber_start(struct grabber *grabber)
{
	grabber->picture = picture_new(WIDTH, HEIGHT);
	return grabber->picture ? 0 : -ENOMEM;
}

void grabber_stop(struct grabber *grabber)
{
	kfree(grabber->picture);
}
