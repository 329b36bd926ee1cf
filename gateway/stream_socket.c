/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/stream.h"

/* Low delay for sound: expedited forwarding (RFC 3246), DSCP 46. */
#define TOS_EXPEDITED 0xb8

static int socket_open(int *fdp, const struct sockaddr_in *local)
{
	int tos = TOS_EXPEDITED;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	if (bind(fd, (const struct sockaddr *)local, sizeof(*local)) < 0) {
		int err = errno;

		close(fd);
		return err;
	}
	/* A mark that a network may honour; sound goes without it too. */
	(void)setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	*fdp = fd;
	return 0;
}

int stream_socket_open(int *fdp, uint16_t *portp, const char *addr, uint16_t port_min, uint16_t port_max)
{
	static uint16_t last; /* control thread only: spreads the ports, so that an old call's late packets meet nobody */
	struct sockaddr_in local = {.sin_family = AF_INET};
	unsigned first = port_min + port_min % 2u, pairs = (port_max + 1u - first) / 2;

	if (inet_pton(AF_INET, addr, &local.sin_addr) != 1)
		return EINVAL;
	for (unsigned i = 0; i < pairs; i++) {
		uint16_t port = (uint16_t)(first + 2 * (++last % pairs));
		int err;

		local.sin_port = htons(port);
		err = socket_open(fdp, &local);
		if (err == 0)
			*portp = port;
		if (err != EADDRINUSE)
			return err;
	}
	return EADDRINUSE;
}
