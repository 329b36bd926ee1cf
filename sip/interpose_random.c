/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/rand.h>
#include <re.h>

#include "sip/interpose.h"

#define POOL_BYTES 256 /* the kernel gives so many in one piece, whatever signal comes */

static _Thread_local uint8_t pool[POOL_BYTES];
static _Thread_local size_t left;

/* Without it anybody could guess what tells one dialog from another. */
static void fill(void)
{
	if (getrandom(pool, sizeof(pool), 0) != sizeof(pool) && RAND_bytes(pool, sizeof(pool)) != 1)
		abort();
	left = sizeof(pool);
}

uint32_t rand_u32(void)
{
	uint32_t number;

	if (!left)
		fill();
	left -= sizeof(number);
	memcpy(&number, pool + left, sizeof(number));
	memset(pool + left, 0, sizeof(number)); /* it stands nowhere any more */
	return number;
}
