/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/phone/mouth.h"
#include "gateway/phone/voice.h"

#define RATE_HZ      8000.0
#define SAMPLE_NS    125000
#define MS_NS        UINT64_C(1000000)
#define SAMPLES_A_MS 8
#define PAUSE_MS     1000
#define FLASH_MAX_MS 5000
#define PULSES_MAX   10
#define FULL_DBM0    3.14
#define RAMP         16 /* 2 ms: a key does not click */

enum job_kind {
	JOB_TONE,  /* a digit's tone and the pause after it; pause only: digit 0 */
	JOB_BREAK, /* pulses or a flash: breaks of the contact */
	JOB_SEED,
	JOB_SAMPLES,
};

struct job {
	enum job_kind kind;
	char digit;
	uint32_t seed;
	unsigned on_ms, off_ms;    /* tone, or break and make */
	unsigned times, rest_ms;   /* breaks, and the make after the last */
	double low_peak, high_peak;
	int16_t *samples;
	uint64_t count;            /* samples to say; UINT64_MAX: no end */
};

struct mouth {
	const struct mouth_handlers *handlers;
	void *arg;
	struct mouth_config config;
	struct job jobs[MOUTH_JOBS_MAX];
	size_t first, queued;
	bool running;   /* the first job has begun */
	uint64_t said;  /* samples of it */
	unsigned moves; /* of the contact */
	uint64_t move_ns;
	struct voice voice;
};

const struct mouth_config mouth_defaults = {
	.dtmf_low_dbm0 = -9,
	.dtmf_high_dbm0 = -7,
	.dtmf_on_ms = 80,
	.dtmf_off_ms = 80,
	.pulse_break_ms = 60,
	.pulse_make_ms = 40,
	.pulse_gap_ms = 700,
};

static const char keys[] = "123A456B789C*0#D";
static const unsigned low_hz[] = {697, 770, 852, 941};
static const unsigned high_hz[] = {1209, 1336, 1477, 1633};

static struct job *job_now(struct mouth *mouth)
{
	return mouth->queued ? &mouth->jobs[mouth->first] : NULL;
}

static bool job_is_contact(const struct job *job)
{
	return job && job->kind == JOB_BREAK;
}

static void tell(struct mouth *mouth, enum mouth_event_kind kind, const struct job *job,
	uint64_t at_ns)
{
	struct mouth_event event = {kind, job->digit, job->seed, at_ns};

	mouth->handlers->event(&event, mouth->arg);
}

static bool job_is_speech(const struct job *job)
{
	return job->kind == JOB_SEED || job->kind == JOB_SAMPLES;
}

static void job_told_end(struct mouth *mouth, const struct job *job, uint64_t at_ns)
{
	if (job_is_speech(job))
		tell(mouth, MOUTH_SAY_END, job, at_ns);
	else if (job->kind == JOB_BREAK && job->digit)
		tell(mouth, MOUTH_DIGIT_END, job, at_ns);
}

static void contact_plan(struct mouth *mouth, uint64_t now_ns)
{
	mouth->moves = 0;
	mouth->move_ns = now_ns;
}

static void job_end(struct mouth *mouth, uint64_t at_ns)
{
	struct job ended = *job_now(mouth);
	bool ran = mouth->running;

	mouth->first = (mouth->first + 1) % MOUTH_JOBS_MAX;
	mouth->queued--;
	mouth->running = false;
	mouth->said = 0;
	if (ran)
		job_told_end(mouth, &ended, at_ns);
	free(ended.samples);
	if (job_is_contact(job_now(mouth)))
		contact_plan(mouth, at_ns);
}

static int job_add(struct mouth *mouth, const struct job *job, uint64_t now_ns)
{
	if (mouth->queued == MOUTH_JOBS_MAX)
		return ENOBUFS;
	mouth->jobs[(mouth->first + mouth->queued++) % MOUTH_JOBS_MAX] = *job;
	if (mouth->queued == 1 && job_is_contact(job))
		contact_plan(mouth, now_ns);
	return 0;
}

int mouth_alloc(struct mouth **mouthp, const struct mouth_handlers *handlers, void *arg)
{
	struct mouth *mouth = calloc(1, sizeof *mouth);

	if (!mouth)
		return ENOMEM;
	mouth->handlers = handlers;
	mouth->arg = arg;
	mouth->config = mouth_defaults;
	*mouthp = mouth;
	return 0;
}

