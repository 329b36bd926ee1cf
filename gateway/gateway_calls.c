/* SPDX-License-Identifier: BSD-3-Clause */
/* To whom a call that comes in goes. */
#include <stdlib.h>

#include "gateway/gateway_private.h"
#include "gateway/route.h"

/* NULL: no line has that call any more. */
static struct line *owner_of(const struct gateway *gateway, const struct ua_invite *invite)
{
	for (unsigned i = 0; i < gateway->line_count; i++) {
		if (line_owns(gateway->lines[i], invite))
			return gateway->lines[i];
	}
	return NULL;
}

static void replace(struct gateway *gateway, struct ua_invite *invite, const struct ua_incoming *incoming)
{
	struct line *line = gateway_is_stopping(gateway) ? NULL : owner_of(gateway, incoming->replaces);

	if (line)
		line_replace(line, invite, incoming);
	else
		ua_invite_reject(invite, 481, "Call Does Not Exist");
}

/* The first that is ready, or that lets a call wait; where none can take it, one that has the best reason: busy rather than out of
 * order. wanted: that line alone, or NULL. Returns NULL when none could be opened. */
static struct line *line_choose(const struct gateway *gateway, const struct ua_account *account, const struct config_line *wanted)
{
	struct line *chosen = NULL;

	for (unsigned i = 0; i < gateway->line_count; i++) {
		struct line *line = gateway->lines[i];

		if (gateway->line_accounts[i] != account || (wanted && !line_is(line, wanted)))
			continue;
		if (!chosen || line_readiness(line) > line_readiness(chosen))
			chosen = line;
	}
	return chosen;
}

static void ring(struct gateway *gateway, struct ua_invite *invite, const struct ua_incoming *incoming)
{
	const struct config *config = gateway->config;
	const struct config_account *account = directory_config_of(&gateway->directory, incoming->account);
	struct route route = route_find(config, account, incoming->called_user);
	struct line *chosen = route.group ? NULL : line_choose(gateway, incoming->account, route.line);

	if (route.group)
		ring_group_incoming(&gateway->groups[route.group - config->groups], &gateway->offers, gateway->loop, gateway_leg_config(gateway, account),
			invite, incoming);
	else if (chosen)
		line_incoming(chosen, invite, incoming);
	else
		ua_invite_reject(invite, 480, "Temporarily Unavailable");
}

void gateway_incoming(struct ua_invite *invite, const struct ua_incoming *incoming, void *arg)
{
	struct gateway *gateway = arg;

	if (incoming->replaces)
		replace(gateway, invite, incoming);
	else if (gateway_is_stopping(gateway))
		ua_invite_reject(invite, 480, "Temporarily Unavailable");
	else
		ring(gateway, invite, incoming);
}
