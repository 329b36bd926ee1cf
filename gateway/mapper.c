/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/log.h"
#include "gateway/mapper.h"

#define ANSWERS_A_TURN_MAX 8 /* a flood must not hold up the loop */

/* Of one socket. */
struct probe {
	union address server;        /* that was asked ... */
	unsigned which;              /* ... of all that it has */
	uint8_t id[UA_STUN_ID_BYTES];
	unsigned requests;           /* sent of this transaction; 0: none is under way */
	uint64_t due_ms;
	bool known;
	union address outer;
};

struct mapping {
	struct mapping *next;
	struct mapper *mapper;
	int fds[STREAM_WIRE_KINDS];
	uint16_t port;
	bool taken;
	struct probe probes[STREAM_WIRE_KINDS];
};

struct mapper {
	struct mapper_config config;
	struct loop_timer *timer;
	struct mapping *mappings;
	unsigned spares, spares_wanted; /* pairs that are not taken */
	uint64_t open_ms;               /* when to open more, where some are wanted */
	unsigned which;                 /* of the server's addresses */
	bool silent;                    /* and that was told */
	union address told;             /* outer address that was told; its port means nothing */
	uint64_t silences_ms[2], outers_ms[2]; /* when those were told the last two times, the older first; 0: never */
	unsigned missed, missed_told;
	uint64_t tell_ms;               /* when to tell of those */
};

static void timer_set(struct mapper *mapper)
{
	uint64_t due_ms = mapper->spares < mapper->spares_wanted ? mapper->open_ms : UINT64_MAX, now_ms = loop_now_ms(mapper->config.loop);

	for (const struct mapping *mapping = mapper->mappings; mapping; mapping = mapping->next) {
		for (int kind = 0; kind < STREAM_WIRE_KINDS; kind++) {
			if (mapping->probes[kind].due_ms < due_ms)
				due_ms = mapping->probes[kind].due_ms;
		}
	}
	loop_timer_stop(mapper->timer);
	if (due_ms != UINT64_MAX)
		loop_timer_start(mapper->timer, due_ms > now_ms ? due_ms - now_ms : 0);
}

/* ---- what is asked, and what comes back ---- */

static void send_to_server(const struct mapping *mapping, int kind, const uint8_t *bytes)
{
	const union address *server = &mapping->probes[kind].server;

	(void)sendto(mapping->fds[kind], bytes, UA_STUN_BYTES, MSG_DONTWAIT | MSG_NOSIGNAL, &server->any, address_size(server));
}

/* A translator may have many outer addresses, and block some of our ports: two lines of a kind in MAPPER_TELL_MS say that as well. */
static bool may_tell(uint64_t told_ms[2], uint64_t now_ms)
{
	if (told_ms[0] && now_ms - told_ms[0] < MAPPER_TELL_MS)
		return false;
	told_ms[0] = told_ms[1];
	told_ms[1] = now_ms;
	return true;
}

/* Another address of the server may be better; others may have found that out before. */
static void give_up(struct mapper *mapper, struct probe *probe, uint64_t now_ms)
{
	probe->known = false;
	probe->requests = 0;
	probe->due_ms = now_ms + MAPPER_RETRY_MS;
	mapper->which += probe->which == mapper->which;
	if (mapper->silent || !may_tell(mapper->silences_ms, now_ms))
		return;
	gw_log(GW_LOG_WARNING, NULL, "STUN server %s answers nothing: session descriptions name %s", mapper->config.server_name,
		mapper->config.sockets.addr);
	mapper->silent = true;
}

static void request(struct mapping *mapping, int kind, uint64_t now_ms)
{
	struct mapper *mapper = mapping->mapper;
	struct probe *probe = &mapping->probes[kind];
	uint8_t bytes[UA_STUN_BYTES];

	if (probe->requests == MAPPER_REQUESTS) {
		give_up(mapper, probe, now_ms);
		return;
	}
	probe->due_ms = now_ms + ((uint64_t)MAPPER_RTO_MS << probe->requests);
	if (!probe->requests && !mapper->config.server_at(&probe->server, mapper->which, mapper->config.arg))
		return;
	if (!probe->requests && ua_stun_id(probe->id))
		return;
	if (!probe->requests)
		probe->which = mapper->which;
	if (++probe->requests == MAPPER_REQUESTS)
		probe->due_ms = now_ms + MAPPER_LAST_RTOS * MAPPER_RTO_MS;
	ua_stun_request(bytes, probe->id);
	send_to_server(mapping, kind, bytes);
}

