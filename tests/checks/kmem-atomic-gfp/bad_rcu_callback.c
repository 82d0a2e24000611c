#include <linux/rcupdate.h>
#include <linux/slab.h>

struct session {
	struct rcu_head rcu;
	void **last_words;
};

static void session_release(struct rcu_head *head)
{
	struct session *s = container_of(head, struct session, rcu);

	*s->last_words = kmalloc(64, GFP_KERNEL); // expect: kmem-atomic-gfp
	kfree(s);
}

void session_put(struct session *s)
{
	call_rcu(&s->rcu, session_release);
}
