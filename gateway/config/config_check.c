/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/config/config_check.h"
#include "gateway/config/config_sounds.h"
#include "gateway/dial_route.h"
#include "gateway/config/settings.h"
#include "sip/account.h"
#include "sip/dtls.h"
#include "sip/peers.h"

#define DEFAULT_PROFILE "default"
#define SESSION_MIN_S 90 /* RFC 4028 s4 */
#define QUALIFY_MIN_S   10
#define KEEPALIVE_MIN_S 10 /* for so long an answer is waited for */

struct check {
	struct config *config;
	FILE *errors;
	bool failed;
};

__attribute__((format(printf, 3, 4)))
static void complain(struct check *check, const struct config_place *place, const char *format, ...)
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
		complain(check, &profile->place, "profile \"%s\": feature_codes: \"%.*s\": %s", profile->name,
			(int)strcspn(at, " "), at, wrong);
}

static int suite_find(const char *word, size_t length)
{
	for (int i = 0; i < UA_SRTP_SUITES; i++) {
		const char *name = ua_srtp_suite_name((enum ua_srtp_suite)i);

		if (strlen(name) == length && strncmp(name, word, length) == 0)
			return i;
	}
	return -1;
}

static bool suite_add(struct leg_security *security, int suite)
{
	if (suite < 0 || memchr(security->suites, suite, security->suite_count))
		return false;
	security->suites[security->suite_count++] = (uint8_t)suite;
	return true;
}

static void suites_check(struct check *check, struct config_account *account)
{
	const char *word = account->srtp_suites.text;

	for (size_t length; word += strspn(word, " "), length = strcspn(word, " "); word += length) {
		if (suite_add(&account->security, suite_find(word, length)))
			continue;
		complain(check, &account->place, "account \"%s\": srtp_suites: \"%.*s\": allowed is, each once: "
			"AES_CM_128_HMAC_SHA1_80, AES_CM_128_HMAC_SHA1_32, AES_256_CM_HMAC_SHA1_80, AES_256_CM_HMAC_SHA1_32, "
			"AEAD_AES_128_GCM, AEAD_AES_256_GCM", account->name, (int)length, word);
		return;
	}
}

static bool has_handshake_suite(const struct leg_security *security)
{
	for (unsigned i = 0; i < security->suite_count; i++) {
		if (ua_dtls_has_suite((enum ua_srtp_suite)security->suites[i]))
			return true;
	}
	return false;
}

static void security_check(struct check *check, struct config_account *account)
{
	const bool hidden = account->transport == UA_TLS || account->srtp_keys_in_clear;

	account->security = (struct leg_security){.policy = account->srtp, .sdes = hidden, .dtls = account->srtp_keys == CONFIG_KEYS_DTLS};
	suites_check(check, account);
	if (account->srtp != UA_SRTP_OFF && !account->security.dtls && !hidden)
		complain(check, &account->place, "account \"%s\": srtp: over udp and tcp everybody on the way can read its keys; "
			"allowed with transport = tls, srtp_keys = dtls or srtp_keys_in_clear = on", account->name);
	if (account->srtp != UA_SRTP_OFF && account->security.dtls && !has_handshake_suite(&account->security))
		complain(check, &account->place, "account \"%s\": srtp_suites: \"%s\": with srtp_keys = dtls one must be "
			"AES_CM_128_HMAC_SHA1_80, AES_CM_128_HMAC_SHA1_32, AEAD_AES_128_GCM or AEAD_AES_256_GCM", account->name,
			account->srtp_suites.text);
}

static void rings_check(struct check *check, struct config_profile *profile)
{
	const struct {
		const char *name, *text;
	} rules[] = {{"ring_callers", profile->ring_callers.text}, {"ring_alerts", profile->ring_alerts.text}};
	const char *at, *wrong = ring_cadences_make(profile->rings, profile->ring_cadences.text, &at);

	if (wrong)
		complain(check, &profile->place, "profile \"%s\": ring_cadences: \"%.*s\": %s", profile->name,
			(int)strcspn(at, " "), at, wrong);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		wrong = ring_rules_check(rules[i].text, &at);
		if (wrong)
			complain(check, &profile->place, "profile \"%s\": %s: \"%.*s\": %s", profile->name, rules[i].name,
				(int)strcspn(at, " "), at, wrong);
	}
}

