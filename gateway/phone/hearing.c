/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "gateway/phone/hearing.h"
#include "gateway/phone/likeness.h"
#include "gateway/phone/voice.h"

#define MS_NS     UINT64_C(1000000)
#define SAMPLE_NS 125000

struct hearing_job {
	pthread_t thread;
	atomic_bool ready;
	int16_t *said, *heard; /* said begins where the talker began to talk */
	size_t skipped, count, heard_count;
	struct recognition result;
	int err;
};

static void job_free(struct hearing_job *job)
{
	if (!job)
		return;
	free(job->said);
	free(job->heard);
	free(job);
}

static int job_alloc(struct hearing_job **jobp, const struct hearing *hearing)
{
	struct hearing_job *job = calloc(1, sizeof *job);
	struct voice voice;

	if (!job)
		return ENOMEM;
	job->skipped = (size_t)((hearing->from_ns - hearing->said_ns) / SAMPLE_NS);
	job->count = (size_t)((hearing->until_ns - hearing->from_ns) / SAMPLE_NS);
	job->heard_count = job->count + hearing->late_ms * (size_t)(MS_NS / SAMPLE_NS);
	job->said = malloc((job->skipped + job->count) * sizeof *job->said);
	job->heard = malloc(job->heard_count * sizeof *job->heard);
	if (!job->said || !job->heard) {
		job_free(job);
		return ENOMEM;
	}
	voice_init(&voice, hearing->seed);
	voice_fill(&voice, job->said, job->skipped + job->count);
	phone_heard(hearing->listener, hearing->from_ns, job->heard, job->heard_count);
	*jobp = job;
	return 0;
}

static void *job_run(void *arg)
{
	struct hearing_job *job = arg;

	job->err = recognise(&job->result, job->said + job->skipped, job->count, job->heard,
		job->heard_count);
	if (!job->err)
		job->err = likeness(&job->result.likeness, job->said + job->skipped, job->count, job->heard, job->heard_count);
	atomic_store(&job->ready, true);
	return NULL;
}

int hearing_judge(const struct hearing *hearing, struct recognition *result)
{
	struct hearing_job *job;
	int err = job_alloc(&job, hearing);

	if (err)
		return err;
	job_run(job);
	err = job->err;
	if (!err)
		*result = job->result;
	job_free(job);
	return err;
}

/* Never with the telephones' priority. */
static int job_thread(struct hearing_job *job)
{
	const struct sched_param ordinary = {.sched_priority = 0};
	pthread_attr_t attributes;
	int err = pthread_attr_init(&attributes);

	if (err)
		return err;
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
	pthread_attr_setschedparam(&attributes, &ordinary);
	err = pthread_create(&job->thread, &attributes, job_run, job);
	pthread_attr_destroy(&attributes);
	return err;
}

int hearing_job_start(struct hearing_job **jobp, const struct hearing *hearing)
{
	struct hearing_job *job;
	int err = job_alloc(&job, hearing);

	if (err)
		return err;
	err = job_thread(job);
	if (err)
		job_free(job);
	else
		*jobp = job;
	return err;
}

bool hearing_job_ready(const struct hearing_job *job)
{
	return atomic_load(&job->ready);
}

int hearing_job_end(struct hearing_job *job, struct recognition *result)
{
	int err;

	if (!job)
		return EINVAL;
	pthread_join(job->thread, NULL);
	err = job->err;
	if (!err)
		*result = job->result;
	job_free(job);
	return err;
}