void mouth_free(struct mouth *mouth)
{
	if (!mouth)
		return;
	for (; mouth->queued; mouth->queued--) {
		free(mouth->jobs[mouth->first].samples);
		mouth->first = (mouth->first + 1) % MOUTH_JOBS_MAX;
	}
	free(mouth);
}

static bool tone_ms_good(unsigned ms)
{
	return ms >= 20 && ms <= 2000;
}

static bool pulse_ms_good(unsigned ms)
{
	return ms >= 1 && ms <= 2000;
}

static bool level_good(double dbm0)
{
	return dbm0 >= -60 && dbm0 <= -3;
}

int mouth_config_set(struct mouth *mouth, const struct mouth_config *config)
{
	if (!level_good(config->dtmf_low_dbm0) || !level_good(config->dtmf_high_dbm0) ||
		!tone_ms_good(config->dtmf_on_ms) || !tone_ms_good(config->dtmf_off_ms) ||
		!pulse_ms_good(config->pulse_break_ms) || !pulse_ms_good(config->pulse_make_ms) ||
		!pulse_ms_good(config->pulse_gap_ms))
		return EINVAL;
	mouth->config = *config;
	return 0;
}

const struct mouth_config *mouth_config_get(const struct mouth *mouth)
{
	return &mouth->config;
}

static bool digits_fit(const struct mouth *mouth, const char *digits)
{
	return strlen(digits) <= MOUTH_JOBS_MAX - mouth->queued;
}

static double peak_of(double dbm0)
{
	return 32767 * pow(10, (dbm0 - FULL_DBM0) / 20);
}

int mouth_dial(struct mouth *mouth, const char *digits, uint64_t now_ns)
{
	const struct mouth_config *config = &mouth->config;

	if (!*digits || strspn(digits, "0123456789*#ABCD,") != strlen(digits))
		return EINVAL;
	if (!digits_fit(mouth, digits))
		return ENOBUFS;
	for (; *digits; digits++) {
		bool pause = *digits == ',';
		struct job job = {.kind = JOB_TONE,
			.digit = pause ? 0 : *digits,
			.on_ms = pause ? 0 : config->dtmf_on_ms,
			.off_ms = pause ? PAUSE_MS : config->dtmf_off_ms,
			.low_peak = peak_of(config->dtmf_low_dbm0),
			.high_peak = peak_of(config->dtmf_high_dbm0)};

		job.count = (job.on_ms + job.off_ms) * SAMPLES_A_MS;
		job_add(mouth, &job, now_ns);
	}
	return 0;
}

int mouth_pulse(struct mouth *mouth, const char *digits, uint64_t now_ns)
{
	if (!*digits || strspn(digits, "0123456789,") != strlen(digits))
		return EINVAL;
	if (!digits_fit(mouth, digits))
		return ENOBUFS;
	for (; *digits; digits++) {
		bool pause = *digits == ',';
		unsigned pulses = *digits == '0' ? PULSES_MAX : (unsigned)(*digits - '0');
		struct job job = {.kind = JOB_BREAK,
			.digit = pause ? 0 : *digits,
			.on_ms = mouth->config.pulse_break_ms,
			.off_ms = mouth->config.pulse_make_ms,
			.times = pause ? 0 : pulses,
			.rest_ms = pause ? PAUSE_MS : mouth->config.pulse_gap_ms};

		job_add(mouth, &job, now_ns);
	}
	return 0;
}

int mouth_flash(struct mouth *mouth, unsigned ms, uint64_t now_ns)
{
	struct job job = {.kind = JOB_BREAK, .on_ms = ms, .times = 1, .rest_ms = 1};

	if (ms < 1 || ms > FLASH_MAX_MS)
		return EINVAL;
	return job_add(mouth, &job, now_ns);
}

int mouth_say_seed(struct mouth *mouth, uint32_t seed, unsigned ms)
{
	struct job job = {.kind = JOB_SEED, .seed = seed, .count = ms ? ms * SAMPLES_A_MS : UINT64_MAX};

	return job_add(mouth, &job, 0);
}

int mouth_say_samples(struct mouth *mouth, const int16_t *samples, size_t count)
{
	struct job job = {.kind = JOB_SAMPLES, .count = count};
	int err;

	job.samples = malloc(count ? count * sizeof *samples : 1);
	if (!job.samples)
		return ENOMEM;
	if (count)
		memcpy(job.samples, samples, count * sizeof *samples);
	err = job_add(mouth, &job, 0);
	if (err)
		free(job.samples);
	return err;
}

