/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/vm/keys_wire.h"

#define PACKET_MAX     2048
#define RECEIVE_BUFFER (4 << 20)
#define RTP_HEADER     12
#define RTP_MU_LAW     0
#define LOUD_MU_LAW    0x40 /* a code whose lower seven bits are less is louder than about -30 dBm0 */
#define END_BIT        0x80

int keys_wire_open(struct keys_wire *wire)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP)};
	int on = 1, size = RECEIVE_BUFFER;

	*wire = (struct keys_wire){.fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
	address.sll_ifindex = (int)if_nametoindex("lo");
	if (wire->fd < 0)
		return errno;
	setsockopt(wire->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	if (setsockopt(wire->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) || bind(wire->fd, (struct sockaddr *)&address, sizeof address))
		return errno;
	return 0;
}

void keys_wire_close(struct keys_wire *wire)
{
	if (wire->fd >= 0)
		close(wire->fd);
}

void keys_wire_forget(struct keys_wire *wire)
{
	wire->event = (struct keys_event){0};
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* The kernel stamps packets with wall time; the packet's age is the same on either clock. */
static uint64_t stamp_of(struct msghdr *header)
{
	struct cmsghdr *part = CMSG_FIRSTHDR(header);
	struct timespec time;

	if (!part || part->cmsg_type != SCM_TIMESTAMPNS)
		return clock_ns(CLOCK_MONOTONIC);
	memcpy(&time, CMSG_DATA(part), sizeof time);
	return clock_ns(CLOCK_MONOTONIC) - (clock_ns(CLOCK_REALTIME) - ((uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec));
}

static uint32_t word_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void end_take(struct keys_event *event, unsigned duration)
{
	if (event->ends && duration != event->duration_samples)
		event->ends_differing++;
	event->duration_samples = event->ends ? event->duration_samples : duration;
	event->ends++;
}

static void event_take(struct keys_wire *wire, const uint8_t *packet, uint64_t at_ns)
{
	const uint8_t *payload = packet + RTP_HEADER;
	unsigned duration = (unsigned)payload[2] << 8 | payload[3];
	struct keys_event *event = &wire->event;

	if (!wire->known || wire->timestamp != word_at(packet + 4)) {
		event->first_ns = event->begun ? event->first_ns : at_ns;
		event->begun++;
	}
	wire->known = true;
	wire->timestamp = word_at(packet + 4);
	event->code = payload[0];
	event->packets++;
	if (payload[1] & END_BIT)
		end_take(event, duration);
	else if (duration > event->told_samples)
		event->told_samples = duration;
}

static void sound_take(struct keys_wire *wire, const uint8_t *sound, size_t count)
{
	size_t first = count, last = 0;

	for (size_t i = 0; i < count; i++) {
		if ((sound[i] & 0x7f) >= LOUD_MU_LAW)
			continue;
		first = first < i ? first : i;
		last = i;
	}
	if (first < count)
		wire->event.leaked_samples += (unsigned)(last - first + 1);
}

static void packet_take(struct keys_wire *wire, const uint8_t *packet, size_t length, uint64_t at_ns)
{
	size_t head = length ? (size_t)(packet[0] & 15) * 4 + sizeof(struct udphdr) : 0;

	if (length < head + RTP_HEADER || packet[0] >> 4 != 4 || packet[9] != IPPROTO_UDP || packet[head] != 0x80)
		return;
	packet += head;
	length -= head;
	if ((packet[1] & 0x7f) == KEYS_EVENT_TYPE && length == RTP_HEADER + 4)
		event_take(wire, packet, at_ns);
	else if ((packet[1] & 0x7f) == RTP_MU_LAW)
		sound_take(wire, packet + RTP_HEADER, length - RTP_HEADER);
}

void keys_wire_step(struct keys_wire *wire)
{
	for (;;) {
		uint8_t packet[PACKET_MAX];
		char control[128];
		struct sockaddr_ll address;
		struct iovec vector = {packet, sizeof packet};
		struct msghdr header = {.msg_name = &address, .msg_namelen = sizeof address, .msg_iov = &vector, .msg_iovlen = 1,
			.msg_control = control, .msg_controllen = sizeof control};
		ssize_t length = recvmsg(wire->fd, &header, 0);

		if (length < 0)
			return;
		/* Loopback shows each packet twice, as sent and as received. */
		if (address.sll_pkttype != PACKET_OUTGOING)
			packet_take(wire, packet, (size_t)length, stamp_of(&header));
	}
}
