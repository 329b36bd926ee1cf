/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a telephone did, in order, from the media thread to the control thread: one writer, one reader, a
 * fixed size, no lock. A full queue drops the newest event and counts it; the line's report (media.h)
 * then heals what was missed.
 */
#ifndef TIPRING_GATEWAY_MEDIA_EVENT_QUEUE_H
#define TIPRING_GATEWAY_MEDIA_EVENT_QUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define EVENT_QUEUE_MAX 32

enum media_event_kind {
	MEDIA_EVENT_LIFTED,
	MEDIA_EVENT_HUNG_UP,
	MEDIA_EVENT_FLASH,
	MEDIA_EVENT_DIGIT, /* DTMF at its start, a pulse train at its end */
	MEDIA_EVENT_KEY,   /* DTMF at its end, in a call whose keys go by signalling (told of struct stream_wish) */
};

struct media_event {
	enum media_event_kind kind;
	char digit;     /* 0-9 * # A-D for MEDIA_EVENT_DIGIT and MEDIA_EVENT_KEY */
	uint16_t duration_ms; /* of MEDIA_EVENT_KEY */
	uint64_t at_ns; /* when the telephone did it */
	uint32_t dropped; /* how many the queue had lost before it, in all; the queue fills it in */
};

struct event_queue {
	_Atomic uint32_t written, read;
	_Atomic uint32_t dropped;
	uint32_t size; /* events in use, 1..EVENT_QUEUE_MAX */
	struct media_event events[EVENT_QUEUE_MAX];
};

void event_queue_init(struct event_queue *queue, unsigned size);
void event_queue_push(struct event_queue *queue, const struct media_event *event);
bool event_queue_pop(struct event_queue *queue, struct media_event *event);

#endif
