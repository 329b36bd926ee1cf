/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/story/tap.h"

#define PACKET_MAX       65536
#define RECEIVE_BUFFER   (4 << 20)
#define KEYS_MAX         512 /* messages remembered, to know them again */
#define CALLS_MAX        8192
#define PACKETS_PER_STEP 256
#define SERVER_PORT      5060 /* of the beds' server (tests/bed/with-server.sh): far ends reach it by UDP, the gateway perhaps by TCP */
#define RTP_HEADER       12
#define RTP_MU_LAW       0
#define SAMPLE_NS        125000
#define LOUD_MU_LAW      0x40 /* a code whose lower seven bits are less is louder than about -30 dBm0 */
#define SILENCE_NS       UINT64_C(100000000)

struct tap {
	int fd;
	unsigned sip_port;
	tap_sip_h *handler;
	void *arg;
	uint64_t keys[KEYS_MAX], key_count;
	uint64_t calls[CALLS_MAX];
	unsigned call_count;
	uint64_t rtp_packets;
	uint64_t loud_ns; /* when the last packet with anything loud in it passed */
	uint8_t packet[PACKET_MAX];
};

static int tap_open(struct tap *tap)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int on = 1, size = RECEIVE_BUFFER;

	address.sll_ifindex = (int)if_nametoindex("lo");
	tap->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (tap->fd < 0)
		return errno;
	setsockopt(tap->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	if (setsockopt(tap->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) ||
		bind(tap->fd, (struct sockaddr *)&address, sizeof address))
		return errno;
	return 0;
}

int tap_alloc(struct tap **tapp, unsigned sip_port, tap_sip_h *handler, void *arg)
{
	struct tap *tap = calloc(1, sizeof *tap);
	int err;

	if (!tap)
		return ENOMEM;
	tap->fd = -1;
	tap->sip_port = sip_port;
	tap->handler = handler;
	tap->arg = arg;
	err = tap_open(tap);
	if (err)
		tap_free(tap);
	else
		*tapp = tap;
	return err;
}

void tap_free(struct tap *tap)
{
	if (!tap)
		return;
	if (tap->fd >= 0)
		close(tap->fd);
	free(tap);
}

int tap_fd(const struct tap *tap)
{
	return tap->fd;
}

uint64_t tap_rtp_packets(const struct tap *tap)
{
	return tap->rtp_packets;
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
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC), wall_ns = clock_ns(CLOCK_REALTIME);

	for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part; part = CMSG_NXTHDR(header, part)) {
		struct timespec time;
		uint64_t at_ns;

		if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&time, CMSG_DATA(part), sizeof time);
		at_ns = (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
		return at_ns < wall_ns ? now_ns - (wall_ns - at_ns) : now_ns;
	}
	return now_ns;
}

static bool seen_before(struct tap *tap, uint64_t key)
{
	uint64_t kept = tap->key_count < KEYS_MAX ? tap->key_count : KEYS_MAX;

	for (uint64_t i = 0; i < kept; i++) {
		if (tap->keys[i] == key)
			return true;
	}
	tap->keys[tap->key_count++ % KEYS_MAX] = key;
	return false;
}

static unsigned call_number(struct tap *tap, uint64_t call_id)
{
	unsigned i = 0;

	while (i < tap->call_count && tap->calls[i] != call_id)
		i++;
	if (i == tap->call_count && tap->call_count < CALLS_MAX)
		tap->calls[tap->call_count++] = call_id;
	return i + 1;
}

static bool sip_take(struct tap *tap, const uint8_t *payload, size_t length, bool out,
	uint64_t at_ns)
{
	struct bed_sip sip = {.at_ns = at_ns, .out = out};
	uint64_t key, call_id;

	if (tap_parse(&sip, (const char *)payload, length, &key, &call_id))
		return false;
	sip.repeated = seen_before(tap, key + out);
	sip.call = call_number(tap, call_id);
	tap->handler(&sip, tap->arg);
	return true;
}

/* What a connection's packet holds: on this interface whole messages, one behind the other. */
static bool sip_take_all(struct tap *tap, const uint8_t *payload, size_t size, bool out, uint64_t at_ns)
{
	bool seen = false;
	size_t length;

	for (; (length = tap_message_length((const char *)payload, size)); payload += length, size -= length)
		seen |= sip_take(tap, payload, length, out, at_ns);
	return seen;
}

