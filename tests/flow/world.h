/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The world of a flow test: gateway, scripted peer and telephones in one thread, over virtual time. Nothing is simulated of
 * the gateway, dsp and fxs: telephones connect to the real dummy driver's socket, sound goes over real UDP sockets.
 *
 * Each is served as long as anything is ready at the moment that it is; only then does time leap to the next moment at
 * which anything is due. So two runs are the same.
 */
#ifndef TIPRING_TESTS_FLOW_WORLD_H
#define TIPRING_TESTS_FLOW_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "gateway/phone/phone.h"
#include "tests/flow/peer.h"

#define WORLD_PHONES_MAX 16

struct world;

struct world_config {
	const char *config_path; /* a tipring.conf whose lines are dummies */
	const char *wires_path;  /* the socket that it names */
	unsigned events_size;    /* of each line's queue, 0: the default */
	unsigned control_lag_ms; /* the control plane is served only so often; 0: at once */
	FILE *log;               /* the gateway's log with virtual time; NULL: nowhere */
	peer_event_h *sip;       /* may be NULL */
	phone_h *phone;          /* may be NULL */
	void *arg;               /* of both */
};

int world_alloc(struct world **worldp, const struct world_config *config);
void world_free(struct world *world);

uint64_t world_now_ns(const struct world *world);
struct peer *world_peer(struct world *world);

/* Sets the gateway's clock on the wall. */
void world_wall_set(struct world *world, int64_t wall_s);

/* Connects a telephone to a line. ENOSPC: too many. */
int world_phone_add(struct world *world, struct phone **phonep, unsigned number, const char *country,
	const char *line);

/* Lets time pass until then, or until done says so; done, which may be NULL, is asked whenever all is served. Returns
 * what it said last. */
bool world_run(struct world *world, uint64_t until_ns, bool (*done)(void *arg), void *arg);

/* Has the gateway end as after SIGTERM. */
void world_stop_begin(struct world *world);
/* The same, and waits for it (at most 10 s of virtual time). ETIMEDOUT. */
int world_stop(struct world *world);

#endif
