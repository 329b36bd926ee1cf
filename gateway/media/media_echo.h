/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Private to the media plane: takes the far talker's echo out of what a line's telephone says. It keeps what was written to the port until its
 * echo can have come back.
 */
#ifndef TIPRING_GATEWAY_MEDIA_MEDIA_ECHO_H
#define TIPRING_GATEWAY_MEDIA_MEDIA_ECHO_H

#include "dsp/echo.h"
#include "fxs/fxs.h"
#include "gateway/media/media.h"

#define MEDIA_ECHO_WRITTEN 1024 /* samples kept: more than any port's echo_delay and three blocks */

struct media_echo_path {
	struct dsp_echo *canceller; /* NULL: nothing is taken out */
	const void *memory;         /* what it touches in each block */
	size_t memory_size;
	unsigned delay;             /* fxs_driver.echo_delay */
	int16_t written[MEDIA_ECHO_WRITTEN]; /* a ring */
	unsigned end;               /* of what was written, modulo the ring's size */
	unsigned read;              /* samples read since the last block was written */
	bool skipped;               /* the block before this one */
};

/* Control thread. */
int media_echo_alloc(struct media_echo_path *path, const struct media_taste *taste, unsigned block_samples, unsigned delay);
/* mutes: as struct media_taste has it, or less for a call of machines. */
void media_echo_mute(struct media_echo_path *path, bool mutes);
void media_echo_free(struct media_echo_path *path);
/* Before the line's first sound: its memory is there when the first block comes. */
void media_echo_make_ready(struct media_echo_path *path);

/* Sound begins anew: what was written before is not heard. What is known of the line stays. */
void media_echo_begin(struct media_echo_path *path);
/* A block that was written to the port. */
void media_echo_written(struct media_echo_path *path, const int16_t *samples, size_t count);
/* So many of the newest samples that were written are thrown away unheard. */
void media_echo_unwritten(struct media_echo_path *path, size_t count);
/* A block that was read from the port, and that nobody hears. */
void media_echo_skip(struct media_echo_path *path, size_t count);
/* The next block's canceller comes before this other one's, whose memory is asked for meanwhile. */
void media_echo_ahead(struct media_echo_path *path, const struct media_echo_path *next);
/* A block that was read from the port, in place. */
void media_echo_clean(struct media_echo_path *path, int16_t *samples, size_t count);

#endif
