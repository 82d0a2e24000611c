// With interrupts off in task context in_interrupt() is false: nothing is deferred.
#include <linux/irqflags.h>
#include <linux/mm.h>

void drop(void *text, void *table)
{
	unsigned long flags;

	local_irq_save(flags);
	vfree(text);   // expect: kmem-atomic-vmalloc
	kvfree(table); // expect: kmem-atomic-vmalloc
	local_irq_restore(flags);
}
