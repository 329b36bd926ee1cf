/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>

#include "gateway/log.h"
#include "gateway/refusals.h"

#define LINE_BYTES 512

static const struct kind {
	size_t offset; /* in struct ua_agent_counts */
	const char *name, *words;
} kinds[] = {
	{offsetof(struct ua_agent_counts, dropped), "dropped", "messages over the limit of their source"},
	{offsetof(struct ua_agent_counts, refused_strangers), "strangers", "requests of strangers"},
	{offsetof(struct ua_agent_counts, refused_busy), "busy", "calls over the limit of their source"},
	{offsetof(struct ua_agent_counts, refused_malformed), "malformed", "malformed messages"},
	{offsetof(struct ua_agent_counts, refused_unknown), "unknown", "requests for what is not here"},
};

static uint64_t count_of(const struct ua_agent_counts *counts, const struct kind *kind)
{
	return *(const uint64_t *)((const char *)counts + kind->offset);
}

/* false: nothing is new. */
static bool line_write(FILE *line, const struct ua_agent_counts *told, const struct ua_agent_counts *counts)
{
	bool any = false;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		uint64_t fresh = count_of(counts, &kinds[i]) - count_of(told, &kinds[i]);

		if (!fresh)
			continue;
		fprintf(line, "%s%" PRIu64 " %s", any ? ", " : "", fresh, kinds[i].words);
		any = true;
	}
	return any;
}

void refusals_review(struct refusals *refusals, const struct ua_agent_counts *counts, uint64_t now_ms)
{
	char text[LINE_BYTES] = "";
	FILE *line = now_ms < refusals->next_ms ? NULL : fmemopen(text, sizeof(text), "w");
	bool any;

	if (!line)
		return;
	any = line_write(line, &refusals->told, counts);
	fclose(line);
	if (!any)
		return;
	gw_log(GW_LOG_NOTICE, "SIP", "refused or dropped: %s; the last from %s", text,
		counts->refused_last[0] ? counts->refused_last : "somewhere");
	refusals->told = *counts;
	refusals->next_ms = now_ms + REFUSALS_PAUSE_MS;
}

void refusals_print(const struct ua_agent_counts *counts, FILE *out)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		fprintf(out, "%-10s %10" PRIu64 "  %s\n", kinds[i].name, count_of(counts, &kinds[i]), kinds[i].words);
	fprintf(out, "%-10s %s\n", "last", counts->refused_last[0] ? counts->refused_last : "-");
}
