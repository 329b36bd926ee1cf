/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "dsp/dsp.h"
#include "gateway/gateway.h"
#include "tests/flow/log_virtual.h"
#include "tests/flow/loop_virtual.h"
#include "tests/flow/world.h"

#define NS_PER_MS       1000000ull
#define STOP_NS         10000000000ull
#define ROUNDS_MAX      1000 /* of serving all within one moment */
#define DESCRIPTORS_MAX 64   /* the virtual loop has its own limit */

struct world {
	struct world_config config;
	struct loop *loop;
	struct peer *peer;
	struct config *gateway_config;
	struct gateway *gateway;
	uint64_t control_next_ns; /* not served before */
	uint64_t media_next_ns;
	struct phone *phones[WORLD_PHONES_MAX];
	size_t phone_count;
	bool stopped;
};

int world_alloc(struct world **worldp, const struct world_config *config)
{
	struct gateway_options options = {.threads = false, .events_size = config->events_size};
	struct world *world = calloc(1, sizeof(*world));
	int err;

	if (!world)
		return ENOMEM;
	world->config = *config;
	err = dsp_init();
	if (!err)
		err = loop_alloc(&world->loop, DESCRIPTORS_MAX);
	if (!err) {
		log_virtual_set(config->log, world->loop);
		err = peer_alloc(&world->peer, world->loop, config->sip, config->arg);
	}
	if (!err)
		err = config_load(&world->gateway_config, config->config_path, stderr);
	if (!err)
		err = gateway_alloc(&world->gateway, world->loop, world->gateway_config, &options);
	if (err) {
		world_free(world);
		return err;
	}
	*worldp = world;
	return 0;
}

void world_free(struct world *world)
{
	if (!world)
		return;
	for (size_t i = 0; i < world->phone_count; i++)
		phone_free(world->phones[i]);
	gateway_free(world->gateway);
	config_free(world->gateway_config);
	peer_free(world->peer);
	log_virtual_set(NULL, NULL);
	loop_free(world->loop);
	free(world);
}

uint64_t world_now_ns(const struct world *world)
{
	return loop_virtual_now_ns(world->loop);
}

void world_wall_set(struct world *world, int64_t wall_s)
{
	loop_virtual_wall_set(world->loop, wall_s);
}

struct peer *world_peer(struct world *world)
{
	return world->peer;
}

int world_phone_add(struct world *world, struct phone **phonep, unsigned number, const char *country,
	const char *line)
{
	struct phone_config config = {
		.number = number,
		.country = country,
		.wires = &wires_dummy_ops,
		.wires_config = {.path = world->config.wires_path, .line = line},
	};
	int err;

	if (world->phone_count == WORLD_PHONES_MAX)
		return ENOSPC;
	err = phone_alloc(phonep, &config, world_now_ns(world), world->config.phone, world->config.arg);
	if (!err)
		world->phones[world->phone_count++] = *phonep;
	return err;
}

static bool is_ready(int fd, short events)
{
	struct pollfd pollfd = {.fd = fd, .events = events};

	return fd >= 0 && poll(&pollfd, 1, 0) == 1;
}

/* With a lag the control plane, like one that is busy, finds all at once that came in the meantime. */
static bool control_serve(struct world *world)
{
	uint64_t now_ns = world_now_ns(world), lag_ns = world->config.control_lag_ms * NS_PER_MS;

	if (!lag_ns)
		return loop_virtual_serve(world->loop);
	if (now_ns < world->control_next_ns)
		return false;
	while (loop_virtual_serve(world->loop))
		;
	world->control_next_ns = now_ns + lag_ns;
	return true;
}

static bool media_serve(struct world *world)
{
	struct media *media = gateway_media(world->gateway, 0);
	uint64_t now_ns = world_now_ns(world);

	if (now_ns < world->media_next_ns && !is_ready(media_fd(media), POLLIN))
		return false;
	world->media_next_ns = media_step(media, now_ns);
	return true;
}

static bool phones_serve(struct world *world)
{
	uint64_t now_ns = world_now_ns(world);
	bool any = false;

	for (size_t i = 0; i < world->phone_count; i++) {
		struct phone *phone = world->phones[i];

		if (now_ns < phone_next_ns(phone) && !is_ready(phone_fd(phone), phone_poll_events(phone)))
			continue;
		phone_step(phone, now_ns);
		any = true;
	}
	return any;
}

/* All that is ready at this moment, and what becomes ready by it. */
static void serve(struct world *world)
{
	unsigned rounds = 0;
	bool any = true;

	while (any) {
		any = control_serve(world);
		any = media_serve(world) || any;
		any = phones_serve(world) || any;
		/* Something is ready for ever: time would never pass again. */
		assert(++rounds < ROUNDS_MAX);
	}
}

static uint64_t next_ns(const struct world *world)
{
	uint64_t next = world->config.control_lag_ms ? world->control_next_ns
						     : loop_virtual_next_ns(world->loop);

	if (world->media_next_ns < next)
		next = world->media_next_ns;
	for (size_t i = 0; i < world->phone_count; i++) {
		if (phone_next_ns(world->phones[i]) < next)
			next = phone_next_ns(world->phones[i]);
	}
	return next;
}

bool world_run(struct world *world, uint64_t until_ns, bool (*done)(void *arg), void *arg)
{
	for (;;) {
		uint64_t next;

		serve(world);
		if (done && done(arg))
			return true;
		next = next_ns(world);
		if (next > until_ns)
			break;
		loop_virtual_move(world->loop, next);
	}
	loop_virtual_move(world->loop, until_ns);
	return false;
}

static void on_stopped(void *arg)
{
	struct world *world = arg;

	world->stopped = true;
}

static bool is_stopped(void *arg)
{
	const struct world *world = arg;

	return world->stopped;
}

void world_stop_begin(struct world *world)
{
	gateway_stop(world->gateway, on_stopped, world);
}

int world_stop(struct world *world)
{
	world_stop_begin(world);
	return world_run(world, world_now_ns(world) + STOP_NS, is_stopped, world) ? 0 : ETIMEDOUT;
}
