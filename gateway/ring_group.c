/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway/line/line.h"
#include "gateway/ring_group.h"

/* The group's lines in the order in which they ring; those that do not want to be disturbed are left out. Returns the readiest. */
static struct line *order(struct ring_group *group, const struct ua_incoming *incoming, struct offer_plan *plan)
{
	struct line *readiest = NULL;

	for (unsigned i = 0; i < group->line_count; i++) {
		struct line *line = group->lines[(group->turn + i) % group->line_count];

		if (!line_may_be_disturbed(line, incoming))
			continue;
		plan->lines[plan->line_count++] = line;
		if (!readiest || line_readiness(line) > line_readiness(readiest))
			readiest = line;
	}
	return readiest;
}

/* After the one that rings first now it is the next one's turn. */
static void turn_on(struct ring_group *group, const struct line *rings_first)
{
	for (unsigned i = 0; i < group->line_count && group->config->strategy == CONFIG_GROUP_TURN; i++) {
		if (group->lines[i] == rings_first)
			group->turn = (i + 1) % group->line_count;
	}
}

void ring_group_incoming(struct ring_group *group, struct offers *offers, struct loop *loop, const struct leg_config *config,
	struct ua_invite *invite, const struct ua_incoming *incoming)
{
	struct line *lines[CONFIG_MEMBERS_MAX];
	struct offer_plan plan = {
		.name = group->config->name, .lines = lines, .at_once = group->config->strategy == CONFIG_GROUP_ALL,
		.ring_s = group->config->ring_s, .step_s = group->config->step_s,
	};
	struct line *readiest = order(group, incoming, &plan);
	enum line_readiness best = readiest ? line_readiness(readiest) : LINE_OUT_OF_ORDER;

	if (best == LINE_READY) {
		turn_on(group, readiest);
		offer_begin(offers, loop, &plan, config, invite, incoming);
	} else if (best == LINE_LETS_WAIT && !plan.at_once) {
		line_let_wait(readiest, invite, incoming);
	} else if (best == LINE_OUT_OF_ORDER) {
		ua_invite_reject(invite, 480, "Temporarily Unavailable");
	} else {
		ua_invite_reject(invite, 486, "Busy Here");
	}
}
