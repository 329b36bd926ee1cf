/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "dsp/echo_gate.h"

/* Powers are those of the filter's spectra: squares of a transform over so many samples. */
#define WINDOW         (DSP_FFT_SIZE - ECHO_PARTITION)
#define HOPS_PER_S     (8000 / ECHO_HOP_MAX)

static const unsigned band_edges[ECHO_BANDS + 1] = {6, 16, 32, 48, 64, 96, 121}; /* bins of 31.25 Hz: 190 .. 3780 Hz */

#define ECHO_FALL      0.6f   /* per hop: what of the echo is still expected */
#define LEAK_FALL      0.80f  /* at most so much of it is left a hop later: 100 dB/s */
#define LEAK_RISE      1.12f  /* ... or so many times as much: 50 dB/s */
#define LEAK_RISE_TALK 1.01f  /* ... also while it seems that somebody talks, lest the gate never shuts again: 4 dB/s */
#define LEAK_MARGIN    8.0f   /* above what is left over somebody talks: 9 dB */
#define LEAK_MIN       1e-4f
#define LEAK_SHUTS     0.05f  /* the filter must take 13 dB away before the gate may shut */
#define NOISE_MARGIN   5.0f   /* above the noise somebody talks: 7 dB */
#define NOISE_KEEP     0.9f
#define QUIETEST_RISE  1.004f /* per hop: 1.7 dB/s */
#define QUIETEST_SHARE 2.5f   /* energy below so many times the quietest is noise */
#define ENERGY_KEEP    0.8f
#define AUDIBLE        (80.0f * WINDOW) /* of a bin: echo below needs no gate, some -67 dBm0 in all */
#define OPEN_PER_HOP   3      /* after one hop of talk the gate stays open for 20 ms, after a word ... */
#define OPEN_HOPS_MAX  10     /* ... for 100 ms */
#define OPENING_SAMPLES 16    /* 2 ms */

static float emphasis[DSP_FFT_BINS]; /* what it does to the power of each frequency */
/* A quarter of a turn in so many samples, for the two lengths that a hop may have. */
static struct fade {
	float in[ECHO_HOP_MAX], out[ECHO_HOP_MAX];
} fades[2];

static struct fade *fade_of(unsigned hop)
{
	return &fades[hop == ECHO_HOP_MAX];
}

static void fade_init(unsigned hop)
{
	for (unsigned i = 0; i < hop; i++) {
		float angle = (float)M_PI_2 * ((float)i + 0.5f) / (float)hop;

		fade_of(hop)->in[i] = sinf(angle);
		fade_of(hop)->out[i] = cosf(angle);
	}
}

void echo_gate_tables_init(void)
{
	for (unsigned k = 0; k < DSP_FFT_BINS; k++)
		emphasis[k] = 1 + ECHO_EMPHASIS * ECHO_EMPHASIS - 2 * ECHO_EMPHASIS * cosf((float)M_PI * (float)k / (DSP_FFT_BINS - 1));
	fade_init(ECHO_HOP_MAX);
	fade_init(ECHO_HOP_MAX / 2);
}

void echo_gate_init(struct echo_gate *gate, unsigned hop, bool comfort_noise)
{
	*gate = (struct echo_gate){.hop = hop, .comfort_noise = comfort_noise, .opening = 1, .random = 1,
		.quietest = AUDIBLE * DSP_FFT_BINS};
	for (unsigned i = 0; i < ECHO_BANDS; i++)
		gate->leak[i] = 1;
}

static float band_power(const float *power, unsigned band)
{
	float sum = 0;

	for (unsigned k = band_edges[band]; k < band_edges[band + 1]; k++)
		sum += power[k];
	return sum;
}

/* What may be left over of: the band's own echo, and that of all bands together, since a law's rounding makes noise of every loud sound in all of
 * them. Where that is loudest the emphasis has to be taken off first. */
static void echo_refer(float reference[ECHO_BANDS], const float *power)
{
	float all = 0;

	for (unsigned k = band_edges[0]; k < band_edges[ECHO_BANDS]; k++)
		all += power[k] / emphasis[k];
	for (unsigned i = 0; i < ECHO_BANDS; i++)
		reference[i] = band_power(power, i) + all / DSP_FFT_BINS * band_power(emphasis, i);
}

static void leak_learn(float *leak, float ratio, float rise)
{
	*leak = fmaxf(fminf(fmaxf(ratio, *leak * LEAK_FALL), *leak * rise), LEAK_MIN);
}

/* What a band's error says. */
struct judgement {
	bool talks; /* somebody is at this end */
	float left_over, echo;
};

