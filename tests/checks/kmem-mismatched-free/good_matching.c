// Each allocator with its own release.
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/string.h>

int all_of_them(struct device *dev, size_t size)
{
	dma_addr_t handle;
	void *k = kmalloc(64, GFP_KERNEL), *v = vmalloc(size), *kv = kvmalloc(size, GFP_KERNEL);
	unsigned long pages = __get_free_pages(GFP_KERNEL, 2);
	int __percpu *counter = alloc_percpu(int);
	void *exact = alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL);
	void *ring = dma_alloc_coherent(dev, 4096, &handle, GFP_KERNEL);
	const char *name = kstrdup_const("name", GFP_KERNEL);

	kfree_const(name);
	if (ring)
		dma_free_coherent(dev, 4096, ring, handle);
	if (exact)
		free_pages_exact(exact, 3 * PAGE_SIZE);
	free_percpu(counter);
	free_pages(pages, 2);
	kvfree(kv);
	vfree(v);
	kfree(k);
	return 0;
}
