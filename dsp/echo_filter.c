/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/echo_filter.h"

#define ALIGNMENT      64
#define AHEAD_LINES    16
#define WINDOW         (DSP_FFT_SIZE - ECHO_PARTITION) /* samples of a transform that are free of wrap-around */
#define WINDOW_SHARE   ((float)WINDOW / DSP_FFT_SIZE)

/* What is believed of a line that nothing is known of: its power gain, halved each PRIOR_HALF samples, but for a rest that
 * lets late echoes be found. */
#define PRIOR_GAIN     0.5f
#define PRIOR_HALF     30.0f
#define PRIOR_REST     0.02f
#define DOUBT_MAX      1.0f

/* How much of the path's power, which is this at least, may be another after 10 ms. */
#define WANDER_STEADY  2e-5f
#define WANDER_QUICK   0.2f
#define PATH_POWER_MIN 0.005f

#define UNEXPLAINED_KEEP 0.3f  /* smoothing of the error's spectrum, per hop */
#define ROUNDING_POWER   37.0f /* of the noise that the smallest step of G.711 (A-law: 16) makes, with emphasis */
#define FAR_POWER_MIN    400.0f /* with emphasis, some -50 dBm0: of less the law leaves no echo worth learning from */

#define KNOWN_SHARE      0.02f /* of near that the error may be when the path is found: 17 dB */
#define FRESH_MS         1000
#define ENERGY_KEEP      0.8f  /* smoothing of energies that are compared, per 10 ms */
#define QUICK_WINS       0.7f  /* share of the steady one's error that the quick one's must be ... */
#define HEARD_MS         20    /* ... for so long to be heard ... */
#define QUICK_WINS_MS    80    /* ... and for so long to be believed: a sound that both ends make by chance is over by then */
#define STEADY_WINS      0.25f /* share of the quick one's error */
#define COMPARABLE       800.0f /* power of an error that is worth comparing: some -47 dBm0 */
#define NOTHING_WINS     0.5f  /* share of the better one's error that near itself must have */

struct partition {
	struct dsp_spectrum path;
	float doubt[DSP_FFT_PADDED] __attribute__((aligned(16))); /* variance of what path lacks */
};

struct learner {
	struct partition *partitions;
	struct echo_try *now; /* what it makes of the hop that is run */
	float wander;
	float energy; /* of the newest hop of the error, smoothed */
	unsigned turn;   /* the partition that is constrained next */
	float unexplained[DSP_FFT_PADDED] __attribute__((aligned(16)));
};

struct echo_filter {
	size_t size; /* of all, as it was allocated */
	struct ahead {
		const char *at, *end; /* what is still to be asked for of whose turn is next */
	} ahead;
	unsigned partitions, hop, lags, newest;
	float energy_keep;
	struct dsp_spectrum *spectra; /* of far, a ring of lags */
	struct learner steady, quick;
	float near_energy;
	unsigned quick_wins; /* hops */
	bool quick_is_heard;
	unsigned silent_hops; /* so many in a row far had nothing at all */
	unsigned fresh_hops; /* so many of them are still learnt from twice */
	float far[DSP_FFT_SIZE], near[WINDOW];
};

/* After so many hops without far nothing of it can come back any more, whatever the path: all its spectra are zero. */
static unsigned over_hops(const struct echo_filter *filter)
{
	return filter->lags + DSP_FFT_SIZE / filter->hop + 1;
}

static bool far_is_over(const struct echo_filter *filter)
{
	return filter->silent_hops >= over_hops(filter);
}

static void learner_reset(struct learner *learner, const struct echo_filter *filter)
{
	*learner = (struct learner){.partitions = learner->partitions, .now = learner->now, .wander = learner->wander};
	memset(learner->partitions, 0, filter->partitions * sizeof(learner->partitions[0]));
	for (unsigned i = 0; i < filter->partitions; i++) {
		float gain = PRIOR_GAIN * fmaxf(exp2f(-(float)(i * ECHO_PARTITION) / PRIOR_HALF), PRIOR_REST);

		for (unsigned k = 0; k < DSP_FFT_PADDED; k++)
			learner->partitions[i].doubt[k] = gain;
	}
}

