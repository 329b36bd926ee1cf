/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to the media plane: one line as its worker sees it. */
#ifndef TIPRING_GATEWAY_MEDIA_MEDIA_LINE_H
#define TIPRING_GATEWAY_MEDIA_MEDIA_LINE_H

#include "dsp/dtmf.h"
#include "dsp/gain.h"
#include "dsp/level.h"
#include "gateway/media/box.h"
#include "gateway/media/media.h"
#include "gateway/media/media_echo.h"

struct media_line {
	/* shared with control */
	struct box wish_box, report_box, stats_box;
	struct event_queue events;
	atomic_bool wish_dirty, changed;
	struct media *media;
	void *arg;

	/* control's copies */
	struct media_report report_read;
	struct media_stats stats_read;
	uint32_t report_sequence, stats_sequence;
	bool ready;              /* its memory is there; see media_line_make_ready */
	bool streams_ready[MEDIA_STREAMS];

	/* the worker's own */
	struct fxs_port *port;
	const struct media_taste *taste;
	const struct prompts *spoken;
	struct fxs_hook *hook;
	struct dsp_tone *tone, *beep;
	struct dsp_dtmf_rx *dtmf;
	struct media_echo_path echo;
	struct dsp_fax_tone fax_tone; /* of what the telephone says */
	bool machine;            /* so a stream at the telephone wishes */
	struct dsp_hum_filter hum;
	struct dsp_level level;
	float rx_gain, tx_gain;  /* factors */
	struct media_wish wish;
	uint32_t wish_sequence;
	struct media_report report;
	bool report_dirty;
	bool reports_wait;       /* at the socket of one of its streams: looked for by the worker, for all lines at once */
	struct reports_watch {
		uint32_t id;
		int32_t fd;
	} watches[MEDIA_STREAMS]; /* of streams whose socket for reports the worker watches */
	bool touched;            /* stands in the worker's list of lines to publish */
	uint8_t feed;            /* enum fxs_feed that the port took */
	bool port_sounding;      /* the port's sound is on */
	bool sounding;           /* served each tick: the port's sound is on, or a bridge or a hold sound needs no port */
	unsigned dry_ticks;      /* since the port had a block */
	uint32_t open_samples;   /* of sound that went to a loop that is open */
	bool ringing;
	bool watched;            /* its descriptor is: not while the port is out of order */
	bool tone_new;           /* it has not sounded yet */
	float call_gain;         /* of what the call brings: less while a tone is laid over it */
	struct prompt_player prompts;
	uint64_t tone_muted_until_ns; /* UINT64_MAX: until another tone is wished */
	uint64_t now_ns;         /* of the step that is running */
	uint8_t live;            /* bits of those streams that have an id: what the others keep no tick looks at */
	struct stream streams[MEDIA_STREAMS];
	struct media_stats stats;
	unsigned ended;          /* the next place among stats.ended */
	int16_t said[FXS_BLOCK_SAMPLES_MAX]; /* what the telephone said in the last block, for its echo */
	/* What each stream brought in the last block, for who hears it. */
	int16_t brought[MEDIA_STREAMS][FXS_BLOCK_SAMPLES_MAX];
};

int media_line_alloc(struct media_line **linep, struct media *media, struct fxs_bus *bus,
	const struct fxs_driver *driver, const char *channel, const struct media_taste *taste,
	unsigned block_samples, unsigned events_size, uint64_t now_ns);
void media_line_free(struct media_line *line);

/* Control thread, before a wish is: gives the line and its streams the memory that their first ticks with this wish will use. */
void media_line_make_ready(struct media_line *line, const struct media_wish *wish);

/* Puts the newest wish into force. */
void media_line_obey(struct media_line *line, uint64_t now_ns);
/* ... again, what the port refused: media_line_heal does so each second. */
void media_line_port_obey(struct media_line *line, const struct media_wish *wish, uint64_t now_ns);
/* ... at each tick, to ring: it is answered EBUSY by a telephone that was lifted in the same instant, whose edge is on the way, and by a
 * line whose battery was dropped a moment ago. */
void media_line_ring_obey(struct media_line *line, uint64_t now_ns);
void media_line_stats_publish(struct media_line *line);
/* Reads and judges what happened on the wires. */
void media_line_watch(struct media_line *line, uint64_t now_ns);
/* Hook verdicts that time alone brings. */
void media_line_judge(struct media_line *line, uint64_t now_ns);
/* One block each way. */
void media_line_tick(struct media_line *line, uint64_t now_ns, size_t count);
/* Compares the judged hook with the port's own and heals a lost edge; tries again what the port refused. */
void media_line_heal(struct media_line *line, uint64_t now_ns);
/* Publishes the report when it changed; returns whether control has something to read. */
bool media_line_publish(struct media_line *line);

#endif
