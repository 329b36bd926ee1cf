/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The line echo canceller. Where two wires become four, some of what goes to the telephone comes back with what it says; the
 * far talker would hear himself. The canceller learns that path from what passes and takes the echo away
 * (dsp/echo_filter.h); what is left over is muted while only the far end talks and filled with noise like that of the
 * line (dsp/echo_gate.h).
 *
 * One belongs to a line, not to a call: the path is the line's and the telephone's, and so what is learnt stays
 * when calls are held, changed or ended. Other hardware on the line (a hook that went on and off, another telephone lifted
 * in parallel) it learns anew within a second; nobody needs to tell it.
 *
 * A modem's answering tone steers it as ITU-T G.168 clause 7 has it, whichever end sends it: 2100 Hz turns the muting off,
 * 2100 Hz with its phase turned every 450 ms turns all of it off, until neither end sends anything for 250 ms.
 */
#ifndef TIPRING_DSP_ECHO_H
#define TIPRING_DSP_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DSP_ECHO_TAIL_MIN_MS 8
#define DSP_ECHO_TAIL_MAX_MS 128

struct dsp_echo;

struct dsp_echo_config {
	unsigned tail_ms;        /* the longest echo that is found, DSP_ECHO_TAIL_MIN_MS..DSP_ECHO_TAIL_MAX_MS */
	unsigned block_samples;  /* 40, 80 or 160: what each dsp_echo_run gets */
	bool muting;             /* mutes what is left over */
	bool comfort_noise;      /* ... and fills it with noise like the line's */
};

enum dsp_echo_state {
	DSP_ECHO_WORKS,
	DSP_ECHO_MUTES_NOT, /* an answering tone is or was there */
	DSP_ECHO_OFF,       /* ... with its phase turned */
};

/* ENOMEM. */
int dsp_echo_alloc(struct dsp_echo **echop, const struct dsp_echo_config *config);
void dsp_echo_free(struct dsp_echo *echo);

/* Forgets the path and whatever tone there was. Not needed between calls. */
void dsp_echo_reset(struct dsp_echo *echo);

/* Blocks were left out, since nobody heard them: no sound of before is expected back, and a tone of before is over. What is learnt
 * of the path stays. */
void dsp_echo_begin(struct dsp_echo *echo);

/* One block: far is what went to the telephone, as it went (after mixing, gain and the law's rounding), near what came from it at
 * the same time or up to the tail later; clean, which may be near, gets near without the echo. No delay; no allocation. Where nothing goes to
 * the telephone, clean is near to the bit. */
void dsp_echo_run(struct dsp_echo *echo, int16_t *clean, const int16_t *far, const int16_t *near, size_t count);

/* Memory that each block touches, for dsp_echo_ahead. */
void dsp_echo_memory(const struct dsp_echo *echo, const void **start, size_t *size);
/* Memory of whose turn is next: with hundreds of cancellers it has left the processor's cache, and is asked for while the next block of this
 * one is run. Changes nothing of what comes out. */
void dsp_echo_ahead(struct dsp_echo *echo, const void *start, size_t size);

/* Whether it mutes from now on, in place of what its config says: not while machines talk. */
void dsp_echo_muting_set(struct dsp_echo *echo, bool muting);

enum dsp_echo_state dsp_echo_state(const struct dsp_echo *echo);

#endif
