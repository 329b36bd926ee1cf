/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/config/config_check.h"
#include "gateway/config/config_check_private.h"
#include "gateway/config/config_sounds.h"
#include "gateway/config/settings.h"
#include "gateway/dial_route.h"

#define DEFAULT_PROFILE "default"

void config_complain(struct check *check, const struct config_place *place, const char *format, ...)
{
	va_list args;

	fprintf(check->errors, "%s:%d: ", place->file, place->line);
	va_start(args, format);
	vfprintf(check->errors, format, args);
	va_end(args);
	fputc('\n', check->errors);
	check->failed = true;
}

/* Lines without a profile share one of defaults. It is added while nothing points into the array. */
static void default_profile_add(struct check *check)
{
	struct config *config = check->config;
	struct config_profile *profiles =
		realloc(config->profiles, (config->profile_count + 1) * sizeof(*profiles));
	struct config_profile *profile;
	char words[CONFIG_TEXT_MAX];

	if (!profiles) {
		check->failed = true;
		return;
	}
	config->profiles = profiles;
	profile = memset(&profiles[config->profile_count++], 0, sizeof(*profile));
	strcpy(profile->name, DEFAULT_PROFILE);
	for (size_t i = 0; i < settings_count; i++) {
		if (settings[i].section == SECTION_PROFILE)
			settings_convert(&settings[i], settings[i].value, profile, words, sizeof(words));
	}
}

static void features_check(struct check *check, struct config_profile *profile)
{
	const char *at, *wrong = features_make(&profile->features, profile->features_set, profile->feature_codes.text, &at);

	if (wrong)
		config_complain(check, &profile->place, "profile \"%s\": feature_codes: \"%.*s\": %s", profile->name,
			(int)strcspn(at, " "), at, wrong);
}

static void rings_check(struct check *check, struct config_profile *profile)
{
	const struct {
		const char *name, *text;
	} rules[] = {{"ring_callers", profile->ring_callers.text}, {"ring_alerts", profile->ring_alerts.text}};
	const char *at, *wrong = ring_cadences_make(profile->rings, profile->ring_cadences.text, &at);

	if (wrong)
		config_complain(check, &profile->place, "profile \"%s\": ring_cadences: \"%.*s\": %s", profile->name,
			(int)strcspn(at, " "), at, wrong);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		wrong = ring_rules_check(rules[i].text, &at);
		if (wrong)
			config_complain(check, &profile->place, "profile \"%s\": %s: \"%.*s\": %s", profile->name, rules[i].name,
				(int)strcspn(at, " "), at, wrong);
	}
}

static void hold_check(struct check *check, struct config_profile *profile)
{
	const char *wrong = config_hold_read(check->config, profile);

	if (wrong)
		config_complain(check, &profile->place, "profile \"%s\": hold_sound = \"%s\": %s", profile->name,
			profile->hold_sound.text, wrong);
	if (profile->hold_offer == CONFIG_HOLD_INACTIVE && strcmp(profile->hold_sound.text, CONFIG_HOLD_SILENCE) != 0)
		config_complain(check, &profile->place,
			"profile \"%s\": nobody would hear hold_sound = \"%s\" with hold_offer = inactive; allowed is sendonly, or "
			"silence", profile->name, profile->hold_sound.text);
}

/* What is sent as it stands: a number, or an address. */
static void conference_check(struct check *check, const struct config_profile *profile)
{
	const char *text = profile->conference.text;
	size_t scheme = strncmp(text, "sip:", 4) == 0 ? 4 : strncmp(text, "sips:", 5) == 0 ? 5 : 0;

	if (!text[0] || (scheme && text[scheme] && !strpbrk(text, " \t<>\"")) || (!scheme && !strpbrk(text, " \t<>\":@")))
		return;
	config_complain(check, &profile->place, "profile \"%s\": conference: \"%s\": allowed is a number, or an address as "
		"sip:conference@example.com", profile->name, text);
}

