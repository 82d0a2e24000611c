/* What the bus and the driver core do with a driver, as a kernel thread. */
#include "board.h"

#include <linux/platform_device.h>

extern struct platform_driver frob_driver;
extern struct platform_driver frob_fixed_driver;

void board_run(void *argument)
{
	struct board *board = argument;
	struct platform_driver *driver = board->fixed ? &frob_fixed_driver : &frob_driver;
	struct platform_device device = {
		.name = "frob", .id = 7, .irq = BOARD_IRQ, .dev = { .init_name = "frob.7" },
	};
	int i;

	board->probe_error = driver->probe(&device);
	if (!board->probe_error) {
		for (i = 0; i < board->interrupts; ++i)
			kmem_sim_raise_irq(board->machine, BOARD_IRQ);
		driver->remove(&device);
	}
	devres_release_all(&device.dev);
}
