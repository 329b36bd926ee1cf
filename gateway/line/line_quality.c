/* SPDX-License-Identifier: BSD-3-Clause */
/* How a line's calls sound: for the operator while they go on, and for the log when they end. */
#include <stdio.h>
#include <string.h>

#include "gateway/line/line_private.h"
#include "gateway/log.h"

static struct leg *leg_of(const struct line *line, unsigned index)
{
	struct leg *legs[MEDIA_STREAMS] = {NULL};
	unsigned count = 0;

	for (unsigned i = 0; i < MEDIA_CALLS; i++) {
		if (line->legs[i].leg)
			legs[count++] = line->legs[i].leg;
	}
	for (unsigned i = 0; i < LINE_BRIDGES_MAX; i++) {
		for (unsigned side = 0; side < 2; side++) {
			if (line->bridges[i].legs[side])
				legs[count++] = line->bridges[i].legs[side];
		}
	}
	return index < count ? legs[index] : NULL;
}

bool line_call_get(const struct line *line, unsigned index, struct line_call *call)
{
	static const char *const faxes[DSP_FAX_COUNT] = {"", "calls", "answers"};
	const struct leg *leg = leg_of(line, index);

	if (!leg)
		return false;
	*call = (struct line_call){
		.line = line->config->name, .codec = leg_codec(leg), .fax = faxes[leg_machine(leg)], .up = leg_is_up(leg),
	};
	(void)media_line_stats(line->media, leg_stream_id(leg), &call->stats);
	stream_stats_rate(&call->stats, &call->rating);
	return true;
}

/* Nothing is said of one in which no sound went and came. */
void line_quality_log(struct line *line, const struct leg *leg)
{
	struct stream_rating rating;
	struct stream_stats stats;
	char far[32] = "unknown";

	if (!media_line_stats(line->media, leg_stream_id(leg), &stats) || (!stats.sent && !stats.received))
		return;
	stream_stats_rate(&stats, &rating);
	if (rating.far_mos > 0)
		snprintf(far, sizeof(far), "%.1f", rating.far_mos);
	gw_log(GW_LOG_INFO, line->config->name,
		"sound of the call: %s, %u packets sent, %u received, %u lost, %u late, jitter %.1f ms, delay %u ms, round trip %u ms, MOS %.1f here, %s there (%u lost)",
		leg_codec(leg), stats.sent, stats.received, stats.lost, stats.late, stats.jitter_us / 1000.0, stats.delay_ms,
		stats.round_trip_ms, rating.mos, far, stats.far_lost);
}
