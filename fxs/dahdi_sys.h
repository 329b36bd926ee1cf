/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The few system calls through which the driver `dahdi` talks to the kernel, as a table that unit
 * tests replace to make each of them fail. They behave and set errno as the calls of those names.
 */
#ifndef TIPRING_FXS_DAHDI_SYS_H
#define TIPRING_FXS_DAHDI_SYS_H

#include <sys/types.h>

struct fxs_dahdi_sys {
	int (*open)(const char *path, int flags);
	int (*close)(int fd);
	ssize_t (*read)(int fd, void *bytes, size_t length);
	ssize_t (*write)(int fd, const void *bytes, size_t length);
	int (*ioctl)(int fd, unsigned long request, void *argument);
};

/* What the driver uses; the kernel's unless a test has set another. */
extern const struct fxs_dahdi_sys *fxs_dahdi_sys;

#endif
