/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls that go over other accounts than the line's own, by how their number begins, and over the next one where the first does not carry them. */
#include <string.h>

#include "gateway/dial_route.h"
#include "gateway/line/line_private.h"
#include "gateway/log.h"

static struct ua_account *account_named(const struct directory *directory, const char *name)
{
	for (unsigned i = 0; i < directory->config->account_count; i++) {
		if (strcmp(directory->config->accounts[i].name, name) == 0)
			return directory->accounts[i];
	}
	return NULL;
}

bool line_route_has(const struct line *line, const char *number)
{
	char name[CONFIG_NAME_MAX + 1];

	return dial_route_account(line->config->profile->routes.text, number, 0, name, sizeof(name));
}

struct ua_account *line_route_account(struct line *line, const char *number)
{
	char name[CONFIG_NAME_MAX + 1];

	while (dial_route_account(line->config->profile->routes.text, number, line->route_place, name, sizeof(name))) {
		struct ua_account *account = account_named(line->directory, name);

		line->route_place++;
		if (account && (line->config->calls_unregistered || ua_account_state(account) == UA_REG_REGISTERED))
			return account;
	}
	return NULL;
}

/* Nobody has spoken for the called one: the network has failed, or has not answered. */
static bool has_failed(const struct ua_end *end)
{
	return !end->after_answer && (end->status >= 500 ? end->status < 600 : end->status == 408 || end->status == 0);
}

bool line_route_goes_on(struct line *line, struct leg *leg, enum line_role role)
{
	bool was_early = role == LINE_ROLE_ACTIVE && leg_progress(leg) == LINE_EV_EARLY_MEDIA;
	struct ua_account *account;
	struct leg *next;

	if (!line->routed_number[0] || role != LINE_ROLE_ACTIVE || !has_failed(leg_end(leg)) || !line_may_have_leg(line))
		return false;
	account = line_route_account(line, line->routed_number);
	if (!account || line_call_over_next(&next, line, &account, line->routed_number))
		return false;
	gw_log(GW_LOG_NOTICE, line->config->name, "the call failed (%u %s): it goes over account \"%s\" now", leg_end(leg)->status,
		leg_end(leg)->reason ? leg_end(leg)->reason : "", directory_config_of(line->directory, account)->name);
	line_leg_exchange(line, role, next);
	if (was_early)
		line_dispatch(line, LINE_EV_EARLY_ENDED);
	return true;
}