static void profiles_check(struct check *check)
{
	struct config *config = check->config;
	bool wanted = true;

	for (unsigned i = 0; i < config->profile_count; i++) {
		const struct config_profile *profile = &config->profiles[i];

		wanted = wanted && strcmp(profile->name, DEFAULT_PROFILE) != 0;
		if (profile->flash_max_ms && profile->flash_max_ms < profile->flash_min_ms)
			config_complain(check, &profile->place,
				"profile \"%s\": flash_max_ms = %u is less than flash_min_ms = %u; allowed "
				"is 0 (off) or %u and more", profile->name, profile->flash_max_ms,
				profile->flash_min_ms, profile->flash_min_ms);
		if (profile->max_call_s && profile->max_call_warning_s >= profile->max_call_s)
			config_complain(check, &profile->place,
				"profile \"%s\": max_call_warning_s = %u is not less than max_call_s = %u; allowed is 0 (none) to %u",
				profile->name, profile->max_call_warning_s, profile->max_call_s, profile->max_call_s - 1);
		if (profile->autoreoriginate && profile->hotline.text[0])
			config_complain(check, &profile->place,
				"profile \"%s\": hotline and autoreoriginate = on would call again for ever; allowed is "
				"one of them", profile->name);
	}
	if (wanted)
		default_profile_add(check);
	for (unsigned i = 0; i < config->profile_count; i++)
		features_check(check, &config->profiles[i]);
	for (unsigned i = 0; i < config->profile_count; i++)
		rings_check(check, &config->profiles[i]);
	for (unsigned i = 0; i < config->profile_count; i++)
		hold_check(check, &config->profiles[i]);
	for (unsigned i = 0; i < config->profile_count; i++)
		conference_check(check, &config->profiles[i]);
}

static const struct config_account *account_find(const struct config *config, const char *name)
{
	for (unsigned i = 0; i < config->account_count; i++) {
		if (strcmp(config->accounts[i].name, name) == 0)
			return &config->accounts[i];
	}
	return NULL;
}

static const struct config_profile *profile_find(const struct config *config, const char *name)
{
	for (unsigned i = 0; i < config->profile_count; i++) {
		if (strcmp(config->profiles[i].name, name) == 0)
			return &config->profiles[i];
	}
	return NULL;
}

static void routes_check(struct check *check, const struct config_profile *profile)
{
	const char *routes = profile->routes.text, *at = routes;
	char name[CONFIG_NAME_MAX + 1];

	if (!dial_route_is_valid(routes, &at))
		config_complain(check, &profile->place,
			"profile \"%s\": routes: \"%s\": allowed are rows as 00: trunk house, with commas between them; up to %d of 0-9 * # + before "
			"the colon", profile->name, at, DIAL_ROUTE_PREFIX_MAX);
	for (unsigned i = 0; dial_route_named(routes, i, name, sizeof(name)); i++) {
		if (!account_find(check->config, name))
			config_complain(check, &profile->place,
				"profile \"%s\": routes: \"%s\": no such account; allowed is the name of an account section",
				profile->name, name);
	}
}

static void line_resolve(struct check *check, struct config_line *line)
{
	const char *profile = line->profile_name.text[0] ? line->profile_name.text : DEFAULT_PROFILE;

	line->account = account_find(check->config, line->account_name.text);
	line->profile = profile_find(check->config, profile);
	if (!line->account)
		config_complain(check, &line->place,
			"line \"%s\": account = \"%s\": no such account; allowed is the name of an account section",
			line->name, line->account_name.text);
	if (!line->profile)
		config_complain(check, &line->place,
			"line \"%s\": profile = \"%s\": no such profile; allowed is the name of a profile section",
			line->name, profile);
}

/* NULL: no line has that name. */
static const struct config_line *line_find(const struct config *config, const char *name, size_t length)
{
	for (unsigned i = 0; i < config->line_count; i++) {
		if (strlen(config->lines[i].name) == length && !memcmp(config->lines[i].name, name, length))
			return &config->lines[i];
	}
	return NULL;
}

static bool is_member(const struct config_group *group, const struct config_line *line)
{
	for (unsigned i = 0; i < group->member_count; i++) {
		if (group->members[i] == line)
			return true;
	}
	return false;
}

static void member_add(struct check *check, struct config_group *group, const char *name, size_t length)
{
	const struct config_line *line = line_find(check->config, name, length);

	if (!line || is_member(group, line) || group->member_count == CONFIG_MEMBERS_MAX)
		config_complain(check, &group->place,
			"group \"%s\": members: \"%.*s\": allowed are the names of up to %d lines, each once, with commas between them",
			group->name, (int)length, name, CONFIG_MEMBERS_MAX);
	else
		group->members[group->member_count++] = line;
}

static void members_resolve(struct check *check, struct config_group *group)
{
	for (const char *at = group->members_text.text; *at;) {
		size_t skip = strspn(at, " "), length = strcspn(at + skip, ","), end = length;

		while (end > 0 && at[skip + end - 1] == ' ')
			end--;
		member_add(check, group, at + skip, end);
		at += skip + length;
		at += *at == ',';
	}
}

