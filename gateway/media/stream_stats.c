/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway/media/stream_stats.h"
#include "sip/voice_quality.h"

static double percent(uint32_t part, uint32_t whole)
{
	return whole ? 100.0 * part / whole : 0;
}

/* Half of the way there and back, the packet that is filled first, and what the playout waits. */
static double one_way_ms(const struct stream_stats *stats, unsigned playout_ms)
{
	return stats->round_trip_ms / 2.0 + stats->ptime_ms + playout_ms;
}

/* As it says itself, or by what it has lost, as if it were a gateway like this one. */
static double far_mos(const struct stream_stats *stats, const struct ua_quality_codec *codec)
{
	unsigned playout_ms = stats->far_delay_ms ? stats->far_delay_ms : stats->delay_ms;

	if (stats->far_mos_tenths)
		return stats->far_mos_tenths / 10.0;
	if (!stats->far_told)
		return 0;
	return ua_quality_mos(ua_quality_r(codec, one_way_ms(stats, playout_ms), percent(stats->far_lost, stats->far_due), 1));
}

void stream_stats_rate(const struct stream_stats *stats, struct stream_rating *rating)
{
	struct ua_quality_codec codec = {stats->ie, stats->bpl ? stats->bpl : ua_quality_g711_concealed.bpl};
	double loss = percent(stats->missed, stats->played + stats->missed);

	rating->r = ua_quality_r(&codec, one_way_ms(stats, stats->delay_ms), loss, 1);
	rating->mos = ua_quality_mos(rating->r);
	rating->mos_lq = ua_quality_mos(ua_quality_r(&codec, 0, loss, 1));
	rating->far_mos = far_mos(stats, &codec);
}
