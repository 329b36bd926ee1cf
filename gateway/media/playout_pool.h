/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to the playout: packets that wait, as they came, in lists in order of their places. No allocation. */
#ifndef TIPRING_GATEWAY_MEDIA_PLAYOUT_POOL_H
#define TIPRING_GATEWAY_MEDIA_PLAYOUT_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAYOUT_BLOCKS      80 /* 800 ms of G.711 */
#define PLAYOUT_BLOCK_BYTES 80
#define PLAYOUT_BYTES_MAX   1488 /* of one payload */

enum playout_list {
	PLAYOUT_SOUND,
	PLAYOUT_TONE, /* lies over the sound of the same time */
	PLAYOUT_LISTS,
};

struct playout_entry {
	uint32_t place;    /* of its first sample on the line's clock */
	uint16_t samples;  /* 0: comfort noise begins here */
	uint16_t sequence;
	uint16_t length;   /* of the payload */
	uint8_t codec;     /* enum dsp_codec */
	bool anew;         /* the first of a source: what its decoder heard does not count, nor is there a gap before it */
	uint8_t next;      /* private */
};

/* An entry has the number of its first block. */
struct playout_pool {
	uint8_t head[PLAYOUT_LISTS], free;
	uint8_t block_next[PLAYOUT_BLOCKS];
	unsigned free_count;
	struct playout_entry entries[PLAYOUT_BLOCKS];
	uint8_t bytes[PLAYOUT_BLOCKS][PLAYOUT_BLOCK_BYTES];
};

void playout_pool_reset(struct playout_pool *pool);
/* False: there is no room. Of equal places the newer comes after the older. */
bool playout_pool_put(struct playout_pool *pool, enum playout_list list, const struct playout_entry *entry,
	const uint8_t *bytes);
/* The first; NULL: none. It holds until the list changes. */
const struct playout_entry *playout_pool_first(const struct playout_pool *pool, enum playout_list list);
/* What comes after it; NULL: none. */
const struct playout_entry *playout_pool_after(const struct playout_pool *pool, const struct playout_entry *entry);
bool playout_pool_has(const struct playout_pool *pool, enum playout_list list, uint32_t place, uint16_t sequence);
/* The first one's payload, PLAYOUT_BYTES_MAX at most. */
void playout_pool_read(const struct playout_pool *pool, enum playout_list list, uint8_t *bytes);
void playout_pool_drop(struct playout_pool *pool, enum playout_list list);
/* All whose place is this one or after it. */
void playout_pool_drop_from(struct playout_pool *pool, enum playout_list list, uint32_t place);
/* ... and the end of what reaches beyond it, where a payload has a byte for each sample. */
void playout_pool_cut(struct playout_pool *pool, enum playout_list list, uint32_t place);

#endif
