/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The media plane: a worker owns whole lines, watches their hooks and serves all active ones in one tick per
 * block: read, judge, send and receive RTP, mix, write. One thread runs media_step for ever (media_start); flow
 * tests call media_step themselves with virtual time.
 *
 * Control and media share, per line, a wish (what the line shall be) down, a report (what it is) up, and a
 * queue of what the telephone did. Wish and report are boxes: the newest value is always there, so no lost
 * message can leave a telephone ringing.
 */
#ifndef TIPRING_GATEWAY_MEDIA_MEDIA_H
#define TIPRING_GATEWAY_MEDIA_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

#include "dsp/fax_tone.h"
#include "dsp/tone.h"
#include "fxs/fxs.h"
#include "fxs/hook.h"
#include "fxs/zone.h"
#include "gateway/media/event_queue.h"
#include "gateway/media/lateness.h"
#include "gateway/prompts.h"
#include "gateway/ring_pattern.h"
#include "gateway/media/stream.h"

#define MEDIA_CALLS       3 /* streams that the telephone has a part in: talking, waiting or held, third party */
#define MEDIA_BRIDGES     2 /* of two streams each that talk past it, whatever it does; they come after the others */
#define MEDIA_STREAMS     (MEDIA_CALLS + 2 * MEDIA_BRIDGES)

/* What a wish may ask for: the tones of fxs/zone.h, and these. */
enum media_tone {
	MEDIA_TONE_NONE = FXS_TONE_COUNT,
	MEDIA_TONE_BEEP,
	MEDIA_TONE_MILLIWATT, /* the test tone */
	MEDIA_TONE_COUNT,
};

struct media;
struct media_line;

/* Down: all of it is wished anew at each change. Zeroed: an idle line, but for tone. */
struct media_wish {
	uint8_t feed;             /* enum fxs_feed */
	uint8_t hook_mode;        /* enum fxs_hook_mode */
	uint8_t tone;             /* enum fxs_tone or enum media_tone */
	uint8_t tone_serial;      /* another number starts the tone again */
	uint8_t beep_serial;      /* another number: the telephone hears a beep, and what else it hears goes on under it */
	bool tone_stops_at_digit; /* the telephone's first digit silences it at once */
	bool ring;
	uint8_t pattern;          /* that it rings in, and that the call waiting tone sounds in (ring_pattern.h) */
	bool sound;               /* the line is served each tick, as it is while a bridge has a stream or a stream plays the hold sound */
	bool echo;                /* the telephone hears what it says */
	struct prompt_list prompts; /* ... and these words, once */
	/* Who hears whom, as bits: what those streams bring goes out on this one, beside what the telephone says where it has
	 * a part. In a three-way call they are the other parties, in a bridge it is the other end. */
	uint8_t hears[MEDIA_STREAMS];
	struct stream_wish streams[MEDIA_STREAMS];
};

/* Up. */
struct media_report {
	uint32_t wish_sequence; /* the newest wish that is in force: older sockets may be closed */
	bool off_hook;          /* as judged by hook.h */
	uint32_t hang_ups;      /* judged, in all: one that the full queue lost is missed here */
	bool fault;
	int32_t refusal;        /* errno of what the port refused since the newest wish; 0: nothing */
	uint32_t silent_ids[MEDIA_STREAMS]; /* stream_silent_id of each */
	uint32_t quiet_ids[MEDIA_STREAMS];  /* stream_quiet_id */
	uint32_t forged_ids[MEDIA_STREAMS]; /* stream_forged_id */
	struct media_fax {
		uint32_t id;   /* of the stream; 0: none is heard on it */
		uint8_t heard; /* enum dsp_fax: what it was known by */
		bool far;      /* by what came from the peer, else by what the telephone said */
	} faxes[MEDIA_CALLS];
	uint32_t ticks, blocks_missing; /* ticks served; ticks in which the telephone's block was not there */
	uint32_t events_written, events_dropped; /* of the line's queue, in all */
};

#define MEDIA_ENDED MEDIA_STREAMS

