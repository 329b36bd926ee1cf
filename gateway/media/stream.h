/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One RTP stream of a line: socket, packets, codec, playout. The control thread opens and closes the socket and
 * says what it wishes (struct stream_wish); all else is the media thread's, without allocation.
 */
#ifndef TIPRING_GATEWAY_MEDIA_STREAM_H
#define TIPRING_GATEWAY_MEDIA_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dsp/codec.h"
#include "dsp/fax_tone.h"
#include "gateway/address.h"
#include "gateway/media/hold_player.h"
#include "gateway/media/latch.h"
#include "gateway/media/playout.h"
#include "gateway/media/relay.h"
#include "gateway/media/stream_rtcp.h"
#include "gateway/media/stream_stats.h"
#include "gateway/media/stream_wire.h"
#include "sip/rtp.h"

#define STREAM_TYPES_MAX        32
#define STREAM_FRAME_MAX        480 /* samples of the longest packet that is sent, 60 ms */
#define STREAM_BLOCK_MAX        160
#define STREAM_OWN_CODECS       2 /* PCMU and PCMA, the first of enum dsp_codec */
#define STREAM_SILENT_MS        3000 /* without a packet for so long its sound counts as lost */
#define STREAM_FORGED_MAX       25 /* packets; a few come while keys change */
#define STREAM_QUIET_MS         1000 /* ... before the call is answered: nobody makes its sound */

#define STREAM_PRESSES          8  /* keys of the peer's that a wish tells of */
#define STREAM_PRESS_GAP_MS     50 /* between two that come at once */
#define STREAM_CNAME_BYTES      21 /* with the final zero */

/* Whether packets go where the far end's come from, rather than where it said: it may be behind an address translator. */
enum stream_symmetric {
	STREAM_SYMMETRIC_OFF,
	STREAM_SYMMETRIC_PRIVATE, /* when it said a private address, and its packets come from another host */
	STREAM_SYMMETRIC_ON,
};

/* What a payload type means. */
enum stream_take {
	STREAM_REFUSES = 0,
	STREAM_EVENTS,
	STREAM_EVENTS_48, /* ... with a clock of 48 kHz */
	STREAM_RED,
	STREAM_SOUND,     /* and enum dsp_codec added to it */
};

/* What control wishes of a stream. A new id is a new stream; the same id with other values changes it on
 * the way. id 0: no stream. */
struct stream_wish {
	uint32_t id;
	int32_t fd, rtcp_fd;         /* non-blocking UDP sockets; rtcp_fd -1: none */
	union address remote;        /* where sound goes; port 0: nowhere yet */
	uint16_t rtcp_port;          /* where RTCP goes there; 0: nowhere. The port of sound: both share one (RFC 5761) */
	char cname[STREAM_CNAME_BYTES]; /* read when the id is new */
	uint8_t symmetric;           /* enum stream_symmetric */
	struct ua_rtp_sender sender; /* start values, read when the id is new */
	uint8_t payload_type;        /* of what is sent */
	uint8_t codec;               /* enum dsp_codec of what is sent */
	struct dsp_encoder *encoder; /* its; NULL: PCMU or PCMA, for which the stream has its own */
	uint8_t clock_factor;        /* of its timestamps to samples; 0 is 1 */
	uint8_t red_type;            /* what is sent has the packet before it within, in packets of this type (RFC 2198); 0: no */
	uint8_t event_type;          /* of the telephone's keys sent as events; 0: none, they go in band */
	uint8_t event_factor;        /* of the events' clock; 0 is 1 */
	bool told;                   /* the telephone's keys go by signalling instead: as MEDIA_EVENT_KEY, and their tones not at all */
	struct stream_press {        /* keys of the peer that came by signalling: the newest of them, by their number */
		char key;
		uint16_t ms;
	} presses[STREAM_PRESSES];
	uint32_t press_count;        /* in all; those that were there when the id was new are not played */
	struct stream_type {
		uint8_t payload_type;
		uint8_t take; /* enum stream_take */
	} takes[STREAM_TYPES_MAX];   /* what comes, up to the first STREAM_REFUSES; 0 and 8 are PCMU and PCMA if they are nothing else */
	struct dsp_decoder *decoders[DSP_CODEC_COUNT]; /* for it; of PCMU and PCMA the stream has its own */
	uint8_t ptime_ms;            /* 10..60, rounded up to what the codec can */
	bool sends, receives;
	bool plays_hold;             /* what is sent is the hold sound: neither the telephone nor its keys */
	int32_t aside_fd;            /* for packets of a handshake (stream_wire.h); 0: none */
	bool secured;                /* without keys nothing goes nor comes */
	struct ua_srtp *send_key, *receive_key; /* NULL: none; they live until a wish without them is in force */
	bool peer_called;            /* else the telephone did: who called may be a fax that is known by one calling tone */
	bool machine;                /* machines talk on it: of the telephone's sound nothing is muted, filtered or levelled */
	struct playout_config playout; /* read when the id is new, and when fixed is */
};

