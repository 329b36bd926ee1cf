/* SPDX-License-Identifier: BSD-3-Clause */
#include <sys/socket.h>

#include "gateway/media/stream_wire.h"

bool stream_wire_send(struct stream_wire *wire, enum stream_wire_kind kind, const uint8_t *bytes, size_t length)
{
	const union address *remote = &wire->remotes[kind];

	if (wire->fds[kind] < 0 || address_port(remote) == 0)
		return false;
	return sendto(wire->fds[kind], bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL, &remote->any,
		address_size(remote)) >= 0;
}

ssize_t stream_wire_receive(struct stream_wire *wire, enum stream_wire_kind kind, uint8_t *bytes, size_t size,
	union address *source)
{
	socklen_t source_length = sizeof(*source);

	if (wire->fds[kind] < 0)
		return -1;
	return recvfrom(wire->fds[kind], bytes, size, MSG_DONTWAIT | MSG_TRUNC, &source->any, &source_length);
}
