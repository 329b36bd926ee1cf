/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway/control_calls.h"

#define MOS_MAX 8

void control_json_text_print(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static const char *far_text(const struct line_call *call, char text[MOS_MAX])
{
	if (call->rating.far_mos <= 0)
		return "-";
	snprintf(text, MOS_MAX, "%.1f", call->rating.far_mos);
	return text;
}

/* Without a packet there is nothing to rate. */
static const char *near_text(const struct line_call *call, char text[MOS_MAX])
{
	if (!call->stats.received)
		return "-";
	snprintf(text, MOS_MAX, "%.1f", call->rating.mos);
	return text;
}

void control_calls_print(const struct gateway *gateway, FILE *out)
{
	char near[MOS_MAX], far[MOS_MAX];
	struct line_call call;

	fprintf(out, "%-16s %-8s %8s %8s %6s %6s %9s %8s %13s %5s %9s %7s %7s\n", "line", "codec", "sent", "received", "lost", "late",
		"jitter-ms", "delay-ms", "round-trip-ms", "mos", "far-lost", "far-mos", "fax");
	for (unsigned i = 0; gateway_line_exists(gateway, i); i++) {
		for (unsigned j = 0; gateway_line_call(gateway, i, j, &call); j++)
			fprintf(out, "%-16s %-8s %8u %8u %6u %6u %9.1f %8u %13u %5s %9u %7s %7s\n", call.line, call.codec, call.stats.sent,
				call.stats.received, call.stats.lost, call.stats.late, call.stats.jitter_us / 1000.0,
				call.stats.delay_ms, call.stats.round_trip_ms, near_text(&call, near), call.stats.far_lost,
				far_text(&call, far), call.fax[0] ? call.fax : "-");
	}
}

static void call_json_print(const struct line_call *call, FILE *out)
{
	const struct stream_stats *stats = &call->stats;

	control_json_text_print(call->line, out);
	fprintf(out, ",\"codec\":\"%s\",\"answered\":%s,\"sent\":%u,\"received\":%u,\"lost\":%u,\"late\":%u,\"duplicates\":%u,"
		"\"refused\":%u,\"jitter_ms\":%.1f,\"delay_ms\":%u,\"round_trip_ms\":%u,\"r\":%.1f,\"mos\":%.2f,\"mos_lq\":%.2f,",
		call->codec, call->up ? "true" : "false", stats->sent, stats->received, stats->lost, stats->late, stats->duplicates,
		stats->refused, stats->jitter_us / 1000.0, stats->delay_ms, stats->round_trip_ms, call->rating.r, call->rating.mos,
		call->rating.mos_lq);
	fprintf(out, "\"fax\":\"%s\",\"far_told\":%s,\"far_lost\":%u,\"far_jitter_ms\":%.1f,\"far_mos\":%.2f}", call->fax, stats->far_told ? "true" : "false",
		stats->far_lost, stats->far_jitter_us / 1000.0, call->rating.far_mos);
}

void control_calls_json_print(const struct gateway *gateway, FILE *out)
{
	const char *between = "";
	struct line_call call;

	fprintf(out, "{\"calls\":[");
	for (unsigned i = 0; gateway_line_exists(gateway, i); i++) {
		for (unsigned j = 0; gateway_line_call(gateway, i, j, &call); j++) {
			fprintf(out, "%s\n{\"line\":", between);
			call_json_print(&call, out);
			between = ",";
		}
	}
	fprintf(out, "\n]}\n");
}
