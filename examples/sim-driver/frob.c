/* The driver with three mistakes, all in what it does when memory is short. frob_test.cpp finds them. */
#include "frob.h"

static struct frob_event *frob_new_event(void)
{
	struct frob_event *event = kmalloc(sizeof(*event), GFP_ATOMIC);

	/* Mistake: the caller is an interrupt handler that holds a lock. */
	if (!event)
		event = kmalloc(sizeof(*event), GFP_KERNEL);
	return event;
}

static irqreturn_t frob_irq(int irq, void *data)
{
	struct frob *frob = data;
	struct frob_event *event;
	unsigned long flags;

	spin_lock_irqsave(&frob->lock, flags);
	event = frob_new_event();
	if (event) {
		event->number = frob->received++;
		list_add_tail(&event->list, &frob->events);
	}
	spin_unlock_irqrestore(&frob->lock, flags);
	return IRQ_HANDLED;
}

static int frob_probe(struct platform_device *pdev)
{
	struct frob *frob;
	int error;

	frob = kzalloc(sizeof(*frob), GFP_KERNEL);
	if (!frob)
		return -ENOMEM;
	frob->dev = &pdev->dev;
	spin_lock_init(&frob->lock);
	INIT_LIST_HEAD(&frob->events);

	frob->label = kasprintf(GFP_KERNEL, "%s-%d", pdev->name, pdev->id);
	if (!frob->label) {
		error = -ENOMEM;
		goto free_frob;
	}

	frob->ring = dma_alloc_coherent(&pdev->dev, FROB_RING_BYTES, &frob->ring_bus, GFP_KERNEL);
	if (!frob->ring) {
		error = -ENOMEM;
		goto free_frob; /* Mistake: the label stays behind. */
	}

	error = request_irq(platform_get_irq(pdev, 0), frob_irq, 0, frob->label, frob);
	if (error) {
		kfree(frob->label);
		goto free_ring;
	}

	platform_set_drvdata(pdev, frob);
	dev_info(&pdev->dev, "%s is ready\n", frob->label);
	return 0;

free_ring:
	dma_free_coherent(&pdev->dev, FROB_RING_BYTES, frob->ring, frob->ring_bus);
	kfree(frob->label); /* Mistake: it has gone already. */
free_frob:
	kfree(frob);
	return error;
}

static void frob_remove(struct platform_device *pdev)
{
	struct frob *frob = platform_get_drvdata(pdev);
	struct frob_event *event, *next;

	free_irq(platform_get_irq(pdev, 0), frob);
	list_for_each_entry_safe(event, next, &frob->events, list) {
		list_del(&event->list);
		kfree(event);
	}
	dma_free_coherent(&pdev->dev, FROB_RING_BYTES, frob->ring, frob->ring_bus);
	kfree(frob->label);
	kfree(frob);
}

struct platform_driver frob_driver = {
	.probe = frob_probe,
	.remove = frob_remove,
	.driver = { .name = "frob" },
};

MODULE_LICENSE("GPL");
