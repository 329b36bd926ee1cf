/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/leg/leg.h"
#include "gateway/leg/leg_sockets.h"
#include "gateway/log.h"

/* An account of another address of this machine has its sound there too. */
static const struct leg_config *home_of(const struct leg_config *config, const struct ua_account *account)
{
	return config->config_of && account ? config->config_of(account) : config;
}

struct stream_socket_config leg_sockets(const struct leg_config *config)
{
	return (struct stream_socket_config){
		.addr = config->addr, .interface = config->interface, .port_min = config->port_min, .port_max = config->port_max,
		.dscp = config->dscp, .buffer_bytes = config->buffer_bytes,
	};
}

int leg_sockets_open(struct leg_sockets *sockets, const struct leg_config *config, const struct ua_account *account)
{
	struct stream_socket_config wanted = leg_sockets(config);
	int err;

	sockets->home = home_of(config, account);
	wanted.addr = sockets->home->addr;
	if (sockets->home->mapper)
		err = mapper_take(sockets->home->mapper, &sockets->mapping, sockets->fds, &sockets->port);
	else
		err = stream_socket_open(sockets->fds, &sockets->port, &wanted);

	if (err == EADDRINUSE)
		gw_log(GW_LOG_WARNING, NULL, "a call has no port for its sound: all of rtp_port_min = %u to rtp_port_max = %u are taken",
			config->port_min, config->port_max);
	else if (err)
		gw_log(GW_LOG_WARNING, NULL, "a call has no socket for its sound on %s: %s", sockets->home->addr, strerror(err));
	return err;
}

int leg_sockets_share(struct leg_sockets *sockets, const struct leg_sockets *from)
{
	sockets->home = from->home;
	sockets->port = from->port;
	for (int kind = 0; kind < STREAM_WIRE_KINDS; kind++)
		sockets->fds[kind] = fcntl(from->fds[kind], F_DUPFD_CLOEXEC, 0);
	if (sockets->fds[STREAM_WIRE_RTP] >= 0 && sockets->fds[STREAM_WIRE_RTCP] >= 0)
		return 0;
	leg_sockets_close(sockets);
	return EMFILE;
}

void leg_sockets_take_mapping(struct leg_sockets *sockets, struct leg_sockets *from)
{
	sockets->mapping = from->mapping;
	from->mapping = NULL;
	if (sockets->mapping)
		mapping_moved(sockets->mapping, sockets->fds);
}

void leg_sockets_close(struct leg_sockets *sockets)
{
	mapping_give_back(sockets->mapping);
	for (int kind = 0; kind < STREAM_WIRE_KINDS; kind++) {
		if (sockets->fds[kind] >= 0)
			close(sockets->fds[kind]);
	}
}

static void describe_outer(const struct mapping *mapping, const union address *outer, struct ua_sdp_local *local)
{
	const union address *rtcp = mapping_outer(mapping, STREAM_WIRE_RTCP);

	address_print(outer, local->addr);
	local->port = address_port(outer);
	local->rtcp_port = rtcp && address_port(rtcp) != local->port + UA_RTCP_PORT_AFTER ? address_port(rtcp) : 0;
}

void leg_sockets_describe(const struct leg_sockets *sockets, bool inner, struct ua_sdp_local *local)
{
	const struct leg_config *home = sockets->home;
	const union address *outer = sockets->mapping && !inner ? mapping_outer(sockets->mapping, STREAM_WIRE_RTP) : NULL;

	if (outer) {
		describe_outer(sockets->mapping, outer, local);
		return;
	}
	snprintf(local->addr, sizeof(local->addr), "%s", home->told_addr && !inner ? home->told_addr : home->addr);
	local->port = sockets->port;
}
