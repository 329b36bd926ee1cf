/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>

#include "gateway/queue.h"

void queue_init(struct queue *queue, unsigned size)
{
	assert(size >= 1 && size <= QUEUE_EVENTS_MAX);
	atomic_init(&queue->written, 0);
	atomic_init(&queue->read, 0);
	atomic_init(&queue->dropped, 0);
	queue->size = size;
}

void queue_push(struct queue *queue, const struct media_event *event)
{
	uint32_t written = atomic_load_explicit(&queue->written, memory_order_relaxed);
	uint32_t read = atomic_load_explicit(&queue->read, memory_order_acquire);

	if (written - read >= queue->size) {
		atomic_fetch_add_explicit(&queue->dropped, 1, memory_order_relaxed);
		return;
	}
	queue->events[written % QUEUE_EVENTS_MAX] = *event;
	atomic_store_explicit(&queue->written, written + 1, memory_order_release);
}

bool queue_pop(struct queue *queue, struct media_event *event)
{
	uint32_t read = atomic_load_explicit(&queue->read, memory_order_relaxed);

	if (read == atomic_load_explicit(&queue->written, memory_order_acquire))
		return false;
	*event = queue->events[read % QUEUE_EVENTS_MAX];
	atomic_store_explicit(&queue->read, read + 1, memory_order_release);
	return true;
}
