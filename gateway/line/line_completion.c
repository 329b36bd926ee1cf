/* SPDX-License-Identifier: BSD-3-Clause */
/* Whom a call from here did not reach, and calling him when he can be reached. */
#include <string.h>

#include "gateway/line/line_private.h"
#include "gateway/log.h"

/* Until it is answered it has not reached anybody. */
void line_completion_call(struct line *line, const struct ua_call_to *to)
{
	struct completion_of *unreached = &line->unreached;

	*unreached = (struct completion_of){.account = to->account};
	if (!line->emergency && strlen(to->user) < sizeof(unreached->number))
		strcpy(unreached->number, to->user);
	snprintf(unreached->dialled, sizeof(unreached->dialled), "%s", line->digits);
}

/* A number that is none, or that the network cannot reach, will not become free. */
static bool may_be_reached(unsigned status)
{
	static const unsigned statuses[] = {0, 408, 480, 486, 487, 600};

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (statuses[i] == status)
			return true;
	}
	return false;
}

void line_completion_note(struct line *line, enum line_event event, const struct leg *leg)
{
	unsigned status = event >= LINE_EV_ENDED && event < LINE_EVENT_COUNT ? leg_end(leg)->status : 0;

	if (event == LINE_EV_ANSWERED || !may_be_reached(status))
		line->unreached.number[0] = 0;
	line->unreached.was_busy = status == 486 || status == 600;
}

bool line_completion_begin(struct line *line)
{
	if (!line->completion || !line->unreached.number[0] || completion_begin(line->completion, &line->unreached) != 0)
		return false;
	gw_log(GW_LOG_INFO, line->config->name, "%s will be called when he can be reached", line->unreached.number);
	return true;
}

bool line_completion_is_barred(const struct line *line)
{
	const struct completion_of *of = line->completion ? completion_whom(line->completion) : NULL;

	return of && of->dialled[0] && line_number_is_barred(line, of->dialled);
}

/* Other calls may have been made meanwhile, and it may have become night. */
enum line_event line_completion_dial(struct line *line)
{
	struct completion_of of = *completion_whom(line->completion);
	bool is_barred = line_completion_is_barred(line);

	completion_cancel(line->completion);
	if (is_barred) {
		gw_log(GW_LOG_INFO, line->config->name, "whom to reach may not be called now");
		return LINE_EV_ENDED_INFO;
	}
	snprintf(line->digits, sizeof(line->digits), "%.*s", LINE_DIGITS_MAX, of.dialled);
	return line_call_out(line, of.number);
}