static void group_number_check(struct check *check, const struct config_group *group)
{
	const struct config *config = check->config;
	const char *number = group->number.text;
	bool taken = false;

	for (unsigned i = 0; i < config->line_count && *number; i++)
		taken = taken || !strcmp(config->lines[i].number.text, number);
	for (unsigned i = 0; &config->groups[i] != group && *number; i++)
		taken = taken || !strcmp(config->groups[i].number.text, number);
	if (taken)
		config_complain(check, &group->place,
			"group \"%s\": number = \"%s\" belongs to a line or group already; allowed is one that no other has",
			group->name, number);
}

/* Of an account's groups one alone can take the calls that are for none. */
static void group_account_check(struct check *check, const struct config_group *group)
{
	for (const struct config_group *other = check->config->groups; other != group; other++) {
		if (group->account && other->account == group->account && !group->did.text[0] && !other->did.text[0])
			config_complain(check, &group->place,
				"group \"%s\": the calls of account = \"%s\" ring group \"%s\" already (%s:%d); allowed is a group with did",
				group->name, group->account->name, other->name, other->place.file, other->place.line);
	}
}

static void groups_check(struct check *check)
{
	struct config *config = check->config;

	for (unsigned i = 0; i < config->group_count; i++) {
		struct config_group *group = &config->groups[i];

		group->account = account_find(config, group->account_name.text);
		if (!group->account)
			config_complain(check, &group->place,
				"group \"%s\": account = \"%s\": no such account; allowed is the name of an account section",
				group->name, group->account_name.text);
		members_resolve(check, group);
		group_number_check(check, group);
		group_account_check(check, group);
	}
}

static void line_number_check(struct check *check, const struct config_line *line, const struct config_line *other)
{
	if (line->number.text[0] && strcmp(other->number.text, line->number.text) == 0)
		config_complain(check, &line->place,
			"line \"%s\": number = \"%s\" belongs to line \"%s\" already (%s:%d); allowed is one that no other line has",
			line->name, line->number.text, other->name, other->place.file, other->place.line);
}

static void lines_check(struct check *check)
{
	struct config *config = check->config;

	for (unsigned i = 0; i < config->line_count; i++) {
		struct config_line *line = &config->lines[i];

		line_resolve(check, line);
		for (unsigned k = 0; k < i; k++) {
			const struct config_line *other = &config->lines[k];

			line_number_check(check, line, other);
			if (strcmp(other->driver.text, line->driver.text) == 0 &&
			    strcmp(other->channel.text, line->channel.text) == 0)
				config_complain(check, &line->place,
					"line \"%s\": channel = \"%s\" belongs to line \"%s\" already (%s:%d)",
					line->name, line->channel.text, other->name, other->place.file,
					other->place.line);
		}
	}
}

static void prompts_check(struct check *check, const char *path, const struct config_place *place)
{
	enum prompt prompt;
	const char *wrong = config_prompts_read(check->config, path, &prompt);

	if (wrong)
		config_complain(check, place, "media: prompts = \"%s\": %s.wav: %s", check->config->media.prompts.text,
			prompt_name(prompt), wrong);
}

static void playout_check(struct check *check, const struct config_place *place)
{
	const struct config_media *media = &check->config->media;

	if (media->playout_min_ms > media->playout_max_ms)
		config_complain(check, place, "media: playout_min_ms = %u is above playout_max_ms = %u", media->playout_min_ms,
			media->playout_max_ms);
	if (media->playout_ms > media->playout_max_ms)
		config_complain(check, place, "media: playout_ms = %u is above playout_max_ms = %u", media->playout_ms,
			media->playout_max_ms);
}

int config_check(struct config *config, const char *path, FILE *errors)
{
	struct check check = {.config = config, .errors = errors};
	struct config_place whole = {.line = 1};

	snprintf(whole.file, sizeof(whole.file), "%s", path);
	if (!listen_is_said(&config->sip.listen))
		config_complain(&check, &whole, "sip lacks listen: address of this machine that SIP and sound use");
	/* Sound has an even port and the next one belongs to it (RFC 3550 s11). */
	if (config->sip.rtp_port_max <= config->sip.rtp_port_min + config->sip.rtp_port_min % 2)
		config_complain(&check, &whole,
			"sip: rtp_port_max = %u leaves no even port and the next above rtp_port_min = %u", config->sip.rtp_port_max,
			config->sip.rtp_port_min);
	config_check_outer_address(&check, &whole);
	config_check_peers(&check, &whole);
	playout_check(&check, &whole);
	prompts_check(&check, path, &whole);
	profiles_check(&check);
	for (unsigned i = 0; i < config->profile_count; i++)
		routes_check(&check, &config->profiles[i]);
	config_check_accounts(&check);
	lines_check(&check);
	groups_check(&check);
	return check.failed ? EINVAL : 0;
}
