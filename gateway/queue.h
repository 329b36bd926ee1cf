/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a telephone did, in order, from the media thread to the control thread: one writer, one reader, a
 * fixed size, no lock. A full queue drops the newest event and counts it; the line's report (media.h)
 * then heals what was missed.
 */
#ifndef TIPRING_GATEWAY_QUEUE_H
#define TIPRING_GATEWAY_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define QUEUE_EVENTS_MAX 32

enum media_event_kind {
	MEDIA_EVENT_LIFTED,
	MEDIA_EVENT_HUNG_UP,
	MEDIA_EVENT_FLASH,
	MEDIA_EVENT_DIGIT, /* DTMF at its start, a pulse train at its end */
};

struct media_event {
	enum media_event_kind kind;
	char digit;     /* 0-9 * # A-D for MEDIA_EVENT_DIGIT */
	uint64_t at_ns; /* when the telephone did it */
};

struct queue {
	_Atomic uint32_t written, read;
	_Atomic uint32_t dropped;
	uint32_t size; /* events in use, 1..QUEUE_EVENTS_MAX */
	struct media_event events[QUEUE_EVENTS_MAX];
};

void queue_init(struct queue *queue, unsigned size);
void queue_push(struct queue *queue, const struct media_event *event);
bool queue_pop(struct queue *queue, struct media_event *event);

#endif
