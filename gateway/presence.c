/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/address.h"
#include "gateway/presence.h"

/* An address that is not here cannot be bound to; any port will do. */
static int bind_err(const char *addr)
{
	union address address;
	int fd, err = address_set(&address, addr, 0);

	if (err)
		return err;
	fd = socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	err = bind(fd, &address.any, address_size(&address)) < 0 ? errno : 0;
	close(fd);
	return err;
}

enum presence_change presence_review(struct presence *presence, const char *addr)
{
	int err = bind_err(addr);

	if ((err && err != EADDRNOTAVAIL) || presence->gone == (err != 0))
		return PRESENCE_SAME;
	presence->gone = err != 0;
	return presence->gone ? PRESENCE_LOST : PRESENCE_BACK;
}
