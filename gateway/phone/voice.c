/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "gateway/phone/voice.h"

#define RATE_HZ      8000.0
#define LENGTH_MIN   880   /* 110 ms */
#define RMS          2030  /* -18 dBm0 */
#define ENVELOPE_MIN 0.45
#define FORMANTS     2

struct formant {
	double feedback1, feedback2, gain; /* two-pole resonance */
	double last, before;
};

/* Marsaglia's xorshift, multiplied. */
static uint32_t draw(struct voice *voice)
{
	voice->random ^= voice->random >> 12;
	voice->random ^= voice->random << 25;
	voice->random ^= voice->random >> 27;
	return (uint32_t)((voice->random * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

static double draw_between(struct voice *voice, double low, double high)
{
	return low + (high - low) * draw(voice) / 4294967296.0;
}

static void formant_init(struct formant *formant, double hz, double width_hz)
{
	double radius = exp(-M_PI * width_hz / RATE_HZ);

	*formant = (struct formant){.feedback1 = 2 * radius * cos(2 * M_PI * hz / RATE_HZ),
		.feedback2 = -radius * radius,
		.gain = 1 - radius};
}

static double formant_step(struct formant *formant, double in)
{
	double out = formant->gain * in + formant->feedback1 * formant->last +
		     formant->feedback2 * formant->before;

	formant->before = formant->last;
	formant->last = out;
	return out;
}

/* The throat: pulses at the pitch and a whisper. */
static void excite(struct voice *voice, double *sound, size_t length)
{
	double period = RATE_HZ / draw_between(voice, 90, 240);
	double whisper = draw_between(voice, 0.3, 0.9);
	double next = draw_between(voice, 0, period);

	for (size_t i = 0; i < length; i++) {
		sound[i] = whisper * draw_between(voice, -1, 1);
		if ((double)i >= next) {
			sound[i] += 4;
			next += period * draw_between(voice, 0.95, 1.05);
		}
	}
}

static void syllable_make(struct voice *voice)
{
	double sound[VOICE_SYLLABLE_MAX], energy = 0;
	struct formant formants[FORMANTS];

	voice->at = 0;
	voice->length = LENGTH_MIN + draw(voice) % (VOICE_SYLLABLE_MAX - LENGTH_MIN + 1);
	excite(voice, sound, voice->length);
	formant_init(&formants[0], draw_between(voice, 300, 900), 180);
	formant_init(&formants[1], draw_between(voice, 1100, 2700), 300);
	for (size_t i = 0; i < voice->length; i++) {
		double in = sound[i];

		sound[i] = 0.1 * in;
		for (size_t k = 0; k < FORMANTS; k++)
			sound[i] += formant_step(&formants[k], in);
		sound[i] *= ENVELOPE_MIN + (1 - ENVELOPE_MIN) *
			sin(M_PI * (double)i / (double)voice->length);
		energy += sound[i] * sound[i];
	}
	for (size_t i = 0; i < voice->length; i++) {
		double sample = sound[i] * RMS / sqrt(energy / (double)voice->length);

		voice->syllable[i] = (int16_t)lrint(fmax(-32000, fmin(32000, sample)));
	}
}

void voice_init(struct voice *voice, uint32_t seed)
{
	voice->random = UINT64_C(0x9e3779b97f4a7c15) * (seed + UINT64_C(1));
	voice->length = 0;
	voice->at = 0;
	for (int i = 0; i < 8; i++)
		draw(voice); /* neighbouring seeds begin alike */
}

void voice_fill(struct voice *voice, int16_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (voice->at == voice->length)
			syllable_make(voice);
		samples[i] = voice->syllable[voice->at++];
	}
}
