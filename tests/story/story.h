/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to the story runner, see README.md. */
#ifndef TIPRING_TESTS_STORY_STORY_H
#define TIPRING_TESTS_STORY_STORY_H

#include "gateway/phone/player.h"
#include "tests/story/bed.h"

#define STORY_SIP_MAX 4096

struct ladder;
struct farend;
struct fax;

struct story {
	struct player player; /* its arg is the story */
	struct script script;
	struct bed *bed;
	struct ladder *ladder; /* NULL: not shown */
	struct farend *farend; /* NULL: none was started */
	struct fax *fax;       /* NULL: none is sending */
	uint64_t start_ns;
	struct bed_sip sip[STORY_SIP_MAX];
	size_t sip_count;
	size_t sip_cursor;   /* behind the last message that an expectation was met by */
	uint64_t happened;   /* counts what telephones and SIP did */
};

/* sip, control, at (verbs.c) */
extern const struct script_verb story_verbs[];
/* far-end (farend_verbs.c) */
extern const struct script_verb story_farend_verbs[];
/* faxes (fax_verbs.c) */
extern const struct script_verb story_fax_verbs[];
/* For player->reference. */
int story_reference(struct player *player, const struct script_command *command, size_t first,
	uint64_t *at_ns);

/* "2026-03-02 06:59:30", local time. EINVAL. */
int story_clock_read(const char *text, int64_t *wall_s);

/*
 * What happens in two columns, the telephones' and SIP's, in the order of time; a row is shown a
 * moment after it happened, when nothing can come before it any more.
 */
int ladder_alloc(struct ladder **ladderp, uint64_t start_ns);
void ladder_free(struct ladder *ladder);
void ladder_phone(struct ladder *ladder, const struct phone *phone, const struct phone_event *event);
void ladder_sip(struct ladder *ladder, const struct bed_sip *sip);
void ladder_flush(struct ladder *ladder, uint64_t now_ns); /* UINT64_MAX: all of it */
/* What each telephone heard. */
void ladder_heard(const struct player *player);

/* "INVITE 101 -> 102", "180 INVITE 101 -> 102" */
const char *story_sip_text(char *text, size_t size, const struct bed_sip *sip);

#endif