/* The mapping is to be kept, whoever hears of it: nobody reads an answer there any more. */
static void indicate(struct mapping *mapping, int kind, uint64_t now_ms)
{
	struct probe *probe = &mapping->probes[kind];
	uint8_t bytes[UA_STUN_BYTES], id[UA_STUN_ID_BYTES];

	probe->due_ms = now_ms + MAPPER_REFRESH_MS;
	if (ua_stun_id(id))
		return;
	ua_stun_indication(bytes, id);
	send_to_server(mapping, kind, bytes);
}

static void tell_outer(struct mapper *mapper, const union address *outer, uint64_t now_ms)
{
	char text[INET6_ADDRSTRLEN];

	if ((!mapper->silent && address_same_host(&mapper->told, outer)) || !may_tell(mapper->outers_ms, now_ms))
		return;
	address_print(outer, text);
	gw_log(GW_LOG_INFO, NULL, "STUN server %s sees %s as %s", mapper->config.server_name, mapper->config.sockets.addr, text);
	mapper->silent = false;
	mapper->told = *outer;
}

static int outer_of(union address *outer, const struct ua_stun_mapped *mapped)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(mapped->is_ipv6 ? AF_INET6 : AF_INET, mapped->addr, text, sizeof(text));
	return mapped->port ? address_set(outer, text, mapped->port) : EINVAL;
}

static bool is_same(const union address *a, const union address *b)
{
	return address_same_host(a, b) && address_port(a) == address_port(b);
}

static void take_answer(struct mapping *mapping, int kind, const uint8_t *bytes, size_t length, const union address *source)
{
	struct probe *probe = &mapping->probes[kind];
	uint64_t now_ms = loop_now_ms(mapping->mapper->config.loop);
	struct ua_stun_mapped mapped;
	union address outer;

	if (!probe->requests || !is_same(source, &probe->server) || ua_stun_answer(&mapped, probe->id, bytes, length) != 0 ||
	    outer_of(&outer, &mapped) != 0 || outer.any.sa_family != source->any.sa_family)
		return;
	probe->known = true;
	probe->outer = outer;
	probe->requests = 0;
	probe->due_ms = now_ms + MAPPER_REFRESH_MS;
	tell_outer(mapping->mapper, &outer, now_ms);
}

static void on_readable(int fd, void *arg)
{
	struct mapping *mapping = arg;
	uint8_t bytes[UA_STUN_BYTES_MAX];

	for (int i = 0; i < ANSWERS_A_TURN_MAX; i++) {
		union address source = {0};
		socklen_t size = sizeof(source);
		ssize_t length = recvfrom(fd, bytes, sizeof(bytes), MSG_DONTWAIT, &source.any, &size);

		if (length < 0)
			break;
		take_answer(mapping, fd == mapping->fds[STREAM_WIRE_RTCP], bytes, (size_t)length, &source);
	}
	timer_set(mapping->mapper);
}

/* ---- pairs ---- */

static void unwatch(const struct mapping *mapping)
{
	for (int kind = 0; kind < STREAM_WIRE_KINDS; kind++)
		loop_unwatch(mapping->mapper->config.loop, mapping->fds[kind]);
}

static int watch(struct mapping *mapping)
{
	int err = 0;

	for (int kind = 0; kind < STREAM_WIRE_KINDS && !err; kind++)
		err = loop_watch(mapping->mapper->config.loop, mapping->fds[kind], on_readable, mapping);
	return err;
}

static int pair_open(struct mapper *mapper, struct mapping **mappingp)
{
	struct mapping *mapping = calloc(1, sizeof(*mapping));
	int err;

	if (!mapping)
		return ENOMEM;
	mapping->mapper = mapper;
	err = stream_socket_open(mapping->fds, &mapping->port, &mapper->config.sockets);
	if (err) {
		free(mapping);
		return err;
	}
	mapping->next = mapper->mappings;
	mapper->mappings = mapping;
	*mappingp = mapping;
	return 0;
}

static void drop(struct mapping *mapping)
{
	struct mapping **place = &mapping->mapper->mappings;

	while (*place != mapping)
		place = &(*place)->next;
	*place = mapping->next;
	free(mapping);
}

static void spare_close(struct mapping *mapping)
{
	unwatch(mapping);
	for (int kind = 0; kind < STREAM_WIRE_KINDS; kind++)
		close(mapping->fds[kind]);
	mapping->mapper->spares--;
	drop(mapping);
}

static int spare_open(struct mapper *mapper)
{
	struct mapping *mapping;
	int err = pair_open(mapper, &mapping);

	if (err)
		return err;
	mapper->spares++;
	err = watch(mapping);
	if (err)
		spare_close(mapping);
	return err;
}

static void spares_open(struct mapper *mapper, uint64_t now_ms)
{
	while (mapper->spares < mapper->spares_wanted && now_ms >= mapper->open_ms) {
		if (spare_open(mapper) != 0)
			mapper->open_ms = now_ms + MAPPER_RETRY_MS;
	}
}

