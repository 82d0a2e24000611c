#include <linux/rcupdate.h>
#include <linux/vmalloc.h>

struct map {
	void *table;
};

void map_shrink(struct map **slot)
{
	struct map *map;

	rcu_read_lock();
	map = rcu_dereference(*slot);
	vfree(map->table); // expect: kmem-atomic-vmalloc
	map->table = NULL;
	rcu_read_unlock();
}