/* Up, each second and when a stream ends. */
struct media_stats {
	struct stream_stats streams[MEDIA_STREAMS];
	struct stream_stats ended[MEDIA_ENDED]; /* those that ended last */
};

/* Who takes the far talker's echo out of what the telephone says. */
enum media_echo {
	MEDIA_ECHO_OFF,
	MEDIA_ECHO_SOFTWARE, /* dsp/echo.h */
	MEDIA_ECHO_KERNEL,   /* the port's own; refused (media_report) where it has none */
};

/* What all lines of a profile share; must outlive the media. */
struct media_taste {
	const struct dsp_tone_def *tones[MEDIA_TONE_COUNT]; /* NULL: none */
	const struct dsp_tone_def *waiting_tones[RING_PATTERNS]; /* in place of tones[FXS_TONE_CALL_WAITING] */
	struct fxs_cadence rings[RING_PATTERNS];
	struct sound hold; /* what held parties hear; count 0: nothing */
	struct fxs_hook_config hook;
	uint8_t use; /* enum use: what the sound path may do to a call */
	uint8_t echo;             /* enum media_echo */
	unsigned echo_tail_ms;    /* DSP_ECHO_TAIL_MIN_MS..DSP_ECHO_TAIL_MAX_MS */
	bool echo_mutes;          /* what is left over of the echo is muted, and noise put in its place */
	bool hears_fax;           /* a fax or a modem on either side of a call is reported (dsp/fax_tone.h) */
	bool level_control;       /* what the telephone says is brought to one level (dsp/level.h) */
	bool high_pass;           /* hum is filtered out of what the telephone says (dsp/gain.h) */
	int key_low_dbm0, key_high_dbm0; /* of the keys' tones that the telephone hears, at most; both 0: -11 and -9 */
	int rx_gain_db, tx_gain_db; /* DSP_GAIN_MIN_DB..DSP_GAIN_MAX_DB: of what the telephone says, after the canceller and the digits; of all that it hears */
};

struct media_config {
	unsigned block_samples;   /* 40, 80 or 160 */
	unsigned events_size;     /* of each line's queue, 1..EVENT_QUEUE_MAX */
	bool realtime;            /* SCHED_FIFO and locked memory, where permitted */
	const struct prompts *prompts; /* what there is to say; outlives the media */
	const char *dummy_path;   /* the dummy driver's socket, opened with its first line */
	unsigned lines_max;
};

/* Control thread. */
int media_alloc(struct media **mediap, const struct media_config *config, uint64_t now_ns);
void media_free(struct media *media); /* after media_stop */

/* Before media_start. ENOENT: no such driver; else what the driver's bus_open and port_open say. */
int media_line_add(struct media_line **linep, struct media *media, const char *driver, const char *channel,
	const struct media_taste *taste, uint64_t now_ns);

/* The thread; *realtime tells whether it got SCHED_FIFO and locked memory. */
int media_start(struct media *media, bool *realtime);
void media_stop(struct media *media);

/* Serves all that is due. Returns when to be called next at the latest; before that when a descriptor of
 * media_fd is readable. Media thread or flow test. */
uint64_t media_step(struct media *media, uint64_t now_ns);
int media_fd(const struct media *media); /* an epoll descriptor */

/* Any thread. */
void media_lateness(const struct media *media, struct lateness_view *view);
unsigned media_line_count(const struct media *media); /* after media_start */

/* Control thread: readable when a line has something new; then media_changed until it returns NULL. */
int media_notice_fd(const struct media *media);
void media_notice_clear(struct media *media);
struct media_line *media_changed(struct media *media);

/* Control thread, per line. */
void media_line_arg_set(struct media_line *line, void *arg);
void *media_line_arg(const struct media_line *line);
uint32_t media_line_wish(struct media_line *line, const struct media_wish *wish); /* its sequence number */
bool media_line_event(struct media_line *line, struct media_event *event);
void media_line_report(struct media_line *line, struct media_report *report);

/* Of the stream with this id, while it goes on and a while after. False: nothing is known of it. */
bool media_line_stats(struct media_line *line, uint32_t id, struct stream_stats *stats);

#endif
