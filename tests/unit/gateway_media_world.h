/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The media plane of two lines, step by step, on cards of the test's own: they refuse, fail and say what the test wants. No step may
 * allocate, free or wait for a lock; each step asserts that.
 */
#ifndef TIPRING_TESTS_GATEWAY_MEDIA_WORLD_H
#define TIPRING_TESTS_GATEWAY_MEDIA_WORLD_H

#include "gateway/media/media.h"
#include "gateway/media/media_line.h"

#define NS_PER_MS 1000000ull
#define CARDS     2
#define BLOCK_SAMPLES 80
#define TONE_PEAK 7000

extern struct card {
	struct fxs_port port;
	int fd; /* readable: a block has come */
	bool off_hook, sound_on, ringing, fault_untold;
	unsigned first_burst_ms; /* of the cadence that it rings in */
	int feed_err, audio_err, ring_err, echo_err;
	bool echoes;        /* says what it heard in the block before */
	unsigned echo_taps; /* of its own canceller */
	enum fxs_feed feed;
	unsigned written, overtaken;
	int16_t says; /* in every sample */
	double hz;    /* ... or this tone, -10 dBm0; 0: not */
	unsigned said; /* samples of it */
	struct dsp_dtmf_tx *keys; /* what it says instead; NULL: none */
	int16_t heard[FXS_BLOCK_SAMPLES_MAX]; /* the newest block that was written */
} cards[CARDS];

extern struct media *media;
extern struct media_line *lines[CARDS];
extern uint64_t now_ns;
extern struct media_taste taste; /* of both; counts when a test begins */
extern struct prompts prompts;

/* Pages that steps had to wait for. The sanitizer's shadow has its own. */
extern long faults;

extern const struct media_wish talk, ring;
extern const struct media_wish dialling; /* digits may come: somebody hears what the telephone says */

int media_test_begin(void **state);
int media_test_end(void **state);
#define MEDIA_TEST(test) cmocka_unit_test_setup_teardown(test, media_test_begin, media_test_end)

void step(void);
void step_after(unsigned ms);
/* The card has one to read, at the next step; block_passes makes that, 1 ms later. */
void block_comes(struct card *card);
void block_passes(void); /* of the first card */

/* Of the first card; found within a second. */
void hook_set(bool off_hook);

/* In the newest block. */
int heard_peak(const struct card *card);

#endif
