/* Also found where the C library asks for the kernel's error numbers, hence complete. */
#ifndef KMEM_LINUX_ERRNO_H
#define KMEM_LINUX_ERRNO_H

#include <asm/errno.h>

#ifndef ERESTARTSYS
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ENOIOCTLCMD 515
#define EPROBE_DEFER 517
#define EOPENSTALE 518
#define ENOTSUPP 524
#endif

#endif
