/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/media/playout_pool.h"

#define NONE 0xff

void playout_pool_reset(struct playout_pool *pool)
{
	memset(pool->head, NONE, sizeof(pool->head));
	for (unsigned i = 0; i < PLAYOUT_BLOCKS; i++)
		pool->block_next[i] = (uint8_t)(i + 1 < PLAYOUT_BLOCKS ? i + 1 : NONE);
	pool->free = 0;
	pool->free_count = PLAYOUT_BLOCKS;
}

static unsigned blocks_of(size_t length)
{
	return length ? (unsigned)((length + PLAYOUT_BLOCK_BYTES - 1) / PLAYOUT_BLOCK_BYTES) : 1;
}

static size_t part_of(size_t length, size_t done)
{
	return length - done < PLAYOUT_BLOCK_BYTES ? length - done : PLAYOUT_BLOCK_BYTES;
}

static uint8_t blocks_take(struct playout_pool *pool, const uint8_t *bytes, size_t length)
{
	uint8_t first = pool->free, last = first;

	for (unsigned i = 0; i < blocks_of(length); i++) {
		size_t done = (size_t)i * PLAYOUT_BLOCK_BYTES;

		last = pool->free;
		memcpy(pool->bytes[last], bytes + done, part_of(length, done));
		pool->free = pool->block_next[last];
		pool->free_count--;
	}
	pool->block_next[last] = NONE;
	return first;
}

static void blocks_give(struct playout_pool *pool, uint8_t first)
{
	uint8_t last = first;

	pool->free_count++;
	while (pool->block_next[last] != NONE) {
		last = pool->block_next[last];
		pool->free_count++;
	}
	pool->block_next[last] = pool->free;
	pool->free = first;
}

bool playout_pool_put(struct playout_pool *pool, enum playout_list list, const struct playout_entry *entry,
	const uint8_t *bytes)
{
	uint8_t *link = &pool->head[list], number;

	if (entry->length > PLAYOUT_BYTES_MAX || pool->free_count < blocks_of(entry->length))
		return false;
	number = blocks_take(pool, bytes, entry->length);
	while (*link != NONE && (int32_t)(pool->entries[*link].place - entry->place) <= 0)
		link = &pool->entries[*link].next;
	pool->entries[number] = *entry;
	pool->entries[number].next = *link;
	*link = number;
	return true;
}

static const struct playout_entry *entry_of(const struct playout_pool *pool, uint8_t number)
{
	return number == NONE ? NULL : &pool->entries[number];
}

const struct playout_entry *playout_pool_first(const struct playout_pool *pool, enum playout_list list)
{
	return entry_of(pool, pool->head[list]);
}

const struct playout_entry *playout_pool_after(const struct playout_pool *pool, const struct playout_entry *entry)
{
	return entry_of(pool, entry->next);
}

bool playout_pool_has(const struct playout_pool *pool, enum playout_list list, uint32_t place, uint16_t sequence)
{
	for (uint8_t at = pool->head[list]; at != NONE; at = pool->entries[at].next) {
		if (pool->entries[at].place == place && pool->entries[at].sequence == sequence)
			return true;
	}
	return false;
}

void playout_pool_read(const struct playout_pool *pool, enum playout_list list, uint8_t *bytes)
{
	uint8_t at = pool->head[list];
	size_t length = pool->entries[at].length;

	for (size_t done = 0; done < length; done += PLAYOUT_BLOCK_BYTES, at = pool->block_next[at])
		memcpy(bytes + done, pool->bytes[at], part_of(length, done));
}

void playout_pool_drop(struct playout_pool *pool, enum playout_list list)
{
	uint8_t first = pool->head[list];

	pool->head[list] = pool->entries[first].next;
	blocks_give(pool, first);
}

void playout_pool_drop_from(struct playout_pool *pool, enum playout_list list, uint32_t place)
{
	uint8_t *link = &pool->head[list];

	while (*link != NONE && (int32_t)(pool->entries[*link].place - place) < 0)
		link = &pool->entries[*link].next;
	while (*link != NONE) {
		uint8_t first = *link;

		*link = pool->entries[first].next;
		blocks_give(pool, first);
	}
}

void playout_pool_cut(struct playout_pool *pool, enum playout_list list, uint32_t place)
{
	playout_pool_drop_from(pool, list, place);
	for (uint8_t at = pool->head[list]; at != NONE; at = pool->entries[at].next) {
		struct playout_entry *entry = &pool->entries[at];

		if ((int32_t)(entry->place + entry->samples - place) > 0)
			entry->samples = (uint16_t)(place - entry->place);
	}
}
