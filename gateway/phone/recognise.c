/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/phone/fit.h"
#include "gateway/phone/recognise.h"

#define PORTION       4000 /* 0.5 s are looked for at every delay */
#define SEGMENT       800  /* 100 ms have a delay of their own */
#define SLIP_MAX      320  /* 40 ms: how far the delay moves at once */
#define PIECE         40   /* 5 ms are there or missing */
#define SAMPLES_A_MS  8
#define SURE          0.5  /* correlation below: the delay found means nothing */
#define PIECE_MIN     0.5
#define PIECE_LOW     0.1  /* share of the piece's usual power below which it is missing */

/* The two parties' sound and where to compare it. */
struct pair {
	const int16_t *said, *heard;
	size_t said_count, heard_count;
};

/*
 * The two inner loops of all this. Their callers have looked at the bounds; with the sanitizers'
 * own looks at each sample, recognising 3 s would take as long as a telephone may not be left
 * alone.
 */
#define INNER_LOOP __attribute__((no_sanitize("address", "undefined")))

INNER_LOOP static double energy(const int16_t *samples, size_t count)
{
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += (int32_t)samples[i] * samples[i];
	return (double)sum;
}

INNER_LOOP static double product(const struct pair *pair, size_t at, size_t delay, size_t count)
{
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += (int32_t)pair->said[at + i] * pair->heard[at + delay + i];
	return (double)sum;
}

static double correlation(const struct pair *pair, size_t at, size_t delay, size_t count)
{
	double both;

	if (at + delay + count > pair->heard_count)
		return 0;
	both = energy(pair->said + at, count) * energy(pair->heard + at + delay, count);

	return both > 0 ? product(pair, at, delay, count) / sqrt(both) : 0;
}

/* The best of the delays from..to at which all of the piece was heard; to stays where none is. */
static size_t delay_find(const struct pair *pair, size_t at, size_t count, size_t from, size_t to,
	double *best)
{
	double said = energy(pair->said + at, count), heard;
	size_t found = from;

	*best = -1;
	heard = energy(pair->heard + at + from, count);
	for (size_t delay = from; delay <= to && at + delay + count <= pair->heard_count; delay++) {
		double both = said * heard;
		double match = both > 0 ? product(pair, at, delay, count) / sqrt(both) : 0;
		const int16_t *edge = pair->heard + at + delay;

		if (match > *best) {
			*best = match;
			found = delay;
		}
		heard -= (double)edge[0] * edge[0];
		if (at + delay + count < pair->heard_count)
			heard += (double)edge[count] * edge[count];
	}
	return found;
}

static size_t portion_at(const struct pair *pair, size_t *count)
{
	*count = pair->said_count < PORTION ? pair->said_count : PORTION;
	return (pair->said_count - *count) / 2;
}

/* Each segment's delay, near that of the one before it. */
static void delays_find(const struct pair *pair, size_t *delays, size_t segments, size_t delay)
{
	for (size_t i = 0; i < segments; i++) {
		size_t from = delay > SLIP_MAX ? delay - SLIP_MAX : 0;
		size_t to = delay + SLIP_MAX < RECOGNISE_DELAY_MAX ? delay + SLIP_MAX
								   : RECOGNISE_DELAY_MAX;
		double match, same = correlation(pair, i * SEGMENT, delay, SEGMENT);
		size_t found = delay_find(pair, i * SEGMENT, SEGMENT, from, to, &match);

		if (match >= SURE && match > same + 0.01)
			delay = found;
		if (i * SEGMENT + delay + SEGMENT > pair->heard_count)
			delay = pair->heard_count - (i + 1) * SEGMENT;
		delays[i] = delay;
	}
}

/* A slip within the segment leaves some of its pieces at the neighbour's delay. */
static double piece_match(const struct pair *pair, const size_t *delays, size_t segments, size_t at,
	size_t *delay)
{
	size_t segment = at / SEGMENT;
	size_t first = segment ? segment - 1 : 0;
	size_t last = segment + 1 < segments ? segment + 1 : segment;
	double best = -1;

	for (size_t i = first; i <= last; i++) {
		double match = correlation(pair, at, delays[i], PIECE);

		if (match > best) {
			best = match;
			*delay = delays[i];
		}
	}
	return best;
}

static void gap_find(struct recognition *result, const struct pair *pair, const size_t *delays,
	size_t segments, double gain2)
{
	size_t run = 0, longest = 0;

	for (size_t at = 0; at + PIECE <= segments * SEGMENT; at += PIECE) {
		size_t delay = 0;
		double match = piece_match(pair, delays, segments, at, &delay);
		double usual = gain2 * energy(pair->said + at, PIECE);
		double heard = energy(pair->heard + at + delay, PIECE);

		run = match < PIECE_MIN || heard < PIECE_LOW * usual ? run + PIECE : 0;
		if (run > longest) {
			longest = run;
			result->gap_at_ms = (unsigned)((at + PIECE - run) / SAMPLES_A_MS);
		}
	}
	result->longest_gap_ms = (unsigned)(longest / SAMPLES_A_MS);
}

static int delay_compare(const void *a, const void *b)
{
	size_t first = *(const size_t *)a, second = *(const size_t *)b;

	return first < second ? -1 : first > second;
}

static void result_make(struct recognition *result, const struct pair *pair, size_t *delays,
	size_t segments)
{
	double both = 0, said = 0, heard = 0;
	unsigned slips = 0;

	for (size_t i = 0; i < segments; i++) {
		both += product(pair, i * SEGMENT, delays[i], SEGMENT);
		said += energy(pair->said + i * SEGMENT, SEGMENT);
		heard += energy(pair->heard + i * SEGMENT + delays[i], SEGMENT);
		slips += i && delays[i] != delays[i - 1];
	}
	*result = (struct recognition){
		.correlation = said > 0 && heard > 0 ? fmax(0, both / sqrt(said * heard)) : 0,
		.level_dbm0 = fit_dbm0(heard / (double)(segments * SEGMENT)),
		.slips = slips,
		.count = segments * SEGMENT,
	};
	gap_find(result, pair, delays, segments, said > 0 ? heard / said : 0);
	qsort(delays, segments, sizeof *delays, delay_compare);
	result->delay_ms = (double)delays[segments / 2] / SAMPLES_A_MS;
}

/* So much was said that all of it can have been heard at any delay looked at. */
static size_t segments_of(const struct pair *pair, size_t delay)
{
	size_t room = delay + SLIP_MAX < pair->heard_count ? pair->heard_count - delay - SLIP_MAX : 0;

	return (pair->said_count < room ? pair->said_count : room) / SEGMENT;
}

int recognise(struct recognition *recognition, const int16_t *said, size_t said_count,
	const int16_t *heard, size_t heard_count)
{
	struct pair pair = {said, heard, said_count, heard_count};
	size_t count, at, delay, segments, *delays;
	double match;

	if (said_count < RECOGNISE_SAMPLES_MIN || heard_count < said_count)
		return EINVAL;
	at = portion_at(&pair, &count);
	delay = delay_find(&pair, at, count, 0, RECOGNISE_DELAY_MAX, &match);
	segments = segments_of(&pair, delay);
	if (!segments)
		return EINVAL;
	delays = calloc(segments, sizeof *delays);
	if (!delays)
		return ENOMEM;
	delays_find(&pair, delays, segments, delay);
	result_make(recognition, &pair, delays, segments);
	free(delays);
	return 0;
}
