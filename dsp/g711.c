/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "dsp/g711.h"

#define SIGN          0x80 /* set: positive, in both laws */
#define MU_INVERTED   0x7f /* mu-law sends all bits of the magnitude inverted */
#define A_INVERTED    0x55 /* A-law sends every other bit inverted */
#define MU_BIAS       132  /* 33 of G.711's 14 bits, in 16: makes every chord a power of two */
#define MU_CLIP       (INT16_MAX - MU_BIAS)

static int16_t decoded[2][256];
static uint8_t encoded[2][65536]; /* by the sample taken as unsigned */

/* The place of the highest bit of a magnitude above the lowest chord's. */
static unsigned chord_of(unsigned magnitude)
{
	unsigned chord = 0;

	while (magnitude >> (chord + 8))
		chord++;
	return chord;
}

static uint8_t mu_encode(int sample)
{
	unsigned magnitude = (unsigned)abs(sample), chord;

	if (magnitude > MU_CLIP)
		magnitude = MU_CLIP;
	magnitude += MU_BIAS;
	chord = chord_of(magnitude);
	return (uint8_t)((chord << 4 | (magnitude >> (chord + 3) & 0x0f)) ^
			 (sample < 0 ? MU_INVERTED : MU_INVERTED | SIGN));
}

static int mu_decode(uint8_t code)
{
	unsigned bits = code ^ MU_INVERTED, chord = bits >> 4 & 7, step = bits & 0x0f;
	int magnitude = (int)((step << 3 | 0x84) << chord) - MU_BIAS;

	return code & SIGN ? magnitude : -magnitude;
}

static uint8_t a_encode(int sample)
{
	/* A-law has no zero: -1 is the mirror of 0. */
	unsigned magnitude = (unsigned)(sample < 0 ? ~sample : sample), chord = chord_of(magnitude);

	return (uint8_t)((chord << 4 | (magnitude >> (chord ? chord + 3 : 4) & 0x0f)) ^
			 (sample < 0 ? A_INVERTED : A_INVERTED | SIGN));
}

static int a_decode(uint8_t code)
{
	unsigned bits = code ^ A_INVERTED, chord = bits >> 4 & 7, step = bits & 0x0f;
	int magnitude = (int)(chord ? (step << 4 | 0x108) << (chord - 1) : (step << 4 | 8));

	return code & SIGN ? magnitude : -magnitude;
}

void dsp_g711_init(void)
{
	for (int code = 0; code < 256; code++) {
		decoded[DSP_LAW_MU][code] = (int16_t)mu_decode((uint8_t)code);
		decoded[DSP_LAW_A][code] = (int16_t)a_decode((uint8_t)code);
	}
	for (int sample = INT16_MIN; sample <= INT16_MAX; sample++) {
		encoded[DSP_LAW_MU][(uint16_t)sample] = mu_encode(sample);
		encoded[DSP_LAW_A][(uint16_t)sample] = a_encode(sample);
	}
}

void dsp_g711_encode(enum dsp_law law, uint8_t *codes, const int16_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++)
		codes[i] = encoded[law][(uint16_t)samples[i]];
}

void dsp_g711_decode(enum dsp_law law, int16_t *samples, const uint8_t *codes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		samples[i] = decoded[law][codes[i]];
}

uint8_t dsp_g711_silence(enum dsp_law law)
{
	return law == DSP_LAW_A ? 0xd5 : 0xff;
}
