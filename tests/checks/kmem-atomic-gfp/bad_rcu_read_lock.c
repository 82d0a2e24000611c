#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

struct config {
	char name[16];
};

char *config_name(struct config **slot)
{
	struct config *config;
	char *name;

	rcu_read_lock();
	config = rcu_dereference(*slot);
	name = kmemdup(config->name, sizeof(config->name), GFP_KERNEL); // expect: kmem-atomic-gfp
	rcu_read_unlock();
	return name;
}
