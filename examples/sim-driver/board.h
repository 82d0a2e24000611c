/* Between the test, which is C++ and knows kmem/sim.h, and the driver, which is C and knows linux/. */
#ifndef BOARD_H
#define BOARD_H

#include <kmem/sim.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BOARD_IRQ 5

struct board {
  kmem_sim *machine;
  int fixed;      /* which version of the driver */
  int interrupts; /* that the device raises between probe and remove */
  int probe_error;
};

/* A kmem_function: probe, interrupts, remove. */
void board_run(void *board);

#ifdef __cplusplus
}
#endif
#endif
