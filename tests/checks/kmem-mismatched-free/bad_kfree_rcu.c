// The grace period does not change the allocator.
#include <linux/percpu.h>
#include <linux/rcupdate.h>

struct counters {
	struct rcu_head rcu;
	u64 events;
};

void counters_test(void)
{
	struct counters __percpu *c = alloc_percpu(struct counters);

	if (c)
		kfree_rcu(c, rcu); // expect: kmem-mismatched-free
}
