/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/vm/bed/bed.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEND_TAIL_MS 100

struct sending {
	struct bed *bed;
	enum bed_end from, at;
	const uint8_t *said;
	size_t said_count, written;
	uint8_t *heard;
	size_t heard_max, heard_count;
};

long bed_write(struct bed *bed, enum bed_end end, const uint8_t *bytes, size_t count)
{
	size_t written = 0;
	ssize_t n = 0;

	while (written < count && n >= 0) {
		size_t left = count - written;

		n = write(bed->fd[end], bytes + written, left < BED_BLOCK ? left : BED_BLOCK);
		written += n > 0 ? (size_t)n : 0;
	}
	return (long)written;
}

size_t bed_read(struct bed *bed, enum bed_end end, uint8_t *bytes, size_t max)
{
	uint8_t block[BED_BLOCK];
	size_t count = 0;
	ssize_t n;

	while ((n = read(bed->fd[end], block, sizeof(block))) > 0) {
		size_t take = (size_t)n < max - count ? (size_t)n : max - count;

		memcpy(bytes + count, block, take);
		count += take;
	}
	return count;
}

/* Waits until either end can move, and moves. */
static void send_step(struct sending *s)
{
	struct pollfd p[2] = {{.fd = s->bed->fd[s->at], .events = POLLIN | POLLPRI},
		{.fd = s->bed->fd[s->from], .events = s->written < s->said_count ? POLLOUT : 0}};

	poll(p, 2, 10);
	if (p[0].revents & POLLPRI)
		bed_take(s->bed);
	if (p[1].revents & POLLOUT)
		s->written += (size_t)bed_write(
			s->bed, s->from, s->said + s->written, s->said_count - s->written);
	if (p[0].revents & POLLIN)
		s->heard_count += bed_read(
			s->bed, s->at, s->heard + s->heard_count, s->heard_max - s->heard_count);
}

size_t bed_send(struct bed *bed, enum bed_end from, const uint8_t *said, size_t count,
	enum bed_end at, uint8_t *heard, size_t heard_max)
{
	uint64_t until = bed_now() + (count / (BED_RATE_HZ / 1000) + SEND_TAIL_MS) * BED_MS;
	struct sending s = {.bed = bed,
		.from = from,
		.at = at,
		.said = said,
		.said_count = count,
		.heard = heard,
		.heard_max = heard_max};

	bed_control(bed, from, DAHDI_FLUSH, &(int){DAHDI_FLUSH_BOTH});
	bed_control(bed, at, DAHDI_FLUSH, &(int){DAHDI_FLUSH_BOTH});
	while (bed_now() < until)
		send_step(&s);
	return s.heard_count;
}

void bed_noise(uint8_t *bytes, size_t count, uint32_t seed)
{
	for (size_t i = 0; i < count; i++) {
		seed = seed * 1664525u + 1013904223u;
		bytes[i] = (uint8_t)(seed >> 24);
	}
}

long bed_find(const uint8_t *heard, size_t heard_count, const uint8_t *said, size_t count)
{
	const uint8_t *at = memmem(heard, heard_count, said, count);

	return at ? at - heard : -1;
}

bool bed_silent(const uint8_t *heard, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bed_linear(heard[i]))
			return false;
	return true;
}

/* G.711, table 2a */
int bed_linear(uint8_t ulaw)
{
	int inverted = ~ulaw & 0xff;
	int magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted & 0x70) >> 4)) - 0x84;

	return inverted & 0x80 ? -magnitude : magnitude;
}
