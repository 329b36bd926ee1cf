/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How one telephone's voice came through to another. Sound is copied when it is asked for, so that
 * the telephones may go on while a job in a thread of its own compares it.
 */
#ifndef TIPRING_GATEWAY_PHONE_HEARING_H
#define TIPRING_GATEWAY_PHONE_HEARING_H

#include "gateway/phone/phone.h"
#include "gateway/phone/recognise.h"

#define HEARING_LATE_MS 400 /* how late sound may come through and be judged whole */
#define HEARING_CODED_LATE_MS 700 /* ... there and back in packets of 60 ms, and decoded and coded anew between */

struct hearing {
	const struct phone *listener, *talker; /* talker NULL: no telephone */
	uint32_t seed;
	uint64_t said_ns;           /* when the talker began to talk */
	uint64_t from_ns, until_ns; /* what is judged; from_ns is whole samples after said_ns */
	unsigned late_ms;           /* ... and how late it may come */
};

struct hearing_job;

/* EINVAL: too little sound; ENOMEM. */
int hearing_judge(const struct hearing *hearing, struct recognition *result);

int hearing_job_start(struct hearing_job **jobp, const struct hearing *hearing);
bool hearing_job_ready(const struct hearing_job *job);
/* Waits for it, frees it. NULL is EINVAL. */
int hearing_job_end(struct hearing_job *job, struct recognition *result);

#endif