struct stream {
	struct stream_wish wish;
	struct stream_wire wire;
	struct ua_rtp_sender sender;
	bool suspected; /* the telephone's key may be down: none of its tone goes out as sound where keys go as events */
	uint8_t fax;    /* enum dsp_fax: what was heard on it since the id is new */
	bool fax_far;   /* ... from the peer */
	struct dsp_fax_tone fax_tone; /* of what comes */
	bool talkspurt; /* the next packet is the first of a talkspurt */
	struct latch latch;        /* whose packets are taken */
	uint64_t now_ns;           /* of the tick that is running */
	struct stream_rtcp rtcp;
	uint16_t rtcp_source_port; /* that RTCP came from last, where the latched source is; 0: none did */
	uint32_t silent_samples;   /* since its last packet, or since one was wished for */
	size_t frame_fill;
	struct dsp_encoder *encoders[STREAM_OWN_CODECS];
	uint64_t packets_sent, packets_received, packets_refused;
	struct relay relay;
	struct hold_player hold;
	struct dsp_dtmf_tx *tones; /* for events that come; NULL: no tones */
	struct dsp_dtmf_tx *pressed; /* ... for keys that come by signalling */
	bool pressing;             /* one of those sounds */
	bool key_down;             /* the telephone's, which is told */
	struct stream *onward;     /* events that come go out on it as such, where its peer takes them; NULL: they become tones */

	/* What a stream without a call leaves untouched stands last and in one piece, so that it takes no memory. */
	struct playout playout;
	int16_t frame[STREAM_FRAME_MAX + STREAM_BLOCK_MAX]; /* samples that wait for a packet to be full */
	struct stream_spare {
		uint8_t bytes[STREAM_FRAME_MAX];
		size_t length; /* 0: none */
		uint8_t payload_type;
		uint32_t timestamp;
	} spare; /* what was sent last, to be sent again */
};

/* What a stream needs of memory, once; all zero before. tones: it may have to play events. */
int stream_init(struct stream *stream, bool tones);
void stream_free(struct stream *stream);
/* How loud the tones of keys are that come, at most, and where nothing says it. */
void stream_keys_usual(struct stream *stream, int low_dbm0, int high_dbm0);

struct stream_socket_config {
	const char *addr; /* numeric */
	uint16_t port_min, port_max;
	const char *interface; /* NULL or "": none */
	uint8_t dscp;     /* of what is sent (RFC 2474), 0..63 */
	int buffer_bytes; /* of what has come and was not read; 0: as the system has it */
};

/* Opens a socket on an even port of the range, and one on the port after (RFC 3550 s11), next to where the last search ended;
 * EADDRINUSE when all are taken. */
int stream_socket_open(int fds[STREAM_WIRE_KINDS], uint16_t *portp, const struct stream_socket_config *config);

void stream_update(struct stream *stream, const struct stream_wish *wish);

/* Before the rest of a tick, and each second while there are none: hears and sends reports. */
void stream_tick(struct stream *stream, uint64_t now_ns);
/* ... where none waits, as the worker knows of all its streams at once. */
void stream_tick_unheard(struct stream *stream, uint64_t now_ns);

void stream_stats_get(const struct stream *stream, struct stream_stats *stats);

/* One block from the telephone; sends a packet when one is full. */
void stream_send(struct stream *stream, const int16_t *samples, size_t count);

/* The stream's id when nothing has come for STREAM_SILENT_MS, else 0. */
uint32_t stream_silent_id(const struct stream *stream);
/* ... for STREAM_QUIET_MS. */
uint32_t stream_quiet_id(const struct stream *stream);
/* ... when STREAM_FORGED_MAX packets came that its key did not sign. */
uint32_t stream_forged_id(const struct stream *stream);

/* What a machine is known by was heard: from the peer (far), or from the telephone. A calling tone of who was called counts only when
 * it is repeated (struct dsp_fax_tone), since answering machines beep alike. */
void stream_fax(struct stream *stream, enum dsp_fax heard, bool repeated, bool far);

/* The telephone's keys go out on it as events rather than as sound. */
bool stream_sends_events(const struct stream *stream);

/* ... as MEDIA_EVENT_KEY, by signalling. */
bool stream_tells_keys(const struct stream *stream);
/* One or the other: their tones do not. */
bool stream_mutes_keys(const struct stream *stream);

/* Whether the next block, and it alone, may be of a key, as dsp_dtmf_rx_suspects has it. */
void stream_suspect(struct stream *stream, bool suspected);

/* The telephone's key, as dsp_dtmf_h tells it, and how loud it is (0..63, -dBm0): sent as an event where the peer takes them; from its detection to the end
 * of its tone no sound goes out. Before the stream_send of the same block. */
void stream_key(struct stream *stream, char digit, bool down, unsigned volume, unsigned duration_samples);

/* Takes all packets that wait in the socket, then one block for the telephone. */
void stream_play(struct stream *stream, int16_t *samples, size_t count);

#endif
