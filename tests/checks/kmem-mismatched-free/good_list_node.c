// Objects go over a list; the node is not at the start.
#include <linux/slab.h>

struct job {
	int id;
	struct list_head node;
};

int job_add(struct list_head *jobs, int id)
{
	struct job *job = kmalloc(sizeof(*job), GFP_KERNEL);

	if (!job)
		return -ENOMEM;
	job->id = id;
	list_add(&job->node, jobs);
	return 0;
}

void jobs_drop(struct list_head *jobs)
{
	while (!list_empty(jobs)) {
		struct job *job = list_first_entry(jobs, struct job, node);

		list_del(&job->node);
		kfree(job);
	}
}
