/* SPDX-License-Identifier: BSD-3-Clause */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fxs/dahdi_sys.h"

static int sys_open(const char *path, int flags)
{
	return open(path, flags);
}

static int sys_ioctl(int fd, unsigned long request, void *argument)
{
	return ioctl(fd, request, argument);
}

static const struct fxs_dahdi_sys kernel = {
	.open = sys_open,
	.close = close,
	.read = read,
	.write = write,
	.ioctl = sys_ioctl,
};

const struct fxs_dahdi_sys *fxs_dahdi_sys = &kernel;
