/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/media/stream.h"

static bool is_bound_to(int fd, const char *interface)
{
	return !interface || !interface[0] ||
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface)) == 0;
}

static int socket_open(int *fdp, const union address *local, const struct stream_socket_config *config)
{
	bool is_ipv6 = local->any.sa_family == AF_INET6;
	int tos = config->dscp << 2; /* beside two bits of congestion notification */
	int fd = socket(local->any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	if (!is_bound_to(fd, config->interface) || bind(fd, &local->any, address_size(local)) < 0) {
		int err = errno;

		close(fd);
		return err;
	}
	/* A mark that a network may honour; sound goes without it too. */
	(void)setsockopt(fd, is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, is_ipv6 ? IPV6_TCLASS : IP_TOS, &tos, sizeof(tos));
	if (config->buffer_bytes)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &config->buffer_bytes, sizeof(config->buffer_bytes));
	*fdp = fd;
	return 0;
}

static int pair_open(int fds[STREAM_WIRE_KINDS], union address *local, uint16_t port,
	const struct stream_socket_config *config)
{
	int err;

	address_port_set(local, port);
	err = socket_open(&fds[STREAM_WIRE_RTP], local, config);
	if (err)
		return err;
	address_port_set(local, (uint16_t)(port + UA_RTCP_PORT_AFTER));
	err = socket_open(&fds[STREAM_WIRE_RTCP], local, config);
	if (err)
		close(fds[STREAM_WIRE_RTP]);
	return err;
}

int stream_socket_open(int fds[STREAM_WIRE_KINDS], uint16_t *portp, const struct stream_socket_config *config)
{
	static uint16_t last; /* control thread only: spreads the ports, so that an old call's late packets meet nobody */
	union address local;
	unsigned first = config->port_min + config->port_min % 2u, pairs = (config->port_max + 1u - first) / 2;

	if (address_set(&local, config->addr, 0) != 0)
		return EINVAL;
	for (unsigned i = 0; i < pairs; i++) {
		uint16_t port = (uint16_t)(first + 2 * (++last % pairs));
		int err = pair_open(fds, &local, port, config);

		if (err == 0)
			*portp = port;
		if (err != EADDRINUSE)
			return err;
	}
	return EADDRINUSE;
}
