/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dsp/dsp.h"
#include "dsp/g711.h"
#include "tests/unit/playout_traces.h"

#define STALL_AT_S    10
#define SETTLE_S      5
#define SAMPLES_PER_MS 8.0
#define GAP_SAMPLES   (40 * 8)
#define TIMESTAMP     4294960000u /* of the first: it wraps soon */

const struct playout_config trace_config = {.start_ms = 10, .min_ms = 10, .max_ms = 400};

struct packet {
	double arrives; /* at a sample of the line's clock; negative: never */
	bool marked;    /* it came too late for the fixed buffer; scratch */
};

struct source {
	unsigned long first; /* packet */
	uint32_t ssrc, timestamp;
};

struct run {
	const struct trace *trace;
	unsigned seed;
	unsigned long count;
	struct packet *packets;
	unsigned long *order; /* of arrival */
	struct playout playout;
};

static double chance(unsigned *seed)
{
	return (rand_r(seed) + 0.5) / ((double)RAND_MAX + 1);
}

/* Voiced and unvoiced syllables, and pauses: a fifth of a second each, with a pitch of its own. */
static int16_t speech(unsigned long n)
{
	static const double formants_hz[][2] = {{730, 1090}, {270, 2290}, {530, 1840}, {300, 870}};
	static double memory[2][2], phase;
	unsigned seed = (unsigned)(n / 1600 * 2654435761u);
	unsigned kind = (unsigned)rand_r(&seed) % 8, vowel = (unsigned)rand_r(&seed) % 4;
	double pitch_hz = 90 + (double)(rand_r(&seed) % 150) + 10 * sin((double)n / 3000);
	double envelope = sin(M_PI * (double)(n % 1600) / 1600), sum = 0, pulse;
	unsigned hiss = (unsigned)(n * 1103515245u + 12345u);
	double noise = (double)(rand_r(&hiss) % 2000) / 1000 - 1;

	if (n == 0) {
		memset(memory, 0, sizeof(memory));
		phase = 0;
	}
	phase += pitch_hz / TRACE_RATE_HZ;
	pulse = phase >= 1 ? 1 : 0;
	phase -= pulse;
	if (kind >= 6)
		return (int16_t)(8 * noise);
	if (kind == 5)
		return (int16_t)(600 * envelope * noise);
	for (int i = 0; i < 2; i++) {
		double r = 0.97, turn = 2 * r * cos(2 * M_PI * formants_hz[vowel][i] / TRACE_RATE_HZ);
		double value = pulse + turn * memory[i][0] - r * r * memory[i][1];

		memory[i][1] = memory[i][0];
		memory[i][0] = value;
		sum += value;
	}
	return (int16_t)(2500 * envelope * sum + 8 * noise);
}

static bool loses(struct run *run, bool *in_burst)
{
	const struct trace *trace = run->trace;

	if (trace->burst_packets > 0) {
		double leave = 1 / trace->burst_packets, enter = trace->loss * leave / (1 - trace->loss);

		*in_burst = *in_burst ? chance(&run->seed) >= leave : chance(&run->seed) < enter;
		return *in_burst;
	}
	return chance(&run->seed) < trace->loss;
}

/* Extra delay of the packet, in samples, that each of its own has. */
static double own_delay(struct run *run, double sent)
{
	const struct trace *trace = run->trace;
	double delay = trace->jitter_ms > 0 ? -log(chance(&run->seed)) * trace->jitter_ms / 2 * SAMPLES_PER_MS : 0;
	double stalled = sent - STALL_AT_S * TRACE_RATE_HZ, stall = trace->stall_ms * SAMPLES_PER_MS;

	if (stalled >= 0 && stalled < stall)
		delay += stall - stalled;
	return delay;
}

static int by_arrival(const void *one, const void *other, void *arg)
{
	const struct packet *packets = arg;
	unsigned long a = *(const unsigned long *)one, b = *(const unsigned long *)other;

	if (packets[a].arrives != packets[b].arrives)
		return packets[a].arrives < packets[b].arrives ? -1 : 1;
	return a < b ? -1 : 1;
}

static void network(struct run *run)
{
	const struct trace *trace = run->trace;
	bool in_burst = false;
	double last = 0;

	for (unsigned long n = 0; n < run->count; n++) {
		double sent = (double)(n * TRACE_FRAME) / (1 + trace->drift_ppm * 1e-6);
		double arrives = sent + own_delay(run, sent);

		if (arrives < last)
			arrives = last;
		last = arrives;
		if (trace->overtaken > 0 && chance(&run->seed) < trace->overtaken)
			arrives += (30 + 20 * chance(&run->seed)) * SAMPLES_PER_MS;
		run->packets[n].arrives = loses(run, &in_burst) ? -1 : arrives;
		run->order[n] = n;
	}
	qsort_r(run->order, run->count, sizeof(*run->order), by_arrival, run->packets);
}

/* At which tick it is there, after it was sent. */
static double transit(const struct run *run, unsigned long n)
{
	double sent = (double)(n * TRACE_FRAME) / (1 + run->trace->drift_ppm * 1e-6);

	return ceil(run->packets[n].arrives / TRACE_BLOCK) * TRACE_BLOCK - sent;
}

static int by_value(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return a < b ? -1 : a > b;
}

static double fastest(const struct run *run)
{
	double least = INFINITY;

	for (unsigned long n = 0; n < run->count; n++) {
		if (run->packets[n].arrives >= 0)
			least = fmin(least, transit(run, n));
	}
	return least;
}

