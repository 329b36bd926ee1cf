/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/unit/phone_exchange.h"

#define BLOCK     80
#define LINES     2
#define EDGES_MAX 128

struct line {
	struct fxs_port *port;
	bool off_hook, ringing, dialled;
	unsigned tone_at, scrap;
	int16_t said[BLOCK], before[BLOCK], history[EXCHANGE_SAID];
	struct fxs_event edges[EDGES_MAX];
	unsigned edge_count;
};

struct exchange {
	char dir[32], path[48];
	struct fxs_bus *bus;
	struct fxs_cadence cadence;
	struct line lines[LINES];
};

static const struct fxs_driver *const driver = &fxs_dummy_driver;

struct exchange *exchange_alloc(uint64_t now_ns)
{
	struct exchange *exchange = calloc(1, sizeof *exchange);
	struct fxs_bus_config bus = {.path = exchange->path};
	struct fxs_port_config port = {.block_samples = BLOCK};

	assert_non_null(exchange);
	exchange->cadence = (struct fxs_cadence){{2000, 4000}, 2};
	strcpy(exchange->dir, "phone_test.XXXXXX");
	assert_non_null(mkdtemp(exchange->dir));
	snprintf(exchange->path, sizeof exchange->path, "%s/wires", exchange->dir);
	assert_int_equal(driver->bus_open(&exchange->bus, &bus), 0);
	for (int i = 0; i < LINES; i++) {
		port.channel = i ? "2" : "1";
		assert_int_equal(
			driver->port_open(&exchange->lines[i].port, exchange->bus, &port, now_ns), 0);
	}
	return exchange;
}

void exchange_free(struct exchange *exchange)
{
	for (int i = 0; i < LINES; i++)
		driver->port_close(exchange->lines[i].port);
	driver->bus_close(exchange->bus);
	rmdir(exchange->dir);
	free(exchange);
}

const char *exchange_path(const struct exchange *exchange)
{
	return exchange->path;
}

static void line_hook(struct line *line, const struct fxs_event *event)
{
	bool off_hook = event->kind == FXS_EVENT_OFF_HOOK;

	if (line->edge_count < EDGES_MAX)
		line->edges[line->edge_count++] = *event;
	if (!off_hook && line->off_hook)
		line->dialled = true; /* a break: dial tone stops, as for a pulse */
	if (off_hook && line->ringing) {
		driver->ring_stop(line->port, event->at_ns);
		line->ringing = false;
		line->dialled = true;
	}
	line->off_hook = off_hook;
	driver->feed_set(line->port, FXS_FEED_ACTIVE, event->at_ns);
}

static void line_events(struct line *line, uint64_t now_ns)
{
	struct fxs_event event;

	while (!driver->event_read(line->port, now_ns, &event)) {
		if (event.kind == FXS_EVENT_OFF_HOOK || event.kind == FXS_EVENT_ON_HOOK)
			line_hook(line, &event);
	}
	if (line->off_hook)
		driver->audio_start(line->port, now_ns);
}

static double power(const int16_t *samples)
{
	double sum = 0;

	for (int i = 0; i < BLOCK; i++)
		sum += (double)samples[i] * samples[i];
	return sum / BLOCK;
}

static void dial_tone(struct line *line, int16_t *samples)
{
	for (int i = 0; i < BLOCK; i++) {
		double angle = 2 * M_PI * line->tone_at++ / 8000;

		samples[i] = (int16_t)(5000 * sin(350 * angle) + 5000 * sin(440 * angle));
	}
}

static void line_sound(struct line *line, struct line *other, const struct fxs_cadence *cadence,
	uint64_t now_ns)
{
	int16_t block[BLOCK] = {0};

	if (!line->off_hook) {
		driver->write(line->port, block, BLOCK); /* the ring's cadence goes by blocks */
		return;
	}
	memcpy(line->before, line->said, sizeof block);
	if (driver->read(line->port, line->said, BLOCK))
		memset(line->said, 0, sizeof line->said);
	memmove(line->history, line->history + BLOCK, sizeof line->history - sizeof block);
	memcpy(line->history + EXCHANGE_SAID - BLOCK, line->said, sizeof block);
	if (!line->dialled && power(line->said) > 10000)
		line->dialled = true;
	if (!line->dialled || line->scrap)
		dial_tone(line, block);
	else if (other->off_hook)
		memcpy(block, other->before, sizeof block);
	else if (!other->ringing && !driver->ring_start(other->port, cadence, now_ns))
		other->ringing = true;
	line->scrap -= line->scrap > 0;
	driver->write(line->port, block, BLOCK);
}

void exchange_tick(struct exchange *exchange, uint64_t now_ns)
{
	driver->bus_service(exchange->bus, now_ns);
	for (int i = 0; i < LINES; i++)
		line_events(&exchange->lines[i], now_ns);
	for (int i = 0; i < LINES; i++)
		line_sound(&exchange->lines[i], &exchange->lines[1 - i], &exchange->cadence, now_ns);
}

unsigned exchange_edges(const struct exchange *exchange, unsigned line, const struct fxs_event **edges)
{
	*edges = exchange->lines[line - 1].edges;
	return exchange->lines[line - 1].edge_count;
}

const int16_t *exchange_said(const struct exchange *exchange, unsigned line)
{
	return exchange->lines[line - 1].history;
}

void exchange_scrap(struct exchange *exchange, unsigned line, unsigned blocks)
{
	exchange->lines[line - 1].scrap = blocks;
}

void exchange_cadence_set(struct exchange *exchange, const struct fxs_cadence *cadence)
{
	exchange->cadence = *cadence;
}
