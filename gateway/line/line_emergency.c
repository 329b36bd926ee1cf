/* SPDX-License-Identifier: BSD-3-Clause */
/* Emergency calls: what they put an end to, and the accounts that they go over until one is answered. */
#include "gateway/line/line_private.h"
#include "gateway/log.h"

void line_emergency_begin(struct line *line)
{
	gw_log(GW_LOG_NOTICE, line->config->name, "an emergency call to %s", line->digits);
	line->emergency_back_by_ms = loop_now_ms(line->loop) + line->config->profile->emergency_callback_s * 1000ull;
	line->emergency_tried_count = 0;
	if (line_waits(line))
		(void)line_service_do(line, LINE_DO_REJECT_WAITING);
}

static bool is_tried(const struct line *line, const struct ua_account *account)
{
	for (unsigned i = 0; i < line->emergency_tried_count; i++) {
		if (line->emergency_tried[i] == account)
			return true;
	}
	return false;
}

static struct ua_account *untried(const struct line *line, bool any)
{
	const struct directory *directory = line->directory;

	if (!is_tried(line, line->account) && (any || ua_account_state(line->account) == UA_REG_REGISTERED))
		return line->account;
	for (unsigned i = 0; i < directory->config->account_count; i++) {
		struct ua_account *account = directory->accounts[i];

		if (account && !is_tried(line, account) && (any || ua_account_state(account) == UA_REG_REGISTERED))
			return account;
	}
	return NULL;
}

struct ua_account *line_emergency_account(struct line *line)
{
	struct ua_account *account = NULL;

	if (line->emergency_tried_count < LINE_EMERGENCY_TRIES_MAX)
		account = untried(line, false);
	if (!account && line->emergency_tried_count < LINE_EMERGENCY_TRIES_MAX)
		account = untried(line, true);
	if (account)
		line->emergency_tried[line->emergency_tried_count++] = account;
	return account;
}

bool line_emergency_has_more(const struct line *line)
{
	return line->emergency_tried_count < LINE_EMERGENCY_TRIES_MAX && untried(line, true);
}

/* The centre itself has spoken, or the call was answered. */
static bool is_settled(const struct ua_end *end)
{
	return end->after_answer || end->status == 486 || end->status == 600 || end->status == 603;
}

bool line_emergency_goes_on(struct line *line, struct leg *leg, enum line_role role)
{
	bool was_early = role == LINE_ROLE_ACTIVE && leg_progress(leg) == LINE_EV_EARLY_MEDIA;
	struct ua_account *account;
	struct leg *next;

	if (!line->emergency || role != LINE_ROLE_ACTIVE || is_settled(leg_end(leg)) || !line_may_have_leg(line))
		return false;
	account = line_emergency_account(line);
	if (!account || line_call_over_next(&next, line, &account, line->emergency_number))
		return false;
	gw_log(GW_LOG_WARNING, line->config->name, "the emergency call was refused (%u %s): it goes over account \"%s\" now",
		leg_end(leg)->status, leg_end(leg)->reason ? leg_end(leg)->reason : "", directory_config_of(line->directory, account)->name);
	line_leg_exchange(line, role, next);
	if (was_early)
		line_dispatch(line, LINE_EV_EARLY_ENDED);
	return true;
}
