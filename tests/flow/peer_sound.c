/* SPDX-License-Identifier: BSD-3-Clause */
/* An announcement of somebody beyond the proxy: noise, which a telephone takes for a voice. */
#include <arpa/inet.h>
#include <stdint.h>
#include <sys/socket.h>

#include "tests/flow/peer_private.h"

#define PACKET_MS    20
#define PACKET_BYTES 160
#define QUIET_BITS   0xcf /* of a G.711 code: no loud ones */

static uint8_t noise(struct peer_user *user)
{
	user->noise = user->noise * 1103515245 + 12345;
	return (uint8_t)(user->noise >> 16 & QUIET_BITS);
}

static void on_timer(void *arg)
{
	struct peer_user *user = arg;
	uint8_t packet[UA_RTP_HEADER_BYTES + PACKET_BYTES], payload[PACKET_BYTES];
	size_t length;

	for (size_t i = 0; i < PACKET_BYTES; i++)
		payload[i] = noise(user) ^ 0x55;
	length = ua_rtp_sender_packet(&user->sender, packet, sizeof(packet), user->payload_type, false, payload,
		PACKET_BYTES, PACKET_BYTES);
	sendto(user->fd, packet, length, 0, (const struct sockaddr *)&user->sound_to, sizeof(user->sound_to));
	loop_timer_start(user->sound_timer, PACKET_MS);
}

int sound_start(struct peer_user *user, const struct ua_sdp *theirs, uint8_t payload_type)
{
	int err = user->sound_timer ? 0 : loop_timer_alloc(&user->sound_timer, user->peer->loop, on_timer, user);

	if (err)
		return err;
	user->payload_type = payload_type;
	user->sound_to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(theirs->port)};
	inet_pton(AF_INET, theirs->addr, &user->sound_to.sin_addr);
	loop_timer_start(user->sound_timer, PACKET_MS);
	return 0;
}

void sound_stop(struct peer_user *user)
{
	loop_timer_free(user->sound_timer);
	user->sound_timer = NULL;
}
