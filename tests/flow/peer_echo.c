/* SPDX-License-Identifier: BSD-3-Clause */
/* Somebody beyond the proxy who sends back all sound that comes to him. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/flow/peer_private.h"

#define PACKET_MAX 1500

/* How far the sequence number, the clock and the SSRC of each further source are from those of the last. */
#define NUMBER_STEP 5000u
#define CLOCK_STEP  1000000u
#define SSRC_STEP   0x01010101u

static void add(uint8_t *at, uint32_t step)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	value = htonl(ntohl(value) + step);
	memcpy(at, &value, sizeof(value));
}

static void become_source(uint8_t *packet, unsigned source)
{
	uint16_t number;

	memcpy(&number, packet + 2, sizeof(number));
	number = htons((uint16_t)(ntohs(number) + source * NUMBER_STEP));
	memcpy(packet + 2, &number, sizeof(number));
	add(packet + 4, source * CLOCK_STEP);
	add(packet + 8, source * SSRC_STEP);
}

static void on_readable(int fd, void *arg)
{
	struct peer_user *user = arg;
	uint8_t packet[PACKET_MAX];
	struct sockaddr_in from;
	socklen_t from_length = sizeof(from);
	ssize_t length = recvfrom(fd, packet, sizeof(packet), 0, (struct sockaddr *)&from, &from_length);

	if (length < UA_RTP_HEADER_BYTES)
		return;
	if (user->source_packets && --user->source_packets == 0)
		user->source++;
	become_source(packet, user->source);
	sendto(fd, packet, (size_t)length, 0, (const struct sockaddr *)&from, from_length);
}

int echo_watch(struct peer_user *user)
{
	return loop_watch(user->peer->loop, user->fd, on_readable, user);
}
