/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Puts the sound of RTP packets back in order and in time. Packets wait as they came and are decoded when they are due,
 * so that a codec with a memory hears them in order; several codecs may take turns. They are addressed by their place on
 * the line's own clock, which stands still but for stream_playout_get: a packet comes at the time of the next get.
 *
 * The delay is what leaves one packet in a hundred late (playout_delay.h). It grows at once when a packet comes too late
 * and nothing else is there to be played, and shrinks where nobody hears it: in pauses, and by leaving out pitch periods
 * of speech. A playout that is fixed never changes a sound that goes on: its delay changes at a start, in a pause, and where
 * next to nothing is heard, and it shall leave no packet late. What is missing is concealed, and becomes comfort noise as
 * loud as the pauses before. Another source, or a clock that jumped, goes on where the old one would have: what waits of the
 * old one is still played.
 *
 * Media thread only; no allocation.
 */
#ifndef TIPRING_GATEWAY_MEDIA_PLAYOUT_H
#define TIPRING_GATEWAY_MEDIA_PLAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/codec.h"
#include "dsp/conceal.h"
#include "gateway/media/playout_delay.h"
#include "gateway/media/playout_pool.h"
#include "gateway/media/playout_stats.h"
#include "sip/rtp.h"

#define PLAYOUT_AHEAD_SAMPLES 2048 /* a tone is written at most so far ahead */
#define PLAYOUT_GET_MAX 160
#define PLAYOUT_HISTORY 320        /* samples that were played last */
#define PLAYOUT_PENDING 1120       /* samples that are decoded and have not been played */

struct playout_config {
	uint16_t start_ms; /* the delay of a first packet, 0..400 */
	uint16_t min_ms, max_ms; /* 0..400 */
	bool fixed; /* for machines: start_ms it is, and another only from a pause or quiet on */
};

struct playout {
	struct playout_config config;
	/* By enum dsp_codec; NULL: packets of it are refused. Whoever owns the playout sets them, and a reset keeps them. */
	struct dsp_decoder *decoders[DSP_CODEC_COUNT];
	bool started;
	uint32_t clock;      /* samples that were taken in all */
	uint32_t next_place; /* of the next sample to play */

	/* The source. */
	uint32_t ssrc;
	uint32_t anchor_timestamp, anchor_place; /* belong together */
	unsigned clock_factor;   /* of its timestamps to samples */
	bool interrupted;        /* its next packet is like a first one */
	bool anew;               /* its first sound is still to come */
	uint16_t newest_sequence;
	uint64_t arrived[2];     /* the newest sequence number is the lowest bit of the first, and 127 before it */
	unsigned late_run;

	/* What was decoded last. */
	uint32_t sounded_until;  /* its end */
	uint16_t last_sequence;
	uint16_t last_samples;
	uint8_t last_codec;
	bool pausing;            /* the far end said that it is silent now */

	/* The newest tone, which is played so much later than the sound of its time. */
	uint32_t tone_shift;
	uint32_t tone_begins, tones_until; /* as it is played */
	uint32_t tone_ended;     /* by its own time */
	unsigned since_stretch;  /* samples played since the delay was changed in the sound */
	unsigned quiet;          /* where it is fixed: so many samples in a row next to nothing was heard */
	float loud;              /* ... mean square of the loudest of late */
	struct dsp_conceal conceal;
	struct playout_delay delay;
	struct playout_stats stats;
	struct playout_pool pool;
	unsigned pending;
	int16_t sound[PLAYOUT_HISTORY + PLAYOUT_PENDING];
};

/* Another configuration for what goes on; the delay becomes another one at the next pause. */
void stream_playout_config(struct playout *playout, const struct playout_config *config);

/* Forgets all sound and all counts. */
void stream_playout_reset(struct playout *playout, const struct playout_config *config);

/* Forgets the sound that waits, and is silent until more comes. What is known of the network stays. */
void stream_playout_interrupt(struct playout *playout);

/* Sound of one packet. EPROTO: the payload is none of this codec; ENOTSUP: there is no decoder for it. */
int stream_playout_packet(struct playout *playout, const struct ua_rtp_packet *packet, enum dsp_codec codec);
/* ... that came once more, beside a later one, in case it was lost (RFC 2198): only what is still missing is taken, and
 * nothing is learnt of the network. */
void stream_playout_spare(struct playout *playout, const struct ua_rtp_packet *packet, enum dsp_codec codec);
/* A packet of comfort noise (RFC 3389): the far end is silent from its timestamp on. */
void stream_playout_comfort(struct playout *playout, const struct ua_rtp_packet *packet);
/* A packet of this source that has no sound to play: it does not count as lost. */
void stream_playout_other(struct playout *playout, const struct ua_rtp_packet *packet);

/* A tone that lies over the sound; timestamps as those of the source's sound. It is played later than the sound of its time where
 * its end would else be known too late, or came too late itself. */
void stream_playout_put(struct playout *playout, uint32_t ssrc, uint32_t timestamp, const int16_t *samples,
	size_t count);
/* Takes back what of a tone was put for this time and later, and has not been played yet. */
void stream_playout_erase(struct playout *playout, uint32_t timestamp, size_t count);

/* Timestamp of the source that was heard last whose sample plays next. */
uint32_t stream_playout_now(const struct playout *playout);
/* ... of the newest tone. */
uint32_t stream_playout_tone_now(const struct playout *playout);

/* The next samples; count is at most PLAYOUT_GET_MAX. */
void stream_playout_get(struct playout *playout, int16_t *samples, size_t count);

const struct playout_stats *stream_playout_stats(const struct playout *playout);

#endif
