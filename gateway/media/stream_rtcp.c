/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "gateway/media/stream_rtcp.h"

#define NS_PER_S 1000000000ull
#define SPEECH_CLOCK_HZ 8000

void stream_rtcp_begin(struct stream_rtcp *rtcp, const char *cname, uint32_t dice)
{
	memset(rtcp, 0, sizeof(*rtcp));
	snprintf(rtcp->cname, sizeof(rtcp->cname), "%s", cname);
	rtcp->dice = dice;
	rtcp->clock_hz = SPEECH_CLOCK_HZ;
}

static uint32_t dice_throw(struct stream_rtcp *rtcp)
{
	rtcp->dice = rtcp->dice * 1664525u + 1013904223u;
	return rtcp->dice;
}

void stream_rtcp_sent(struct stream_rtcp *rtcp, size_t payload_bytes)
{
	rtcp->packets++;
	rtcp->octets += (uint32_t)payload_bytes;
}

void stream_rtcp_arrived(struct stream_rtcp *rtcp, const struct ua_rtp_packet *packet, uint64_t now_ns, unsigned clock_hz)
{
	if (rtcp->source.known && packet->ssrc != rtcp->source.ssrc)
		rtcp->last_sr_ns = 0;
	rtcp->clock_hz = clock_hz;
	ua_rtp_source_take(&rtcp->source, packet, now_ns, clock_hz);
}

/* Under our own SSRC: our report has come back, and tells nothing. */
static bool is_far_end(const struct stream_rtcp *rtcp, const struct ua_rtcp_report *report, uint32_t own_ssrc)
{
	return report->ssrc != own_ssrc && (!rtcp->source.known || report->ssrc == rtcp->source.ssrc);
}

void stream_rtcp_take(struct stream_rtcp *rtcp, const uint8_t *bytes, size_t length, uint32_t own_ssrc, uint64_t now_ns)
{
	struct ua_rtcp_report report;
	uint32_t round_trip_ms;

	if (ua_rtcp_parse(&report, bytes, length, own_ssrc) != 0 || !is_far_end(rtcp, &report, own_ssrc)) {
		rtcp->reports_refused++;
		return;
	}
	rtcp->reports_received++;
	rtcp->gone = rtcp->gone || report.bye;
	if (report.sends) {
		rtcp->last_sr = ua_rtcp_ntp_middle(report.ntp);
		rtcp->last_sr_ns = now_ns;
	}
	round_trip_ms = report.has_block ? ua_rtcp_round_trip_ms(&report.block, now_ns) : 0;
	if (round_trip_ms)
		rtcp->round_trip_ms = round_trip_ms;
	/* What it told before stays known where it says nothing of it now. */
	if (!report.has_block) {
		report.has_block = rtcp->told.has_block;
		report.block = rtcp->told.block;
	}
	if (!report.has_voip) {
		report.has_voip = rtcp->told.has_voip;
		report.voip = rtcp->told.voip;
	}
	rtcp->told = report;
}

static bool is_alive(const struct stream_rtcp *rtcp)
{
	return rtcp->packets || rtcp->source.known;
}

bool stream_rtcp_due(struct stream_rtcp *rtcp, uint64_t now_ns)
{
	if (!is_alive(rtcp))
		return false;
	if (!rtcp->next_ns)
		rtcp->next_ns = now_ns + ua_rtcp_interval_ns(true, dice_throw(rtcp));
	return now_ns >= rtcp->next_ns;
}

void stream_rtcp_skip(struct stream_rtcp *rtcp, uint64_t now_ns)
{
	rtcp->next_ns = now_ns + ua_rtcp_interval_ns(false, dice_throw(rtcp));
}

static void block_fill(struct stream_rtcp *rtcp, struct ua_rtcp_block *block, uint64_t now_ns)
{
	uint64_t since_ns = now_ns - rtcp->last_sr_ns;

	ua_rtp_source_block(&rtcp->source, block);
	if (!rtcp->last_sr_ns)
		return;
	block->last_sr = rtcp->last_sr;
	block->delay = (uint32_t)(since_ns / NS_PER_S << 16 | ((since_ns % NS_PER_S) << 16) / NS_PER_S);
}

static uint8_t share_256(uint64_t part, uint64_t whole)
{
	uint64_t share = whole ? part * 256 / whole : 0;

	return (uint8_t)(share > 255 ? 255 : share);
}

static uint16_t ms_16(uint64_t ms)
{
	return (uint16_t)(ms > 65535 ? 65535 : ms);
}

