/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/story/story.h"

#define ROWS_MAX    256
#define TEXT_MAX    120
#define COLUMN      44
#define HELD_NS     UINT64_C(250000000) /* a tone has its name so late */
#define NS_PER_S    1e9

struct row {
	uint64_t at_ns;
	bool sip;
	char text[TEXT_MAX];
};

struct ladder {
	uint64_t start_ns;
	struct row rows[ROWS_MAX]; /* in the order of time */
	size_t count;
};

int ladder_alloc(struct ladder **ladderp, uint64_t start_ns)
{
	struct ladder *ladder = calloc(1, sizeof *ladder);

	if (!ladder)
		return ENOMEM;
	ladder->start_ns = start_ns;
	printf("%9s  %-*s%s\n", "seconds", COLUMN, "telephones", "SIP at the gateway");
	*ladderp = ladder;
	return 0;
}

void ladder_free(struct ladder *ladder)
{
	free(ladder);
}

static void row_show(const struct ladder *ladder, const struct row *row)
{
	double s = ((double)row->at_ns - (double)ladder->start_ns) / NS_PER_S;

	printf("%9.3f  %-*s%s\n", s, COLUMN, row->sip ? "" : row->text, row->sip ? row->text : "");
}

void ladder_flush(struct ladder *ladder, uint64_t now_ns)
{
	size_t shown = 0;

	while (shown < ladder->count &&
		(now_ns == UINT64_MAX || ladder->rows[shown].at_ns + HELD_NS <= now_ns))
		row_show(ladder, &ladder->rows[shown++]);
	ladder->count -= shown;
	memmove(ladder->rows, ladder->rows + shown, ladder->count * sizeof ladder->rows[0]);
	if (shown)
		fflush(stdout);
}

static struct row *row_add(struct ladder *ladder, uint64_t at_ns)
{
	size_t place;

	if (ladder->count == ROWS_MAX)
		ladder_flush(ladder, UINT64_MAX);
	for (place = ladder->count; place && ladder->rows[place - 1].at_ns > at_ns; place--)
		ladder->rows[place] = ladder->rows[place - 1];
	ladder->count++;
	ladder->rows[place].at_ns = at_ns;
	return &ladder->rows[place];
}

/* What only a judge wants to know. */
static bool event_is_dull(const struct phone_event *event)
{
	return event->kind == PHONE_UP || event->kind == PHONE_FLOW || event->kind == PHONE_FLOW_END ||
	       event->kind == PHONE_DIGIT_END ||
	       (event->kind == PHONE_FEED && event->feed != FXS_FEED_OPEN &&
		       event->feed != FXS_FEED_REVERSED);
}

void ladder_phone(struct ladder *ladder, const struct phone *phone, const struct phone_event *event)
{
	struct row *row;
	char text[80];

	if (event_is_dull(event))
		return;
	row = row_add(ladder, event->at_ns);
	row->sip = false;
	snprintf(row->text, sizeof row->text, "%u %s", phone_number(phone),
		phone_event_text(text, sizeof text, event));
}

const char *story_sip_text(char *text, size_t size, const struct bed_sip *sip)
{
	char status[16] = "", expires[24] = "";

	if (sip->status)
		snprintf(status, sizeof status, "%u ", sip->status);
	if (!strcmp(sip->method, "REGISTER") && sip->expires_s >= 0)
		snprintf(expires, sizeof expires, " expires %d", sip->expires_s);
	snprintf(text, size, "%s%s %s -> %s%s%s", status, sip->method, sip->from, sip->to, expires,
		sip->repeated ? " (again)" : "");
	return text;
}

void ladder_sip(struct ladder *ladder, const struct bed_sip *sip)
{
	struct row *row = row_add(ladder, sip->at_ns);
	char text[TEXT_MAX - 8];

	row->sip = true;
	snprintf(row->text, sizeof row->text, "%s %s", sip->out ? "-->" : "<--",
		story_sip_text(text, sizeof text, sip));
}

static void heard_tones(const struct phone *phone)
{
	bool any = false;

	for (uint64_t i = 0; i < phone_event_count(phone); i++) {
		const struct phone_event *event = phone_event(phone, i);

		if (!event || (event->kind != PHONE_TONE_END && event->kind != PHONE_SCRAP) ||
			event->tone == TONES_VOICE)
			continue;
		printf("%s%s %.1f s", any ? ", " : "  tones: ",
			event->kind == PHONE_SCRAP ? "scrap" : tones_name_text(event->tone),
			((double)event->at_ns - (double)event->begun_ns) / NS_PER_S);
		any = true;
	}
	if (any)
		puts("");
}

static void heard_voice(const struct player_judged *judged)
{
	const struct recognition *result = &judged->result;
	char whose[40];

	if (judged->talker)
		snprintf(whose, sizeof whose, "telephone %u's voice", judged->talker);
	else
		snprintf(whose, sizeof whose, "the sound of seed %u", (unsigned)judged->seed);
	if (!judged->meant)
		printf("  not %s: correlation %.2f\n", whose, result->correlation);
	else
		printf("  %s: correlation %.3f, level %.1f dBm0, delay %.1f ms, longest gap %u ms\n", whose,
			result->correlation, result->level_dbm0, result->delay_ms, result->longest_gap_ms);
}

void ladder_heard(const struct player *player)
{
	for (size_t i = 0; i < player->phone_count; i++) {
		const struct phone *phone = player->phones[i].phone;

		printf("telephone %u heard\n", phone_number(phone));
		heard_tones(phone);
		for (size_t k = 0; k < player->judged_count; k++) {
			if (player->judged[k].listener == phone_number(phone))
				heard_voice(&player->judged[k]);
		}
	}
}