/* Bytes before the header of UDP or TCP; 0: it is neither. */
static size_t ip_length(const uint8_t *packet, size_t length, uint8_t *protocol)
{
	size_t head = length ? (size_t)(packet[0] & 15) * 4 : 0;

	if (length >= sizeof(struct ip6_hdr) && packet[0] >> 4 == 6) {
		*protocol = packet[6];
		return sizeof(struct ip6_hdr);
	}
	if (length < sizeof(struct iphdr) || packet[0] >> 4 != 4)
		return 0;
	*protocol = packet[9];
	return head < sizeof(struct iphdr) ? 0 : head;
}

static unsigned port_at(const uint8_t *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

/* How many samples of silence the packet begins with; all of them: it has nothing else. */
static size_t loud_find(const uint8_t *sound, size_t count)
{
	size_t i = 0;

	while (i < count && (sound[i] & 0x7f) >= LOUD_MU_LAW)
		i++;
	return i;
}

/* Sound that begins after silence is told as SOUND, at the time when a packet's first sample would have passed. */
static bool rtp_take(struct tap *tap, const uint8_t *packet, size_t size, uint64_t at_ns)
{
	size_t count = size - RTP_HEADER, silent = loud_find(packet + RTP_HEADER, count);
	struct bed_sip sip = {.out = true, .method = "SOUND", .expires_s = -1, .at_ns = at_ns + silent * SAMPLE_NS};
	bool began = at_ns - tap->loud_ns > SILENCE_NS;

	tap->rtp_packets++;
	if ((packet[1] & 0x7f) != RTP_MU_LAW || silent == count)
		return false;
	tap->loud_ns = at_ns;
	if (began)
		tap->handler(&sip, tap->arg);
	return began;
}

static bool tcp_take(struct tap *tap, const uint8_t *segment, size_t length, uint64_t at_ns)
{
	unsigned from, to;
	size_t head;

	if (length < sizeof(struct tcphdr))
		return false;
	from = port_at(segment);
	to = port_at(segment + 2);
	head = (size_t)(segment[12] >> 4) * 4;
	if (head > length || (from != SERVER_PORT && to != SERVER_PORT && from != tap->sip_port && to != tap->sip_port))
		return false;
	return sip_take_all(tap, segment + head, length - head, from == tap->sip_port || to == SERVER_PORT, at_ns);
}

static bool udp_take(struct tap *tap, const uint8_t *packet, size_t length, uint64_t at_ns)
{
	unsigned from, to;
	size_t size;

	if (length < sizeof(struct udphdr))
		return false;
	from = port_at(packet);
	to = port_at(packet + 2);
	size = length - sizeof(struct udphdr);
	packet += sizeof(struct udphdr);
	if (from == tap->sip_port || to == tap->sip_port)
		return sip_take(tap, packet, size, from == tap->sip_port, at_ns);
	if (to == TAP_MIRROR_PORT && size)
		return sip_take_all(tap, packet + 1, size - 1, packet[0] == 'o', at_ns);
	if (size >= RTP_HEADER && packet[0] >> 6 == 2 && from % 2 == 0 && to % 2 == 0)
		return rtp_take(tap, packet, size, at_ns);
	return false;
}

static bool packet_take(struct tap *tap, size_t length, uint64_t at_ns)
{
	uint8_t protocol = 0;
	size_t head = ip_length(tap->packet, length, &protocol);

	if (!head || length < head)
		return false;
	if (protocol == IPPROTO_UDP)
		return udp_take(tap, tap->packet + head, length - head, at_ns);
	return protocol == IPPROTO_TCP && tcp_take(tap, tap->packet + head, length - head, at_ns);
}

bool tap_step(struct tap *tap)
{
	bool seen = false;

	for (int i = 0; i < PACKETS_PER_STEP; i++) {
		char control[128];
		struct sockaddr_ll address;
		struct iovec vector = {tap->packet, sizeof tap->packet};
		struct msghdr header = {.msg_name = &address,
			.msg_namelen = sizeof address,
			.msg_iov = &vector,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof control};
		ssize_t length = recvmsg(tap->fd, &header, 0);

		if (length < 0)
			break;
		/* Loopback shows each packet twice, as sent and as received. */
		if (address.sll_pkttype != PACKET_OUTGOING)
			seen |= packet_take(tap, (size_t)length, stamp_of(&header));
	}
	return seen;
}