static void hold_check(struct check *check, struct config_profile *profile)
{
	const char *wrong = config_hold_read(check->config, profile);

	if (wrong)
		complain(check, &profile->place, "profile \"%s\": hold_sound = \"%s\": %s", profile->name,
			profile->hold_sound.text, wrong);
	if (profile->hold_offer == CONFIG_HOLD_INACTIVE && strcmp(profile->hold_sound.text, CONFIG_HOLD_SILENCE) != 0)
		complain(check, &profile->place,
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
	complain(check, &profile->place, "profile \"%s\": conference: \"%s\": allowed is a number, or an address as "
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
			complain(check, &profile->place,
				"profile \"%s\": flash_max_ms = %u is less than flash_min_ms = %u; allowed "
				"is 0 (off) or %u and more", profile->name, profile->flash_max_ms,
				profile->flash_min_ms, profile->flash_min_ms);
		if (profile->max_call_s && profile->max_call_warning_s >= profile->max_call_s)
			complain(check, &profile->place,
				"profile \"%s\": max_call_warning_s = %u is not less than max_call_s = %u; allowed is 0 (none) to %u",
				profile->name, profile->max_call_warning_s, profile->max_call_s, profile->max_call_s - 1);
		if (profile->autoreoriginate && profile->hotline.text[0])
			complain(check, &profile->place,
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

static bool readable_by_others(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_mode & S_IROTH;
}

/* The first line of the file, without its end. Returns what is wrong, or NULL. */
static const char *password_take(int fd, struct config_text *password)
{
	ssize_t length = fd < 0 ? -1 : read(fd, password->text, sizeof(password->text));
	size_t end = 0;

	if (length < 0)
		return strerror(errno);
	if (readable_by_others(fd))
		return "is readable by others; allowed is mode 0640 or less";
	while (end < (size_t)length && !strchr("\r\n", password->text[end]))
		end++;
	if (end == 0 || end > CONFIG_TEXT_MAX)
		return "allowed is a first line of 1 to 127 bytes, the password";
	memset(password->text + end, 0, sizeof(password->text) - end);
	return NULL;
}

static void password_read(struct check *check, struct config_account *account)
{
	const char *file = account->password_file.text;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *wrong = password_take(fd, &account->password);

	if (wrong)
		complain(check, &account->place, "account \"%s\": password_file = \"%s\": %s", account->name,
			file, wrong);
	if (fd >= 0)
		close(fd);
}

static void password_place_check(struct check *check, const struct config_account *account)
{
	if (account->place.is_public)
		complain(check, &account->place,
			"account \"%s\" has its password here and others can read this file; allowed is mode 0640 "
			"or less, or password_file", account->name);
}

static const char *family_name(const union address *address)
{
	return address->any.sa_family == AF_INET6 ? "IPv6" : "IPv4";
}

/* Which of listen's the account has, as far as that is known before it has begun; false: none is said. */
static bool local_of(const struct check *check, const struct config_account *account, union address *local, const char **name)
{
	const struct listen *listen = &check->config->sip.listen;
	bool is_ipv6 = listen->any_ipv6 && !listen->any_ipv4;

	*name = listen->each[listen_choose(listen, &account->server)];
	if (!listen->any_ipv4 && !listen->any_ipv6)
		return address_set(local, *name, 0) == 0;
	for (unsigned i = account->server.count; i-- > 0;) {
		int family = account->server.each[i].addr.any.sa_family;

		if (!account->server.each[i].name[0] && listen_has_family(listen, family))
			is_ipv6 = family == AF_INET6;
	}
	*name = is_ipv6 ? "::" : "0.0.0.0";
	memset(local, 0, sizeof(*local));
	local->any.sa_family = is_ipv6 ? AF_INET6 : AF_INET;
	return true;
}

/* One address serves an account, sound included. */
static void family_check(struct check *check, const struct config_account *account, const struct server *server)
{
	char addr[INET6_ADDRSTRLEN];
	const char *listen_addr;
	union address local;

	if (server->name[0] || !local_of(check, account, &local, &listen_addr) || local.any.sa_family == server->addr.any.sa_family)
		return;
	address_print(&server->addr, addr);
	complain(check, &account->place,
		"account \"%s\": server = \"%s\" is an %s address and sip's listen = \"%s\" is %s; allowed is the same "
		"for both", account->name, addr, family_name(&server->addr), listen_addr, family_name(&local));
}

static void outer_address_check(struct check *check, const struct config_place *whole)
{
	const struct config_sip *sip = &check->config->sip;
	union address outer;

	if (listen_is_said(&sip->listen) && address_set(&outer, sip->rtp_addr.text, 0) == 0 && !listen_has_family(&sip->listen, outer.any.sa_family))
		complain(check, whole, "sip: rtp_addr = \"%s\" is %s, which none of listen is; allowed is the same for both", sip->rtp_addr.text,
			family_name(&outer));
}

/* Two answers to one question. */
static void stun_check(struct check *check, const struct config_account *account)
{
	const struct config_sip *sip = &check->config->sip;
	const struct servers_stun *stun = account->stun_server.said ? &account->stun_server : &sip->stun_server;
	const char *addr;
	union address local;

	if (!stun->servers.count || !local_of(check, account, &local, &addr))
		return;
	if (sip->rtp_addr.text[0] && !strchr(addr, ':') == !strchr(sip->rtp_addr.text, ':'))
		complain(check, &account->place, "account \"%s\": rtp_addr = \"%s\" and a stun_server both say where its sound is; allowed is one of them",
			account->name, sip->rtp_addr.text);
	if (!stun->servers.each[0].name[0] && stun->servers.each[0].addr.any.sa_family != local.any.sa_family)
		complain(check, &account->place, "account \"%s\": stun_server is an %s address and sip's listen = \"%s\" is %s; allowed is the same for "
			"both, or off", account->name, family_name(&stun->servers.each[0].addr), addr, family_name(&local));
}

/* Whom a certificate would have to name where none is asked for. */
static const char *unproven_peer(const struct config_list *list)
{
	static struct ua_peers peers;

	if (ua_peers_parse(&peers, list->text) != 0)
		return NULL;
	for (unsigned i = 0; i < peers.name_count; i++) {
		if (peers.names[i].by_tls)
			return peers.names[i].name;
	}
	return NULL;
}

static void account_peers_check(struct check *check, const struct config_account *account)
{
	const char *name = unproven_peer(&account->peers);

	if (name && (account->transport != UA_TLS || !check->config->sip.tls_verify))
		complain(check, &account->place, "account \"%s\": peers: \"tls:%s\": allowed with transport = tls and tls_verify = on", account->name, name);
}

static void peers_check(struct check *check, const struct config_place *whole)
{
	const char *name = unproven_peer(&check->config->sip.peers);
	bool has_tls = false;

	for (unsigned i = 0; i < check->config->account_count; i++)
		has_tls |= check->config->accounts[i].transport == UA_TLS;
	if (name && !(has_tls && check->config->sip.tls_verify))
		complain(check, whole, "sip: peers: \"tls:%s\": allowed where an account has transport = tls, and tls_verify = on", name);
}

static void accounts_check(struct check *check)
{
	for (unsigned i = 0; i < check->config->account_count; i++) {
		struct config_account *account = &check->config->accounts[i];

		for (unsigned n = 0; n < account->server.count; n++)
			family_check(check, account, &account->server.each[n]);
		stun_check(check, account);
		if (account->password.text[0])
			password_place_check(check, account);
		if (account->qualify_s && account->qualify_s < QUALIFY_MIN_S)
			complain(check, &account->place,
				"account \"%s\": qualify_s = %u: allowed is 0 (never) or %d to 3600 s",
				account->name, account->qualify_s, QUALIFY_MIN_S);
		if (account->keepalive_s && account->keepalive_s < KEEPALIVE_MIN_S)
			complain(check, &account->place,
				"account \"%s\": keepalive_s = %u: allowed is 0 (never) or %d to 3600 s",
				account->name, account->keepalive_s, KEEPALIVE_MIN_S);
		if (account->session_expires_s && account->session_expires_s < SESSION_MIN_S)
			complain(check, &account->place,
				"account \"%s\": session_expires_s = %u: allowed is 0 (never) or %d to 86400 s",
				account->name, account->session_expires_s, SESSION_MIN_S);
		security_check(check, account);
		account_peers_check(check, account);
		if (account->sips && account->transport != UA_TLS)
			complain(check, &account->place, "account \"%s\": sips = on: allowed with transport = tls", account->name);
		if (account->password.text[0] && account->password_file.text[0])
			complain(check, &account->place,
				"account \"%s\": password and password_file are both set; allowed is one of them",
				account->name);
		else if (account->password_file.text[0])
			password_read(check, account);
	}
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
		complain(check, &profile->place,
			"profile \"%s\": routes: \"%s\": allowed are rows as 00: trunk house, with commas between them; up to %d of 0-9 * # + before "
			"the colon", profile->name, at, DIAL_ROUTE_PREFIX_MAX);
	for (unsigned i = 0; dial_route_named(routes, i, name, sizeof(name)); i++) {
		if (!account_find(check->config, name))
			complain(check, &profile->place,
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
		complain(check, &line->place,
			"line \"%s\": account = \"%s\": no such account; allowed is the name of an account section",
			line->name, line->account_name.text);
	if (!line->profile)
		complain(check, &line->place,
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
		complain(check, &group->place,
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
		complain(check, &group->place,
			"group \"%s\": number = \"%s\" belongs to a line or group already; allowed is one that no other has",
			group->name, number);
}

/* Of an account's groups one alone can take the calls that are for none. */
static void group_account_check(struct check *check, const struct config_group *group)
{
	for (const struct config_group *other = check->config->groups; other != group; other++) {
		if (group->account && other->account == group->account && !group->did.text[0] && !other->did.text[0])
			complain(check, &group->place,
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
			complain(check, &group->place,
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
		complain(check, &line->place,
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
				complain(check, &line->place,
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
		complain(check, place, "media: prompts = \"%s\": %s.wav: %s", check->config->media.prompts.text,
			prompt_name(prompt), wrong);
}

static void playout_check(struct check *check, const struct config_place *place)
{
	const struct config_media *media = &check->config->media;

	if (media->playout_min_ms > media->playout_max_ms)
		complain(check, place, "media: playout_min_ms = %u is above playout_max_ms = %u", media->playout_min_ms,
			media->playout_max_ms);
	if (media->playout_ms > media->playout_max_ms)
		complain(check, place, "media: playout_ms = %u is above playout_max_ms = %u", media->playout_ms,
			media->playout_max_ms);
}

int config_check(struct config *config, const char *path, FILE *errors)
{
	struct check check = {.config = config, .errors = errors};
	struct config_place whole = {.line = 1};

	snprintf(whole.file, sizeof(whole.file), "%s", path);
	if (!listen_is_said(&config->sip.listen))
		complain(&check, &whole, "sip lacks listen: address of this machine that SIP and sound use");
	/* Sound has an even port and the next one belongs to it (RFC 3550 s11). */
	if (config->sip.rtp_port_max <= config->sip.rtp_port_min + config->sip.rtp_port_min % 2)
		complain(&check, &whole,
			"sip: rtp_port_max = %u leaves no even port and the next above rtp_port_min = %u", config->sip.rtp_port_max,
			config->sip.rtp_port_min);
	outer_address_check(&check, &whole);
	peers_check(&check, &whole);
	playout_check(&check, &whole);
	prompts_check(&check, path, &whole);
	profiles_check(&check);
	for (unsigned i = 0; i < config->profile_count; i++)
		routes_check(&check, &config->profiles[i]);
	accounts_check(&check);
	lines_check(&check);
	groups_check(&check);
	return check.failed ? EINVAL : 0;
}
