/* SPDX-License-Identifier: BSD-3-Clause */
/* What a line without a call lets its telephone hear: test numbers and spoken words. */
#include "gateway/line/line_private.h"

#define TEST_NUMBER_MS (10 * 60 * 1000) /* a test set that was forgotten does not keep the line for ever */
#define PROMPTS_END_MS 300              /* what waits in buffers, and a pause before what follows */

static enum line_event announce(struct line *line, const struct line_announcement *announcement)
{
	uint8_t serial = line->announcement.prompts.serial;

	line->announcement = *announcement;
	line->announcement.prompts.serial = ++serial ? serial : 1;
	return LINE_EV_ANNOUNCE;
}

enum line_event line_announce_milliwatt(struct line *line)
{
	return announce(line, &(struct line_announcement){.tone = MEDIA_TONE_MILLIWATT, .ms = TEST_NUMBER_MS});
}

enum line_event line_announce_echo(struct line *line)
{
	return announce(line, &(struct line_announcement){.tone = MEDIA_TONE_NONE, .echo = true, .ms = TEST_NUMBER_MS});
}

enum line_event line_announce_quiet(struct line *line)
{
	return announce(line, &(struct line_announcement){.tone = MEDIA_TONE_NONE, .ms = TEST_NUMBER_MS});
}

enum line_event line_announce_prompts(struct line *line, const struct prompt_list *list)
{
	unsigned ms = prompt_list_ms(list, &line->directory->config->prompts);

	if (!ms)
		return LINE_EV_REFUSED;
	return announce(line, &(struct line_announcement){.tone = MEDIA_TONE_NONE, .prompts = *list, .ms = ms + PROMPTS_END_MS});
}

/* The network's number, or the one by which the other lines call it. */
enum line_event line_announce_number(struct line *line)
{
	bool registered = ua_account_state(line->account) == UA_REG_REGISTERED;
	struct prompt_list number = {0}, list = {0};

	prompt_list_spell(&number, line->config->account->user.text);
	if (!number.count)
		prompt_list_spell(&number, line->config->number.text);
	if (number.count)
		prompt_list_add(&list, PROMPT_YOUR_NUMBER_IS);
	for (unsigned i = 0; i < number.count; i++)
		prompt_list_add(&list, number.prompts[i]);
	prompt_list_add(&list, registered ? PROMPT_REGISTERED : PROMPT_NOT_REGISTERED);
	return line_announce_prompts(line, &list);
}

enum line_event line_announced(const struct line *line)
{
	if (!line->announcement.prompts.count)
		return LINE_EV_TIMEOUT;
	return line_gets_dial_tone(line) ? LINE_EV_LIFT : LINE_EV_LIFT_BARRED;
}