static void on_timer(void *arg)
{
	struct mapper *mapper = arg;
	uint64_t now_ms = loop_now_ms(mapper->config.loop);

	spares_open(mapper, now_ms);
	for (struct mapping *mapping = mapper->mappings; mapping; mapping = mapping->next) {
		for (int kind = 0; kind < STREAM_WIRE_KINDS; kind++) {
			if (mapping->probes[kind].due_ms > now_ms)
				continue;
			if (mapping->taken)
				indicate(mapping, kind, now_ms);
			else
				request(mapping, kind, now_ms);
		}
	}
	timer_set(mapper);
}

int mapper_alloc(struct mapper **mapperp, const struct mapper_config *config)
{
	struct mapper *mapper = calloc(1, sizeof(*mapper));
	int err;

	if (!mapper)
		return ENOMEM;
	mapper->config = *config;
	err = loop_timer_alloc(&mapper->timer, config->loop, on_timer, mapper);
	if (err)
		free(mapper);
	else
		*mapperp = mapper;
	return err;
}

void mapper_free(struct mapper *mapper)
{
	if (!mapper)
		return;
	while (mapper->mappings)
		spare_close(mapper->mappings);
	loop_timer_free(mapper->timer);
	free(mapper);
}

void mapper_spare_add(struct mapper *mapper)
{
	const struct stream_socket_config *sockets = &mapper->config.sockets;
	unsigned pairs = (sockets->port_max + 1u - sockets->port_min) / 2;

	if (mapper->spares_wanted < MAPPER_SPARES_MAX && mapper->spares_wanted < pairs / 2)
		mapper->spares_wanted++;
	timer_set(mapper);
}

/* ---- a call's ---- */

const union address *mapping_outer(const struct mapping *mapping, enum stream_wire_kind kind)
{
	const struct probe *rtp = &mapping->probes[STREAM_WIRE_RTP], *probe = &mapping->probes[kind];

	return rtp->known && probe->known && address_same_host(&rtp->outer, &probe->outer) ? &probe->outer : NULL;
}

static unsigned worth(const struct mapping *mapping)
{
	return 1 + (mapping_outer(mapping, STREAM_WIRE_RTP) != NULL) + (mapping_outer(mapping, STREAM_WIRE_RTCP) != NULL);
}

static struct mapping *best_spare(const struct mapper *mapper)
{
	struct mapping *best = NULL;

	for (struct mapping *mapping = mapper->mappings; mapping; mapping = mapping->next) {
		if (!mapping->taken && (!best || worth(mapping) > worth(best)))
			best = mapping;
	}
	return best;
}

static void tell_missed(struct mapper *mapper, uint64_t now_ms)
{
	mapper->missed++;
	if (now_ms < mapper->tell_ms)
		return;
	gw_log(GW_LOG_WARNING, NULL, "%u calls name %s for their sound, since STUN server %s has not said how it is seen",
		mapper->missed - mapper->missed_told, mapper->config.sockets.addr, mapper->config.server_name);
	mapper->missed_told = mapper->missed;
	mapper->tell_ms = now_ms + MAPPER_TELL_MS;
}

int mapper_take(struct mapper *mapper, struct mapping **mappingp, int fds[STREAM_WIRE_KINDS], uint16_t *portp)
{
	struct mapping *mapping = best_spare(mapper);
	uint64_t now_ms = loop_now_ms(mapper->config.loop);
	int err = 0;

	if (mapping) {
		unwatch(mapping);
		mapper->spares--;
	} else {
		err = pair_open(mapper, &mapping);
	}
	if (err)
		return err;
	mapping->taken = true;
	if (!mapping_outer(mapping, STREAM_WIRE_RTP))
		tell_missed(mapper, now_ms);
	for (int kind = 0; kind < STREAM_WIRE_KINDS; kind++) {
		fds[kind] = mapping->fds[kind];
		mapping->probes[kind].due_ms = mapping->probes[kind].known ? now_ms + MAPPER_REFRESH_MS : UINT64_MAX;
	}
	*portp = mapping->port;
	*mappingp = mapping;
	timer_set(mapper);
	return 0;
}

void mapping_moved(struct mapping *mapping, const int fds[STREAM_WIRE_KINDS])
{
	memcpy(mapping->fds, fds, sizeof(mapping->fds));
}

void mapping_give_back(struct mapping *mapping)
{
	struct mapper *mapper;

	if (!mapping)
		return;
	mapper = mapping->mapper;
	drop(mapping);
	timer_set(mapper);
}

unsigned mapper_missed(const struct mapper *mapper)
{
	return mapper->missed;
}
