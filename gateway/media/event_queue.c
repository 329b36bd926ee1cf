/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>

#include "gateway/media/event_queue.h"

void event_queue_init(struct event_queue *queue, unsigned size)
{
	assert(size >= 1 && size <= EVENT_QUEUE_MAX);
	atomic_init(&queue->written, 0);
	atomic_init(&queue->read, 0);
	atomic_init(&queue->dropped, 0);
	queue->size = size;
}

void event_queue_push(struct event_queue *queue, const struct media_event *event)
{
	uint32_t written = atomic_load_explicit(&queue->written, memory_order_relaxed);
	uint32_t read = atomic_load_explicit(&queue->read, memory_order_acquire);

	if (written - read >= queue->size) {
		atomic_fetch_add_explicit(&queue->dropped, 1, memory_order_relaxed);
		return;
	}
	queue->events[written % EVENT_QUEUE_MAX] = *event;
	queue->events[written % EVENT_QUEUE_MAX].dropped = atomic_load_explicit(&queue->dropped, memory_order_relaxed);
	atomic_store_explicit(&queue->written, written + 1, memory_order_release);
}

bool event_queue_pop(struct event_queue *queue, struct media_event *event)
{
	uint32_t read = atomic_load_explicit(&queue->read, memory_order_relaxed);

	if (read == atomic_load_explicit(&queue->written, memory_order_acquire))
		return false;
	*event = queue->events[read % EVENT_QUEUE_MAX];
	atomic_store_explicit(&queue->read, read + 1, memory_order_release);
	return true;
}
