/* SPDX-License-Identifier: BSD-3-Clause */
/* SIP messages that are nearly right: seeds, among them the ideas of RFC 4475, with some bytes, words or lines of them changed. */
#ifndef TIPRING_TESTS_SIP_MUTATE_H
#define TIPRING_TESTS_SIP_MUTATE_H

#include <stddef.h>
#include <stdint.h>

#define MUTATED_MAX 4096

struct mutator {
	uint32_t state; /* the seed of what comes */
	const char *via; /* host:port where answers go */
};

/* Writes the next message, at most MUTATED_MAX bytes, and returns its length. */
size_t mutate(struct mutator *mutator, char *text);

#endif
