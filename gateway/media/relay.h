/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The keys of a telephone as events in the RTP stream and back (RFC 4733), for one stream. Media thread only; no
 * allocation.
 *
 * Out: an event begins with the tone, not with its detection, and tells no more time than the tone is known to have
 * lasted; its ends tell the true duration, and all of its packets how loud it was. In: an event becomes a tone in the playout at the event's own
 * timestamps, as loud as it says within what telephones stand, so that it takes the place of what of the tone leaked as sound, and equal keys in
 * a row stay two. One of 0 dBm0, which no telephone sends, says nothing of how loud it was.
 */
#ifndef TIPRING_GATEWAY_MEDIA_RELAY_H
#define TIPRING_GATEWAY_MEDIA_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/dtmf.h"
#include "gateway/media/playout.h"
#include "gateway/media/twins.h"
#include "sip/dtmf_event.h"

#define RELAY_EXPIRE_MS 200 /* an event that nothing is heard of for so long has ended */

/* Zeroed: no key either way. */
struct relay {
	bool down;             /* a key of the telephone is: no sound goes out */
	uint32_t age_samples;  /* since its tone began */
	uint32_t told_samples;
	size_t since_packet_samples;
	struct ua_dtmf_sender sender;

	struct ua_dtmf_receiver receiver;
	unsigned event_factor;    /* of the clock of the events that come to samples; 0 is 1 */
	struct twins twins;       /* keys that came here, and by signalling */
	bool sounding;
	uint32_t timestamp;       /* of the event whose tone is written */
	uint32_t written_samples; /* of the tone, into the playout */
	uint64_t played_samples;  /* the relay's clock */
};

/* One packet of an event goes out. */
typedef void relay_packet_h(const uint8_t *bytes, size_t length, void *arg);

/* Where the packets of one stream go. */
struct relay_out {
	struct ua_rtp_sender *rtp; /* its timestamp is the stream's clock, which only the stream moves on */
	uint8_t payload_type;
	unsigned clock_factor; /* of its timestamps to samples */
	unsigned event_factor; /* of the durations of events */
	relay_packet_h *handler;
	void *arg;
};

/* A key (one of 0-9 * # A-D) went down age_samples ago, so loud (0..63, -dBm0), or up after duration_samples. */
void relay_key_down(struct relay *relay, const struct relay_out *out, char digit, unsigned volume, uint32_t age_samples);
void relay_key_up(struct relay *relay, const struct relay_out *out, uint32_t duration_samples);
/* Each block; a packet goes out every packet_samples while there is something to tell. */
void relay_tick(struct relay *relay, const struct relay_out *out, size_t count, size_t packet_samples);

/* A packet of an event type came; tones is the generator of this stream, event_factor that of the events' clock to
 * samples. */
void relay_hear(struct relay *relay, struct playout *playout, struct dsp_dtmf_tx *tones,
	const struct ua_rtp_packet *packet, unsigned event_factor);
/* The sound in this packet is of a time that an event's tone was written for: a peer may send both, and the event is
 * what is meant. */
bool relay_covers(const struct relay *relay, const struct playout *playout, const struct ua_rtp_packet *packet);
/* A packet of the event type came, and goes on as a key elsewhere instead of becoming a tone. */
typedef void relay_key_h(char digit, bool down, unsigned volume, uint32_t duration_samples, void *arg);
void relay_pass(struct relay *relay, const struct ua_rtp_packet *packet, unsigned event_factor, relay_key_h *handler, void *arg);
/* A key came by signalling: false: it has come as an event too, and sounds already. */
bool relay_is_news(struct relay *relay, char key);
/* Each block that is played: ends events whose ends were lost. Returns how long such a one had lasted, in samples; 0: none. */
uint32_t relay_play(struct relay *relay, struct playout *playout, size_t count);

#endif
