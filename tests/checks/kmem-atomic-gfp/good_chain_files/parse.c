#include <linux/gfp.h>

void *frame_new(gfp_t gfp);

void *frame_parse(void *port, gfp_t gfp)
{
	return port ? frame_new(gfp) : NULL;
}