static void bursts_fill(const struct playout_bursts *bursts, unsigned ptime_ms, struct ua_rtcp_voip *voip)
{
	uint32_t gap_packets = bursts->gap_packets + bursts->good_run;

	voip->gmin = PLAYOUT_BURST_GMIN;
	voip->burst_density = share_256(bursts->burst_bad, bursts->burst_packets);
	voip->gap_density = share_256(bursts->gap_bad, gap_packets);
	voip->burst_ms = ms_16(bursts->bursts ? (uint64_t)bursts->burst_packets * ptime_ms / bursts->bursts : 0);
	voip->gap_ms = ms_16((uint64_t)gap_packets * ptime_ms / (bursts->bursts + 1));
}

static void voip_fill(const struct stream_rtcp *rtcp, const struct stream_rtcp_view *view, struct ua_rtcp_voip *voip)
{
	const struct playout_stats *playout = view->playout;
	const struct stream_stats *stats = view->stats;
	uint64_t due = (uint64_t)stats->received + stats->lost;
	struct stream_rating rating;

	stream_stats_rate(stats, &rating);
	*voip = (struct ua_rtcp_voip){
		.ssrc = rtcp->source.ssrc,
		.loss = share_256(stats->lost, due),
		.discard = share_256(stats->late, due),
		.round_trip_ms = stats->round_trip_ms,
		.end_system_ms = ms_16((uint64_t)playout->delay_ms + stats->ptime_ms),
		.signal_dbm0 = UA_RTCP_UNKNOWN, .noise_dbm0 = UA_RTCP_UNKNOWN, .echo_return_loss_db = UA_RTCP_UNKNOWN,
		.r = (uint8_t)(rating.r + 0.5),
		.external_r = UA_RTCP_UNKNOWN,
		.mos_lq = (uint8_t)(rating.mos_lq * 10 + 0.5),
		.mos_cq = (uint8_t)(rating.mos * 10 + 0.5),
		.config = UA_RTCP_CONFIG(UA_RTCP_CONCEALMENT_STANDARD, view->fixed ? UA_RTCP_BUFFER_FIXED : UA_RTCP_BUFFER_ADAPTIVE, 0),
		.buffer_ms = playout->delay_nominal_ms,
		.buffer_max_ms = playout->delay_max_ms,
		.buffer_limit_ms = playout->delay_limit_ms,
	};
	bursts_fill(&playout->bursts, stats->ptime_ms, voip);
}

size_t stream_rtcp_write(struct stream_rtcp *rtcp, const struct stream_rtcp_view *view, bool bye, uint64_t now_ns,
	uint8_t *bytes, size_t size)
{
	struct ua_rtcp_report report = {
		.ssrc = view->sender->ssrc,
		.sends = rtcp->packets != rtcp->packets_told[1],
		.ntp = ua_rtcp_ntp(now_ns),
		.timestamp = view->sender->timestamp,
		.packets = rtcp->packets,
		.octets = rtcp->octets,
		.has_block = rtcp->source.known,
		.has_voip = rtcp->source.known,
		.bye = bye,
	};

	if (!is_alive(rtcp))
		return 0;
	memcpy(report.cname, rtcp->cname, sizeof(report.cname));
	if (report.has_block) {
		block_fill(rtcp, &report.block, now_ns);
		voip_fill(rtcp, view, &report.voip);
	}
	rtcp->packets_told[1] = rtcp->packets_told[0];
	rtcp->packets_told[0] = rtcp->packets;
	stream_rtcp_skip(rtcp, now_ns);
	rtcp->reports_sent++;
	return ua_rtcp_compose(&report, bytes, size);
}

static uint32_t to_us(uint32_t units, unsigned clock_hz)
{
	return clock_hz ? (uint32_t)((uint64_t)units * 1000000 / clock_hz) : 0;
}

void stream_rtcp_stats(const struct stream_rtcp *rtcp, struct stream_stats *stats)
{
	const struct ua_rtcp_block *block = &rtcp->told.block;
	const struct ua_rtcp_voip *voip = &rtcp->told.voip;

	stats->received = (uint32_t)ua_rtp_source_received(&rtcp->source);
	stats->lost = (uint32_t)ua_rtp_source_lost(&rtcp->source);
	stats->jitter_us = to_us(ua_rtp_source_jitter(&rtcp->source), rtcp->clock_hz);
	stats->round_trip_ms = ms_16(rtcp->round_trip_ms);
	stats->far_told = rtcp->told.has_block;
	if (rtcp->told.has_block) {
		stats->far_lost = block->lost > 0 ? (uint32_t)block->lost : 0;
		stats->far_due = rtcp->packets > stats->far_lost ? rtcp->packets : stats->far_lost;
		stats->far_jitter_us = to_us(block->jitter, rtcp->clock_hz);
	}
	if (rtcp->told.has_voip) {
		stats->far_mos_tenths = voip->mos_cq >= 10 && voip->mos_cq <= 50 ? voip->mos_cq : 0;
		stats->far_delay_ms = voip->end_system_ms;
	}
}
