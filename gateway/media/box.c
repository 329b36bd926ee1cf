/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <string.h>

#include "gateway/media/box.h"

static size_t word_count(size_t size)
{
	assert(size <= BOX_BYTES_MAX);
	return (size + sizeof(uint64_t) - 1) / sizeof(uint64_t);
}

uint32_t box_write(struct box *box, const void *value, size_t size)
{
	uint64_t words[BOX_BYTES_MAX / sizeof(uint64_t)] = {0};
	uint32_t sequence = atomic_load_explicit(&box->sequence, memory_order_relaxed);

	memcpy(words, value, size);
	atomic_store_explicit(&box->sequence, sequence + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release);
	for (size_t i = 0; i < word_count(size); i++)
		atomic_store_explicit(&box->words[i], words[i], memory_order_relaxed);
	atomic_store_explicit(&box->sequence, sequence + 2, memory_order_release);
	return sequence + 2;
}

bool box_read(struct box *box, void *value, size_t size, uint32_t *sequence)
{
	uint64_t words[BOX_BYTES_MAX / sizeof(uint64_t)];
	uint32_t before = atomic_load_explicit(&box->sequence, memory_order_acquire);

	if (before % 2 || before == *sequence)
		return false;
	for (size_t i = 0; i < word_count(size); i++)
		words[i] = atomic_load_explicit(&box->words[i], memory_order_relaxed);
	atomic_thread_fence(memory_order_acquire);
	if (atomic_load_explicit(&box->sequence, memory_order_relaxed) != before)
		return false;
	memcpy(value, words, size);
	*sequence = before;
	return true;
}
