/* SPDX-License-Identifier: BSD-3-Clause */
/* A group of lines that ring for the same calls (section group). Control thread. */
#ifndef TIPRING_GATEWAY_RING_GROUP_H
#define TIPRING_GATEWAY_RING_GROUP_H

#include "gateway/config/config.h"
#include "gateway/offer.h"

struct ring_group {
	const struct config_group *config;
	struct line *lines[CONFIG_MEMBERS_MAX]; /* those that could be opened, in the configuration's order */
	unsigned line_count;
	unsigned turn; /* whose it is to ring first */
};

/* Rings at the members that are free and may be disturbed; their own forwarding is not followed. Else it waits at one that lets it
 * (strategies next and turn), or is refused: 486 when somebody is busy, 480 when nobody can be reached. */
void ring_group_incoming(struct ring_group *group, struct offers *offers, struct loop *loop, const struct leg_config *config,
	struct ua_invite *invite, const struct ua_incoming *incoming);

#endif
