/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/media/stream_wire.h"
#include "sip/dtls.h"

#define RTCP_TYPE_FIRST 192 /* RFC 5761 s4: what they share a socket with has none of these */
#define RTCP_TYPE_LAST  223

static bool send_bytes(const struct stream_wire *wire, enum stream_wire_kind kind, const uint8_t *bytes, size_t length)
{
	const union address *remote = &wire->remotes[kind];

	return sendto(wire->fds[kind], bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL, &remote->any, address_size(remote)) >= 0;
}

static bool send_protected(const struct stream_wire *wire, enum stream_wire_kind kind, const uint8_t *bytes, size_t length)
{
	uint8_t room[STREAM_WIRE_BYTES_MAX + UA_SRTP_OVERHEAD_MAX];

	if (!wire->send_key || length > STREAM_WIRE_BYTES_MAX)
		return false;
	memcpy(room, bytes, length);
	if (kind == STREAM_WIRE_RTP ? ua_srtp_protect(wire->send_key, room, &length, sizeof(room)) :
		ua_srtcp_protect(wire->send_key, room, &length, sizeof(room)))
		return false;
	return send_bytes(wire, kind, room, length);
}

bool stream_wire_send(struct stream_wire *wire, enum stream_wire_kind kind, const uint8_t *bytes, size_t length)
{
	const union address *remote = &wire->remotes[kind];

	if (wire->fds[kind] < 0 || address_port(remote) == 0)
		return false;
	return wire->secured ? send_protected(wire, kind, bytes, length) : send_bytes(wire, kind, bytes, length);
}

static bool is_rtcp(enum stream_wire_kind kind, const uint8_t *bytes, size_t length)
{
	return kind == STREAM_WIRE_RTCP || (length > 1 && bytes[1] >= RTCP_TYPE_FIRST && bytes[1] <= RTCP_TYPE_LAST);
}

/* The length of what it holds; 0: nothing to look at. */
static size_t unprotect(struct stream_wire *wire, enum stream_wire_kind kind, uint8_t *bytes, size_t length)
{
	int err;

	if (!wire->receive_key)
		return 0;
	if (is_rtcp(kind, bytes, length))
		return ua_srtcp_unprotect(wire->receive_key, bytes, &length) ? 0 : length;
	err = ua_srtp_unprotect(wire->receive_key, bytes, &length);
	wire->forged += err == EACCES;
	wire->repeated += err == EALREADY;
	return err ? 0 : length;
}

/* True: it is not the sound's. A full queue loses it, and the peer says it again. */
static bool put_aside(const struct stream_wire *wire, const uint8_t *bytes, size_t length, const union address *source)
{
	union address from = {0}; /* of an address that is shorter nothing stands behind it */
	struct iovec parts[] = {
		{.iov_base = &from, .iov_len = sizeof(from)},
		{.iov_base = (void *)(uintptr_t)bytes, .iov_len = length},
	};
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = sizeof(parts) / sizeof(parts[0])};

	if (!wire->aside_fd || !ua_dtls_is(bytes, length))
		return false;
	memcpy(&from, source, address_size(source));
	(void)sendmsg(wire->aside_fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	return true;
}

ssize_t stream_wire_receive(struct stream_wire *wire, enum stream_wire_kind kind, uint8_t *bytes, size_t size,
	union address *source)
{
	socklen_t source_length = sizeof(*source);
	ssize_t length;

	if (wire->fds[kind] < 0)
		return -1;
	length = recvfrom(wire->fds[kind], bytes, size, MSG_DONTWAIT | MSG_TRUNC, &source->any, &source_length);
	if (length < 0 || (size_t)length > size)
		return length;
	if (kind == STREAM_WIRE_RTP && put_aside(wire, bytes, (size_t)length, source))
		return 0;
	if (!wire->secured)
		return length;
	return (ssize_t)unprotect(wire, kind, bytes, (size_t)length);
}
