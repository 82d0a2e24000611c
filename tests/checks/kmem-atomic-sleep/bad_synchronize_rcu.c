// Waiting for readers while being one.
#include <linux/rcupdate.h>
#include <linux/slab.h>

void entry_replace(void **slot, void *fresh)
{
	void *old;

	rcu_read_lock();
	old = rcu_dereference(*slot);
	rcu_assign_pointer(*slot, fresh);
	synchronize_rcu(); // expect: kmem-atomic-sleep
	rcu_read_unlock();
	kfree(old);
}