static double fixed_buffer(const struct run *run)
{
	double *transits = calloc(run->count, sizeof(*transits)), result;
	unsigned long count = 0;

	for (unsigned long n = 0; n < run->count; n++) {
		if (run->packets[n].arrives >= 0)
			transits[count++] = transit(run, n);
	}
	qsort(transits, count, sizeof(*transits), by_value);
	result = transits[count - 1 - count / 100] - transits[0];
	free(transits);
	return result;
}

static struct source source_of(const struct trace *trace, unsigned long n)
{
	unsigned long every = trace->restart_s * TRACE_RATE_HZ / TRACE_FRAME;
	unsigned long number = every ? n / every : 0;

	return (struct source){.first = number * every, .ssrc = (uint32_t)(1 + number / 2),
		.timestamp = TIMESTAMP + (uint32_t)number * 0x12345678u};
}

static void deliver(struct run *run, unsigned long n, trace_say_h *say)
{
	struct source source = source_of(run->trace, n);
	uint8_t bytes[TRACE_FRAME];
	int16_t samples[TRACE_FRAME];
	struct ua_rtp_packet packet = {.ssrc = source.ssrc, .sequence = (uint16_t)(65000 + n),
		.timestamp = source.timestamp + (uint32_t)((n - source.first) * TRACE_FRAME), .payload = bytes,
		.payload_length = sizeof(bytes)};

	for (unsigned i = 0; i < TRACE_FRAME; i++)
		samples[i] = say(n * TRACE_FRAME + i);
	dsp_g711_encode(DSP_LAW_MU, bytes, samples, TRACE_FRAME);
	(void)stream_playout_packet(&run->playout, &packet, DSP_CODEC_PCMU);
}

/* How long ago was sent what plays now. */
static double age(const struct run *run, unsigned long newest, unsigned long clock)
{
	struct source source = source_of(run->trace, newest);
	int32_t in_source = (int32_t)(stream_playout_now(&run->playout) - source.timestamp);
	double sent = ((double)(source.first * TRACE_FRAME) + in_source) / (1 + run->trace->drift_ppm * 1e-6);

	return (double)clock - sent;
}

static void gaps_note(struct trace_result *result, uint64_t concealed_before, uint64_t concealed, unsigned *gap)
{
	if (concealed == concealed_before) {
		*gap = 0;
		return;
	}
	result->gaps += *gap <= GAP_SAMPLES && *gap + (concealed - concealed_before) > GAP_SAMPLES;
	*gap += (unsigned)(concealed - concealed_before);
	result->gap_ms = fmax(result->gap_ms, *gap / SAMPLES_PER_MS);
}

static void play(struct run *run, struct trace_result *result, trace_say_h *say, trace_hear_h *hear, void *arg)
{
	unsigned long end = (unsigned long)((double)(run->count * TRACE_FRAME) / (1 + fmax(run->trace->drift_ppm, 0) * 1e-6));
	unsigned long at = 0, newest = 0, blocks = 0;
	double least = fastest(run), before_stall = 0;
	unsigned stall_end = STALL_AT_S * TRACE_RATE_HZ + run->trace->stall_ms * 8, gap = 0;

	for (unsigned long clock = 0; clock < end; clock += TRACE_BLOCK) {
		uint64_t concealed = run->playout.stats.concealed_samples;
		int16_t samples[TRACE_BLOCK];
		double delay;

		for (; at < run->count && run->packets[run->order[at]].arrives <= (double)clock; at++) {
			if (run->packets[run->order[at]].arrives < 0)
				continue;
			newest = run->order[at] > newest ? run->order[at] : newest;
			deliver(run, run->order[at], say);
		}
		if (!run->playout.started)
			continue;
		delay = (age(run, newest, clock) - least) / SAMPLES_PER_MS;
		stream_playout_get(&run->playout, samples, TRACE_BLOCK);
		if (hear)
			hear(samples, TRACE_BLOCK, arg);
		gaps_note(result, concealed, run->playout.stats.concealed_samples, &gap);
		result->delay_ms += delay;
		blocks++;
		result->delay_most_ms = fmax(result->delay_most_ms, delay);
		result->delay_end_ms = delay;
		if (clock < STALL_AT_S * TRACE_RATE_HZ)
			before_stall = delay;
		if (clock >= stall_end + SETTLE_S * TRACE_RATE_HZ && clock < stall_end + SETTLE_S * TRACE_RATE_HZ + TRACE_BLOCK)
			result->stall_over_ms = delay - before_stall;
	}
	result->delay_ms /= (double)blocks;
	result->concealed = (double)run->playout.stats.concealed_samples / ((double)blocks * TRACE_BLOCK);
	result->late = (double)run->playout.stats.discarded / (double)run->count;
	result->stats = run->playout.stats;
}

struct trace_result trace_play(const struct trace *trace, unsigned seed, trace_say_h *say, trace_hear_h *hear, void *arg)
{
	struct trace_result result = {0};
	struct run *run = calloc(1, sizeof(*run));

	run->trace = trace;
	run->seed = seed;
	run->count = trace->seconds * (unsigned long)TRACE_RATE_HZ / TRACE_FRAME;
	run->packets = calloc(run->count, sizeof(*run->packets));
	run->order = calloc(run->count, sizeof(*run->order));
	(void)dsp_decoder_alloc(&run->playout.decoders[DSP_CODEC_PCMU], DSP_CODEC_PCMU);
	stream_playout_reset(&run->playout, &trace_config);
	network(run);
	(void)speech(0); /* it begins anew */
	play(run, &result, say ? say : speech, hear, arg);
	result.fixed_ms = fixed_buffer(run) / SAMPLES_PER_MS;
	dsp_decoder_free(run->playout.decoders[DSP_CODEC_PCMU]);
	free(run->packets);
	free(run->order);
	free(run);
	return result;
}