void echo_filter_sound_reset(struct echo_filter *filter)
{
	memset(filter->far, 0, sizeof(filter->far));
	memset(filter->near, 0, sizeof(filter->near));
	memset(filter->spectra, 0, filter->lags * sizeof(filter->spectra[0]));
	filter->silent_hops = over_hops(filter);
}

void echo_filter_reset(struct echo_filter *filter)
{
	learner_reset(&filter->steady, filter);
	learner_reset(&filter->quick, filter);
	filter->near_energy = 0;
	filter->quick_wins = 0;
	filter->quick_is_heard = false;
	filter->fresh_hops = FRESH_MS * 8 / filter->hop;
	echo_filter_sound_reset(filter);
}

static size_t aligned(size_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void learner_place(struct learner *learner, void *partitions, float wander)
{
	learner->partitions = partitions;
	learner->now = NULL;
	learner->wander = wander;
}

/* The filter and what its tail makes long or short, in one piece. */
int echo_filter_alloc(struct echo_filter **filterp, unsigned taps, unsigned hop)
{
	unsigned partitions = (taps + ECHO_PARTITION - 1) / ECHO_PARTITION, lags = partitions * (ECHO_PARTITION / hop);
	size_t partitions_size = partitions * sizeof(struct partition);
	size_t size = aligned(sizeof(struct echo_filter)) + aligned(2 * partitions_size + lags * sizeof(struct dsp_spectrum));
	char *at = aligned_alloc(ALIGNMENT, size);
	struct echo_filter *filter = (struct echo_filter *)at;
	float per_hop = (float)hop / ECHO_HOP_MAX;

	if (!filter)
		return ENOMEM;
	at += aligned(sizeof(struct echo_filter));
	/* One by one: the rest, which is most of it, is left alone until it is reset. */
	filter->size = size;
	filter->ahead = (struct ahead){NULL, NULL};
	filter->partitions = partitions;
	filter->hop = hop;
	filter->lags = lags;
	filter->newest = 0;
	filter->energy_keep = powf(ENERGY_KEEP, per_hop);
	filter->spectra = (struct dsp_spectrum *)(at + 2 * partitions_size);
	learner_place(&filter->steady, at, WANDER_STEADY * per_hop);
	learner_place(&filter->quick, at + partitions_size, WANDER_QUICK * per_hop);
	*filterp = filter;
	return 0;
}

void echo_filter_free(struct echo_filter *filter)
{
	free(filter);
}

/* All of it is used in each hop, and with hundreds of lines none of it is in the cache: asked for at once it comes while the hop is
 * run, piece by piece the processor would wait for each. */
static void fetch(const struct echo_filter *filter)
{
	for (size_t i = 0; i < filter->size; i += ALIGNMENT)
		__builtin_prefetch((const char *)filter + i, 1);
}

/* A part of what is needed next, for each of the partitions that are gone through: no more at once than the processor can wait for while
 * it goes on. */
static void fetch_ahead(struct ahead *ahead, unsigned lines)
{
	for (; lines && ahead->at < ahead->end; lines--, ahead->at += ALIGNMENT)
		__builtin_prefetch(ahead->at, 1, 2);
}

void echo_filter_ahead(struct echo_filter *filter, const void *start, size_t size)
{
	filter->ahead = (struct ahead){start, (const char *)start + size};
}

void echo_filter_memory(const struct echo_filter *filter, const void **start, size_t *size)
{
	*start = filter;
	*size = filter->size;
}

/* Far's spectrum as the partition sees it. */
static const struct dsp_spectrum *lagged(const struct echo_filter *filter, unsigned partition)
{
	unsigned lag = partition * (ECHO_PARTITION / filter->hop);

	return &filter->spectra[(filter->newest + filter->lags - lag) % filter->lags];
}

static void product_add(struct dsp_spectrum *sum, const struct dsp_spectrum *a, const struct dsp_spectrum *b)
{
	for (unsigned k = 0; k < DSP_FFT_PADDED; k++) {
		sum->re[k] += a->re[k] * b->re[k] - a->im[k] * b->im[k];
		sum->im[k] += a->re[k] * b->im[k] + a->im[k] * b->re[k];
	}
}

static float energy(const float *samples, unsigned count)
{
	float sum = 0;

	for (unsigned i = 0; i < count; i++)
		sum += samples[i] * samples[i];
	return sum;
}

/* The error's power at each frequency, smoothed over its neighbours by a triangle: one short transform alone tells little. */
static void power_smoothed(float *power, const struct dsp_spectrum *spectrum)
{
	enum { REACH = 4, WEIGHTS = (REACH + 1) * (REACH + 1) };
	float padded[REACH + DSP_FFT_PADDED + REACH];

	for (unsigned k = 0; k < DSP_FFT_BINS; k++)
		padded[REACH + k] = spectrum->re[k] * spectrum->re[k] + spectrum->im[k] * spectrum->im[k];
	/* The spectrum of real samples is its own mirror image at both ends. */
	for (unsigned k = 1; k <= REACH; k++) {
		padded[REACH - k] = padded[REACH + k];
		padded[REACH + DSP_FFT_BINS - 1 + k] = padded[REACH + DSP_FFT_BINS - 1 - k];
	}
	for (unsigned k = 0; k < DSP_FFT_BINS; k++) {
		const float *p = &padded[REACH + k];

		power[k] = (5 * p[0] + 4 * (p[1] + p[-1]) + 3 * (p[2] + p[-2]) + 2 * (p[3] + p[-3]) + p[4] + p[-4]) / WEIGHTS;
	}
	for (unsigned k = DSP_FFT_BINS; k < DSP_FFT_PADDED; k++)
		power[k] = 0;
}

static void echo_expect(float samples[DSP_FFT_SIZE], const struct learner *learner, struct echo_filter *filter)
{
	struct dsp_spectrum echo = {0};

	for (unsigned i = 0; i < filter->partitions; i++) {
		fetch_ahead(&filter->ahead, AHEAD_LINES);
		product_add(&echo, lagged(filter, i), &learner->partitions[i].path);
	}
	dsp_fft_backward(samples, &echo);
	memset(samples, 0, (DSP_FFT_SIZE - WINDOW) * sizeof(samples[0]));
}

/* The error that the learner makes before it learns from it. */
static void learner_try(struct learner *learner, struct echo_filter *filter)
{
	float samples[DSP_FFT_SIZE] = {0};

	if (!far_is_over(filter))
		echo_expect(samples, learner, filter);
	for (unsigned i = 0; i < WINDOW; i++)
		samples[DSP_FFT_SIZE - WINDOW + i] = filter->near[i] - samples[DSP_FFT_SIZE - WINDOW + i];
	memcpy(learner->now->error, samples + DSP_FFT_SIZE - filter->hop, filter->hop * sizeof(samples[0]));
	learner->energy = filter->energy_keep * learner->energy + (1 - filter->energy_keep) * energy(learner->now->error, filter->hop);
	dsp_fft_forward(&learner->now->spectrum, samples);
	power_smoothed(learner->now->power, &learner->now->spectrum);
}

/* One over the variance of the error, as far as it can be from the path that is lacking and from what is unexplained. */
static void certainty(float *result, struct learner *learner, struct echo_filter *filter)
{
	float expected[DSP_FFT_PADDED] = {0};

	for (unsigned i = 0; i < filter->partitions; i++) {
		const struct dsp_spectrum *far = lagged(filter, i);
		const float *doubt = learner->partitions[i].doubt;

		fetch_ahead(&filter->ahead, AHEAD_LINES);
		for (unsigned k = 0; k < DSP_FFT_PADDED; k++)
			expected[k] += (far->re[k] * far->re[k] + far->im[k] * far->im[k]) * doubt[k];
	}
	for (unsigned k = 0; k < DSP_FFT_PADDED; k++) {
		learner->unexplained[k] = UNEXPLAINED_KEEP * learner->unexplained[k] + 
			(1 - UNEXPLAINED_KEEP) * learner->now->power[k];
		result[k] = 1 / (expected[k] + learner->unexplained[k] / WINDOW_SHARE + ROUNDING_POWER * DSP_FFT_SIZE);
	}
}

/* A path has ECHO_PARTITION taps; what a product of spectra puts beyond them is taken away, in one partition at each hop. */
static void constrain(struct dsp_spectrum *path)
{
	float taps[DSP_FFT_SIZE];

	dsp_fft_backward(taps, path);
	memset(taps + ECHO_PARTITION, 0, sizeof(taps) - ECHO_PARTITION * sizeof(taps[0]));
	dsp_fft_forward(path, taps);
}

static void partition_learn(struct partition *partition, float wander, const struct dsp_spectrum *far,
	const struct dsp_spectrum *error, const float *certain)
{
	struct dsp_spectrum *path = &partition->path;
	float *doubt = partition->doubt;

	for (unsigned k = 0; k < DSP_FFT_PADDED; k++) {
		float gain = doubt[k] * certain[k];
		float far_power = far->re[k] * far->re[k] + far->im[k] * far->im[k];
		float path_power, left;

		path->re[k] += gain * (far->re[k] * error->re[k] + far->im[k] * error->im[k]);
		path->im[k] += gain * (far->re[k] * error->im[k] - far->im[k] * error->re[k]);
		path_power = path->re[k] * path->re[k] + path->im[k] * path->im[k];
		left = doubt[k] * (1 - WINDOW_SHARE * gain * far_power) + wander * (path_power + PATH_POWER_MIN);
		doubt[k] = left < DOUBT_MAX ? left : DOUBT_MAX;
	}
}

static void learner_learn(struct learner *learner, struct echo_filter *filter)
{
	float certain[DSP_FFT_PADDED];

	certainty(certain, learner, filter);
	for (unsigned i = 0; i < filter->partitions; i++) {
		fetch_ahead(&filter->ahead, AHEAD_LINES);
		partition_learn(&learner->partitions[i], learner->wander, lagged(filter, i), &learner->now->spectrum, certain);
	}
	constrain(&learner->partitions[learner->turn].path);
	learner->turn = (learner->turn + 1) % filter->partitions;
}

/* The error, and what is known of the path; how much it is doubted stays. */
static void path_copy(struct learner *to, const struct learner *from, const struct echo_filter *filter)
{
	for (unsigned i = 0; i < filter->partitions; i++)
		to->partitions[i].path = from->partitions[i].path;
	*to->now = *from->now;
	to->energy = from->energy;
}

static void steady_replace(struct echo_filter *filter)
{
	struct learner *steady = &filter->steady, *quick = &filter->quick;

	path_copy(steady, quick, filter);
	memcpy(steady->partitions, quick->partitions, filter->partitions * sizeof(quick->partitions[0]));
	memcpy(steady->unexplained, quick->unexplained, sizeof(quick->unexplained));
}

/* Without an echo both make the same. */
static void quick_follow(struct echo_filter *filter)
{
	const struct learner *steady = &filter->steady;
	struct learner *quick = &filter->quick;

	*quick->now = *steady->now;
	quick->energy = filter->energy_keep * quick->energy + (1 - filter->energy_keep) * energy(quick->now->error, filter->hop);
}

static void shift(float *history, unsigned size, const float *samples, unsigned count)
{
	memmove(history, history + count, (size - count) * sizeof(*history));
	memcpy(history + size - count, samples, count * sizeof(*history));
}

static void far_keep(struct echo_filter *filter, const float *far)
{
	filter->silent_hops = energy(far, filter->hop) > 0 ? 0 : filter->silent_hops + !far_is_over(filter);
	shift(filter->far, DSP_FFT_SIZE, far, filter->hop);
	filter->newest = (filter->newest + 1) % filter->lags;
	if (!far_is_over(filter))
		dsp_fft_forward(&filter->spectra[filter->newest], filter->far);
}

/* Both make more echo than they take away. */
static void path_forget(struct echo_filter *filter)
{
	struct learner *learners[] = {&filter->steady, &filter->quick};

	for (int i = 0; i < 2; i++) {
		learner_reset(learners[i], filter);
		learner_try(learners[i], filter);
		learners[i]->energy = filter->near_energy;
	}
}

/* Says which of the two is heard; the better one's path may become the other's. */
static void compare(struct echo_filter *filter)
{
	struct learner *steady = &filter->steady, *quick = &filter->quick;
	bool comparable = fmaxf(steady->energy, quick->energy) > COMPARABLE * (float)filter->hop;

	filter->quick_wins = comparable && quick->energy < QUICK_WINS * steady->energy ? filter->quick_wins + 1 : 0;
	filter->quick_is_heard = filter->quick_wins * filter->hop >= HEARD_MS * 8;
	if (!comparable)
		return;
	if (filter->near_energy < NOTHING_WINS * fminf(steady->energy, quick->energy))
		path_forget(filter);
	else if (filter->quick_wins * filter->hop >= QUICK_WINS_MS * 8)
		steady_replace(filter);
	else if (steady->energy < STEADY_WINS * quick->energy)
		path_copy(quick, steady, filter);
}

/* The echo is what near had and the error has not. */
static void echo_power_make(struct echo_hop *run, const struct echo_filter *filter)
{
	const struct dsp_spectrum *error = &run->chosen->spectrum;
	float samples[DSP_FFT_SIZE] = {0};
	struct dsp_spectrum echo;

	if (far_is_over(filter)) {
		memset(run->echo_power, 0, sizeof(run->echo_power));
		return;
	}
	memcpy(samples + DSP_FFT_SIZE - WINDOW, filter->near, sizeof(filter->near));
	dsp_fft_forward(&echo, samples);
	for (unsigned k = 0; k < DSP_FFT_PADDED; k++) {
		echo.re[k] -= error->re[k];
		echo.im[k] -= error->im[k];
	}
	power_smoothed(run->echo_power, &echo);
}

/* As long as nothing is known of the path, the same sound is learnt from a second time; not for ever, since there may be no echo. */
static void learn_again(struct echo_filter *filter)
{
	struct learner *learners[] = {&filter->steady, &filter->quick};

	if (filter->fresh_hops == 0)
		return;
	filter->fresh_hops = filter->steady.energy < KNOWN_SHARE * filter->near_energy ? 0 : filter->fresh_hops - 1;
	for (int i = 0; i < 2; i++) {
		float before = learners[i]->energy;

		learner_try(learners[i], filter);
		learners[i]->energy = before;
		learner_learn(learners[i], filter);
	}
}

void echo_filter_run(struct echo_filter *filter, struct echo_hop *run, float *error, const float *far, const float *near,
	bool learns)
{
	unsigned hop = filter->hop;

	fetch(filter);
	filter->steady.now = &run->steady;
	filter->quick.now = &run->quick;
	far_keep(filter, far);
	shift(filter->near, WINDOW, near, hop);
	learner_try(&filter->steady, filter);
	if (far_is_over(filter))
		quick_follow(filter);
	else
		learner_try(&filter->quick, filter);
	filter->near_energy = filter->energy_keep * filter->near_energy + (1 - filter->energy_keep) * energy(near, hop);
	if (learns)
		compare(filter);
	run->chosen = filter->quick_is_heard ? &run->quick : &run->steady;
	memcpy(error, run->chosen->error, hop * sizeof(*error));
	echo_power_make(run, filter);
	if (learns && energy(filter->far, DSP_FFT_SIZE) >= FAR_POWER_MIN * DSP_FFT_SIZE) {
		learner_learn(&filter->steady, filter);
		learner_learn(&filter->quick, filter);
		learn_again(filter);
	}
	fetch_ahead(&filter->ahead, UINT_MAX);
}
