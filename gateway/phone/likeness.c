/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "gateway/phone/likeness.h"

#define RATE_HZ     8000
#define FRAME       160  /* 20 ms */
#define HOP         40   /* of what was heard: its delay is found as finely as this */
#define HOPS        (FRAME / HOP)
#define BANDS       16
#define FIRST_HZ    300
#define STEP_HZ     200
#define FAINT       1e4 /* what is added to an energy: some -60 dBm0 and all below are alike */
#define STEADY      1.0 /* variance by band and frame: nothing to be known by */
#define COUNT_MIN   4000

struct frame {
	double bands[BANDS]; /* how loud each is */
};

struct waves {
	double cosine[BANDS][FRAME], sine[BANDS][FRAME];
};

static void waves_make(struct waves *waves)
{
	for (unsigned band = 0; band < BANDS; band++) {
		for (unsigned i = 0; i < FRAME; i++) {
			double weight = 0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / FRAME);
			double phase = 2 * M_PI * (FIRST_HZ + band * STEP_HZ) * i / RATE_HZ;

			waves->cosine[band][i] = weight * cos(phase);
			waves->sine[band][i] = weight * sin(phase);
		}
	}
}

static double band_energy(const struct waves *waves, unsigned band, const int16_t *samples)
{
	double re = 0, im = 0;

	for (unsigned i = 0; i < FRAME; i++) {
		re += samples[i] * waves->cosine[band][i];
		im += samples[i] * waves->sine[band][i];
	}
	return re * re + im * im;
}

/* The fourth root: between loud and soft as ears have it, and without a floor to be chosen. */
static size_t frames_make(struct frame **framesp, const struct waves *waves, const int16_t *samples, size_t count, size_t hop)
{
	size_t frames = count < FRAME ? 0 : (count - FRAME) / hop + 1;

	*framesp = calloc(frames ? frames : 1, sizeof(**framesp));
	for (size_t i = 0; *framesp && i < frames; i++) {
		for (unsigned band = 0; band < BANDS; band++)
			(*framesp)[i].bands[band] = pow(band_energy(waves, band, samples + i * hop) + FAINT, 0.25);
	}
	return *framesp ? frames : 0;
}

static double band_mean(const struct frame *frames, size_t count, size_t step, unsigned band)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += frames[i * step].bands[band];
	return sum / (double)count;
}

/* Each band against its own mean: what a line does to its level counts for nothing. */
static double correlation(const struct frame *said, const struct frame *heard, size_t count)
{
	double both = 0, one = 0, other = 0;

	for (unsigned band = 0; band < BANDS; band++) {
		double said_mean = band_mean(said, count, 1, band), heard_mean = band_mean(heard, count, HOPS, band);

		for (size_t i = 0; i < count; i++) {
			double a = said[i].bands[band] - said_mean, b = heard[i * HOPS].bands[band] - heard_mean;

			both += a * b;
			one += a * a;
			other += b * b;
		}
	}
	return one > STEADY * (double)(count * BANDS) && other > STEADY * (double)(count * BANDS) ? both / sqrt(one * other) : 0;
}

int likeness(double *result, const int16_t *said, size_t said_count, const int16_t *heard, size_t heard_count)
{
	struct frame *ours, *theirs;
	struct waves waves;
	size_t count, heard_frames;
	double best = 0;

	if (said_count < COUNT_MIN || heard_count < said_count)
		return EINVAL;
	waves_make(&waves);
	count = frames_make(&ours, &waves, said, said_count, FRAME);
	heard_frames = frames_make(&theirs, &waves, heard, heard_count, HOP);
	for (size_t delay = 0; count && delay + (count - 1) * HOPS < heard_frames; delay++) {
		double like = correlation(ours, theirs + delay, count);

		best = fabs(like) > fabs(best) ? like : best;
	}
	free(ours);
	free(theirs);
	if (!count || !heard_frames)
		return ENOMEM;
	*result = best;
	return 0;
}