void mouth_stop(struct mouth *mouth, uint64_t now_ns)
{
	while (mouth->queued)
		job_end(mouth, now_ns);
}

void mouth_hush(struct mouth *mouth, uint64_t now_ns)
{
	while (mouth->queued && job_is_speech(job_now(mouth)))
		job_end(mouth, now_ns);
}

bool mouth_busy(const struct mouth *mouth)
{
	return mouth->queued;
}

static double ramp(uint64_t at, uint64_t length)
{
	uint64_t edge = at < length - at ? at : length - at;

	return edge < RAMP ? (double)(edge + 1) / (RAMP + 1) : 1;
}

static int16_t tone_sample(const struct job *job, uint64_t at)
{
	size_t key = job->digit ? (size_t)(strchr(keys, job->digit) - keys) : 0;
	uint64_t length = job->on_ms * SAMPLES_A_MS;
	double angle = 2 * M_PI * (double)at / RATE_HZ;

	if (at >= length)
		return 0;
	return (int16_t)lrint(ramp(at, length) *
		(job->low_peak * sin(angle * low_hz[key / 4]) +
			job->high_peak * sin(angle * high_hz[key % 4])));
}

static void sound_begin(struct mouth *mouth, struct job *job, uint64_t at_ns)
{
	mouth->running = true;
	mouth->said = 0;
	if (job->kind == JOB_SEED)
		voice_init(&mouth->voice, job->seed);
	if (job_is_speech(job))
		tell(mouth, MOUTH_SAY, job, at_ns);
	else if (job->digit)
		tell(mouth, MOUTH_DIGIT, job, at_ns);
}

static int16_t sound_next(struct mouth *mouth, const struct job *job, uint64_t at_ns)
{
	int16_t sample = 0;

	switch (job->kind) {
	case JOB_TONE:
		if (job->digit && mouth->said == job->on_ms * SAMPLES_A_MS)
			tell(mouth, MOUTH_DIGIT_END, job, at_ns);
		sample = tone_sample(job, mouth->said);
		break;
	case JOB_SEED:
		voice_fill(&mouth->voice, &sample, 1);
		break;
	case JOB_SAMPLES:
		sample = job->samples[mouth->said];
		break;
	case JOB_BREAK:
		break;
	}
	mouth->said++;
	return sample;
}

void mouth_fill(struct mouth *mouth, int16_t *samples, size_t count, uint64_t begun_ns)
{
	memset(samples, 0, count * sizeof *samples);
	for (size_t i = 0; i < count; i++) {
		struct job *job = job_now(mouth);
		uint64_t at_ns = begun_ns + i * SAMPLE_NS;

		if (!job || job_is_contact(job))
			return;
		if (!mouth->running)
			sound_begin(mouth, job, at_ns);
		if (mouth->said < job->count)
			samples[i] = sound_next(mouth, job, at_ns);
		if (mouth->said >= job->count)
			job_end(mouth, at_ns + SAMPLE_NS);
	}
}

/* Break and make in turn; after the last make comes the rest. */
static void contact_move(struct mouth *mouth, const struct job *job)
{
	uint64_t at_ns = mouth->move_ns;
	bool open = mouth->moves % 2 == 0 && mouth->moves < 2 * job->times;

	if (!mouth->running) {
		mouth->running = true;
		if (job->digit || job->times)
			tell(mouth, job->digit ? MOUTH_DIGIT : MOUTH_FLASH, job, at_ns);
	}
	if (mouth->moves < 2 * job->times)
		mouth->handlers->hook(!open, at_ns, mouth->arg);
	mouth->moves++;
	if (mouth->moves < 2 * job->times)
		mouth->move_ns += (open ? job->on_ms : job->off_ms) * MS_NS;
	else
		mouth->move_ns += job->rest_ms * MS_NS;
}

void mouth_step(struct mouth *mouth, uint64_t now_ns)
{
	struct job *job = job_now(mouth);

	while (job_is_contact(job) && mouth->move_ns <= now_ns) {
		if (mouth->running && mouth->moves >= 2 * job->times)
			job_end(mouth, mouth->move_ns);
		else
			contact_move(mouth, job);
		job = job_now(mouth);
	}
}

uint64_t mouth_next_ns(const struct mouth *mouth)
{
	return mouth->queued && mouth->jobs[mouth->first].kind == JOB_BREAK ? mouth->move_ns
									   : UINT64_MAX;
}