static void band_judge(struct echo_gate *gate, unsigned band, float error, float echo_now, struct judgement *judgement)
{
	float echo = fmaxf(echo_now, ECHO_FALL * gate->echo[band]);
	float noise = gate->noise[band], *leak = &gate->leak[band];
	float audible = AUDIBLE * (float)(band_edges[band + 1] - band_edges[band]);

	bool talks = error > LEAK_MARGIN * *leak * echo + NOISE_MARGIN * noise + audible;

	gate->echo[band] = echo;
	if (echo > 10 * noise + audible)
		leak_learn(leak, fmaxf(error - noise, 0) / echo, talks ? LEAK_RISE_TALK : LEAK_RISE);
	judgement->talks |= talks;
	judgement->left_over += *leak * echo;
	judgement->echo += echo;
}

static void noise_learn(struct echo_gate *gate, const float *power, const struct judgement *judgement)
{
	float energy = 0;

	for (unsigned i = 0; i < ECHO_BANDS; i++)
		energy += band_power(power, i);
	gate->energy = ENERGY_KEEP * gate->energy + (1 - ENERGY_KEEP) * energy;
	if (judgement->left_over > 0.3f * gate->quietest && judgement->echo > AUDIBLE * DSP_FFT_BINS)
		return;
	gate->quietest = fminf(gate->quietest * QUIETEST_RISE, gate->energy);
	if (gate->energy > QUIETEST_SHARE * gate->quietest)
		return;
	for (unsigned k = 0; k < DSP_FFT_BINS; k++)
		gate->colour[k] = NOISE_KEEP * gate->colour[k] + (1 - NOISE_KEEP) * power[k];
	for (unsigned i = 0; i < ECHO_BANDS; i++)
		gate->noise[i] = band_power(gate->colour, i);
}

static bool shuts(struct echo_gate *gate, const struct echo_hop *run)
{
	struct judgement judgement = {0};
	float reference[ECHO_BANDS];

	echo_refer(reference, run->echo_power);
	for (unsigned i = 0; i < ECHO_BANDS; i++)
		band_judge(gate, i, band_power(run->chosen->power, i), reference[i], &judgement);
	noise_learn(gate, run->chosen->power, &judgement);
	if (judgement.talks)
		gate->open_hops = gate->open_hops + OPEN_PER_HOP < OPEN_HOPS_MAX ? gate->open_hops + OPEN_PER_HOP : OPEN_HOPS_MAX;
	else if (gate->open_hops > 0)
		gate->open_hops--;
	return gate->open_hops == 0 && judgement.echo > AUDIBLE * DSP_FFT_BINS &&
		judgement.left_over < LEAK_SHUTS * judgement.echo;
}

static uint32_t draw(struct echo_gate *gate)
{
	gate->random ^= gate->random << 13;
	gate->random ^= gate->random >> 17;
	gate->random ^= gate->random << 5;
	return gate->random;
}

/* Frequencies of the line's colour with phases by chance: a piece of two hops, faded in and out, so that pieces
 * that overlap keep the power. */
static void comfort_noise(struct echo_gate *gate, float *noise)
{
	float piece[DSP_FFT_SIZE];
	struct dsp_spectrum spectrum;
	unsigned hop = gate->hop;
	const struct fade *fade = fade_of(hop);

	for (unsigned k = 0; k < DSP_FFT_PADDED; k++) {
		float size = sqrtf(gate->colour[k] * (0.5f * DSP_FFT_SIZE / WINDOW));
		uint32_t bits = draw(gate);

		spectrum.re[k] = bits & 0x10000 ? size : -size;
		spectrum.im[k] = bits & 0x20000 ? size : -size;
	}
	spectrum.im[0] = spectrum.im[DSP_FFT_BINS - 1] = 0;
	dsp_fft_backward(piece, &spectrum);
	for (unsigned i = 0; i < hop; i++) {
		noise[i] = gate->tail[i] + piece[i] * fade->in[i];
		gate->tail[i] = piece[hop + i] * fade->out[i];
	}
}

void echo_gate_run(struct echo_gate *gate, float *error, const struct echo_hop *run, bool allowed)
{
	float noise[ECHO_HOP_MAX] = {0}, goal = shuts(gate, run) && allowed ? 0 : 1;
	float step = goal > 0 ? 1.0f / OPENING_SAMPLES : -1.0f / (float)gate->hop;

	if (gate->opening == goal && goal > 0)
		return;
	if (gate->comfort_noise)
		comfort_noise(gate, noise);
	for (unsigned i = 0; i < gate->hop; i++) {
		gate->opening = fminf(fmaxf(gate->opening + step, 0), 1);
		error[i] = gate->opening * error[i] + (1 - gate->opening) * noise[i];
	}
}
