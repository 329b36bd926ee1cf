/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "fxs/fxs.h"
#include "fxs/zone.h"
#include "gateway/config/config.h"
#include "gateway/media/media.h"
#include "gateway/config/settings.h"
#include "sip/account.h"
#include "sip/peers.h"


struct place {
	const struct setting *setting;
	const char *text;
	void *field;
	char *words; /* room for what is allowed */
	size_t words_size;
};

static const char *range(struct place *p)
{
	snprintf(p->words, p->words_size, "%ld to %ld%s%s", p->setting->min, p->setting->max,
		p->setting->unit[0] ? " " : "", p->setting->unit);
	return p->words;
}

static bool number(const char *text, long *value)
{
	char *end;

	errno = 0;
	*value = strtol(text, &end, 10);
	return *text && !*end && errno == 0 && !strchr(" +\t", *text);
}

static const char *convert_text(struct place *p)
{
	size_t length = strlen(p->text);

	if (length < (size_t)p->setting->min || length > (size_t)p->setting->max) {
		snprintf(p->words, p->words_size, "a text of %ld to %ld bytes", p->setting->min,
			p->setting->max);
		return p->words;
	}
	for (const char *c = p->text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return "a text without control characters";
	}
	memcpy(p->field, p->text, length + 1);
	return NULL;
}

static const char *convert_number(struct place *p)
{
	long value;

	if (!number(p->text, &value) || value < p->setting->min || value > p->setting->max)
		return range(p);
	*(unsigned *)p->field = (unsigned)value;
	return NULL;
}

/* RFC 2474, RFC 2597, RFC 3246, RFC 5865 */
static int dscp_named(const char *name)
{
	unsigned class, drop;
	char end;

	if (strcasecmp(name, "ef") == 0)
		return 46;
	if (strcasecmp(name, "va") == 0)
		return 44;
	if (sscanf(name, "%*1[cC]%*1[sS]%1u%c", &class, &end) == 1 && class <= 7)
		return (int)(class * 8);
	if (sscanf(name, "%*1[aA]%*1[fF]%1u%1u%c", &class, &drop, &end) == 2 && class >= 1 && class <= 4 && drop >= 1 && drop <= 3)
		return (int)(class * 8 + drop * 2);
	return -1;
}

static const char *convert_dscp(struct place *p)
{
	long value = dscp_named(p->text);

	if (value < 0 && (!number(p->text, &value) || value < 0 || value > 63))
		return "cs0 to cs7, af11 to af43, va, ef or 0 to 63";
	*(uint8_t *)p->field = (uint8_t)value;
	return NULL;
}

static const char *convert_signed(struct place *p)
{
	long value;

	if (!number(p->text, &value) || value < p->setting->min || value > p->setting->max)
		return range(p);
	*(int *)p->field = (int)value;
	return NULL;
}

static const char *convert_switch(struct place *p)
{
	bool on = strcmp(p->text, "on") == 0;

	if (!on && strcmp(p->text, "off") != 0)
		return "on or off";
	*(bool *)p->field = on;
	return NULL;
}

static const char *convert_addr(struct place *p)
{
	struct config_text *field = p->field;
	union address addr;

	if (p->text[0] && address_set(&addr, p->text, 0) != 0)
		return "a numeric IPv4 or IPv6 address, not 0.0.0.0, :: or one that is link-local";
	snprintf(field->text, sizeof(field->text), "%s", p->text);
	return NULL;
}

static const char *convert_listen(struct place *p)
{
	return listen_parse(p->field, p->text) == 0 ? NULL : "1 to 4 numeric IPv4 or IPv6 addresses of this machine with blanks between them, "
		"none twice, none that is link-local; or 0.0.0.0, :: or both in the place of all of a family";
}

static const char *convert_server(struct place *p)
{
	return servers_parse(p->field, p->text) == 0 ? NULL : servers_allowed;
}

static const char *convert_peers(struct place *p)
{
	struct ua_peers peers;

	if (ua_peers_parse(&peers, p->text) != 0)
		return "up to 32 addresses and networks as 192.0.2.7 198.51.100.0/24 2001:db8::/32, and 8 names as sip.example.com tls:sip.example.com";
	return convert_text(p);
}

static const char *convert_nameservers(struct place *p)
{
	return servers_nameservers_parse(p->field, p->text) == 0 ? NULL : servers_nameservers_allowed;
}

static const char *convert_stun(struct place *p)
{
	return servers_stun_parse(p->field, p->text) == 0 ? NULL : servers_stun_allowed;
}

static const char *convert_digits(struct place *p)
{
	static const char allowed[] = "up to 40 of 0-9 * # A-D";

	if (strlen(p->text) > (size_t)p->setting->max || p->text[strspn(p->text, "0123456789*#ABCD")])
		return allowed;
	return convert_text(p);
}

static const char *convert_digitmap(struct place *p)
{
	size_t at;
	const char *why;

	if (!p->text[0] && p->setting->min == 0) {
		memset(p->field, 0, sizeof(struct digitmap));
		return NULL;
	}
	if (digitmap_parse(p->field, p->text, &at, &why) == 0)
		return NULL;
	snprintf(p->words, p->words_size,
		"a digit map as (1xx|[2-9]xxxxxx|0x.T); at character %zu: %s", at + 1, why);
	return p->words;
}

static const char *convert_hours(struct place *p)
{
	size_t at;
	const char *why;

	if (hours_parse(p->field, p->text, &at, &why) == 0)
		return NULL;
	snprintf(p->words, p->words_size, "rows as mon-fri 18:00-07:00 (0x.T); sat,sun (0x.T|1xx); at character %zu: %s", at + 1, why);
	return p->words;
}

static const char *convert_country(struct place *p)
{
	struct config_text *field = p->field;
	static const char allowed[] = "a country whose tones are known: ";
	struct fxs_zone zone;

	if (fxs_zone_find(&zone, p->text) != 0) {
		snprintf(p->words, p->words_size, "%s", allowed);
		fxs_zone_names(p->words + strlen(p->words), p->words_size - strlen(p->words));
		return p->words;
	}
	snprintf(field->text, sizeof(field->text), "%s", p->text);
	return NULL;
}

#define CHOICES_MAX RING_PATTERNS

static const struct choice {
	const char *words;
	struct {
		const char *name;
		uint8_t value;
	} choices[CHOICES_MAX];
} kinds_of_choice[] = {
	[KIND_RELEASE] = {"busy, congestion or none",
		{{"busy", FXS_TONE_BUSY}, {"congestion", FXS_TONE_CONGESTION}, {"none", FXS_TONE_COUNT}}},
	[KIND_FEATURES] = {"nanp, etsi, cn or network",
		{{"nanp", FEATURES_NANP}, {"etsi", FEATURES_ETSI}, {"cn", FEATURES_CN}, {"network", FEATURES_NETWORK}}},
	[KIND_STRANGERS] = {"refuse, silence, challenge or allow",
		{{"refuse", UA_STRANGERS_REFUSE}, {"silence", UA_STRANGERS_SILENCE}, {"challenge", UA_STRANGERS_CHALLENGE},
			{"allow", UA_STRANGERS_ALLOW}}},
	[KIND_REACH] = {"off, domain or on",
		{{"off", CONFIG_REACH_OFF}, {"domain", CONFIG_REACH_DOMAIN}, {"on", CONFIG_REACH_ON}}},
	[KIND_EMERGENCY] = {"dialled or urn", {{"dialled", CONFIG_EMERGENCY_DIALLED}, {"urn", CONFIG_EMERGENCY_URN}}},
	[KIND_IDENTITY] = {"from, preferred, asserted or remote-party",
		{{"from", UA_IDENTITY_FROM}, {"preferred", UA_IDENTITY_PREFERRED}, {"asserted", UA_IDENTITY_ASSERTED},
			{"remote-party", UA_IDENTITY_REMOTE_PARTY}}},
	[KIND_SYMMETRIC] = {"off, private or on",
		{{"off", STREAM_SYMMETRIC_OFF}, {"private", STREAM_SYMMETRIC_PRIVATE}, {"on", STREAM_SYMMETRIC_ON}}},
	[KIND_STRATEGY] = {"all, next or turn",
		{{"all", CONFIG_GROUP_ALL}, {"next", CONFIG_GROUP_NEXT}, {"turn", CONFIG_GROUP_TURN}}},
	[KIND_RING] = {"country or dr1 to dr8",
		{{"country", RING_COUNTRY}, {"dr1", 1}, {"dr2", 2}, {"dr3", 3}, {"dr4", 4}, {"dr5", 5}, {"dr6", 6}, {"dr7", 7}, {"dr8", 8}}},
	[KIND_MWI] = {"off, unsolicited or subscribe",
		{{"off", CONFIG_MWI_OFF}, {"unsolicited", CONFIG_MWI_UNSOLICITED}, {"subscribe", CONFIG_MWI_SUBSCRIBE}}},
	[KIND_HOLD] = {"sendonly or inactive", {{"sendonly", CONFIG_HOLD_SENDONLY}, {"inactive", CONFIG_HOLD_INACTIVE}}},
	[KIND_USE] = {"phone, fax, modem, alarm or tty",
		{{"phone", USE_PHONE}, {"fax", USE_FAX}, {"modem", USE_MODEM}, {"alarm", USE_ALARM}, {"tty", USE_TTY}}},
	[KIND_FORWARD] = {"redirect or bridge", {{"redirect", CONFIG_FORWARD_REDIRECT}, {"bridge", CONFIG_FORWARD_BRIDGE}}},
	[KIND_FALLBACK] = {"ring-back or bridge",
		{{"ring-back", CONFIG_FALLBACK_RING_BACK}, {"bridge", CONFIG_FALLBACK_BRIDGE}}},
	[KIND_LOSS] = {"none, adapter, exchange, nanp, etsi or country",
		{{"none", LOSS_PLAN_NONE}, {"adapter", LOSS_PLAN_ADAPTER}, {"exchange", LOSS_PLAN_EXCHANGE}, {"nanp", LOSS_PLAN_NANP},
			{"etsi", LOSS_PLAN_ETSI}, {"country", LOSS_PLAN_COUNTRY}}},
	[KIND_ECHO] = {"off, software or kernel",
		{{"off", MEDIA_ECHO_OFF}, {"software", MEDIA_ECHO_SOFTWARE}, {"kernel", MEDIA_ECHO_KERNEL}}},
	[KIND_TRANSPORT] = {"udp, tcp or tls", {{"udp", UA_UDP}, {"tcp", UA_TCP}, {"tls", UA_TLS}}},
	[KIND_DTMF] = {"auto, info or inband", {{"auto", LEG_DTMF_AUTO}, {"info", LEG_DTMF_INFO}, {"inband", LEG_DTMF_INBAND}}},
	[KIND_KEYS] = {"sdes or dtls", {{"sdes", CONFIG_KEYS_SDES}, {"dtls", CONFIG_KEYS_DTLS}}},
	[KIND_SRTP] = {"off, optional or required",
		{{"off", UA_SRTP_OFF}, {"optional", UA_SRTP_OPTIONAL}, {"required", UA_SRTP_REQUIRED}}},
	[KIND_STYLE] = {"bellcore, etsi or network",
		{{"bellcore", CONFIG_FLASH_BELLCORE}, {"etsi", CONFIG_FLASH_ETSI}, {"network", CONFIG_FLASH_NETWORK}}},
};

const char *settings_choices(enum settings_kind kind)
{
	return kind < sizeof(kinds_of_choice) / sizeof(kinds_of_choice[0]) ? kinds_of_choice[kind].words : NULL;
}

static const char *convert_choice(struct place *p)
{
	const struct choice *choice = &kinds_of_choice[p->setting->kind];

	for (size_t i = 0; i < CHOICES_MAX && choice->choices[i].name; i++) {
		if (strcmp(p->text, choice->choices[i].name) == 0) {
			*(uint8_t *)p->field = choice->choices[i].value;
			return NULL;
		}
	}
	return choice->words;
}

static const char *convert_driver(struct place *p)
{
	struct config_text *field = p->field;

	if (!fxs_driver_find(p->text))
		return fxs_driver_find("dahdi") ? "dahdi or dummy"
						: "dummy (this build has no driver dahdi)";
	snprintf(field->text, sizeof(field->text), "%s", p->text);
	return NULL;
}

static const char *convert_block(struct place *p)
{
	long value;

	if (!number(p->text, &value) || (value != 5 && value != 10 && value != 20))
		return "5, 10 or 20 ms";
	*(unsigned *)p->field = (unsigned)value;
	return NULL;
}

static const char *convert_ptime(struct place *p)
{
	long value;

	if (!number(p->text, &value) || value < p->setting->min || value > p->setting->max || value % 10)
		return "10, 20, 30, 40, 50 or 60 ms";
	*(unsigned *)p->field = (unsigned)value;
	return NULL;
}

static const char *convert_codecs(struct place *p)
{
	static const char allowed[] = "names with blanks between them, each once: ";

	if (codecs_parse(p->field, p->text) == 0)
		return NULL;
	snprintf(p->words, p->words_size, "%s", allowed);
	codecs_names(p->words + strlen(p->words), p->words_size - strlen(p->words));
	return p->words;
}

const char *settings_convert(const struct setting *setting, const char *text, void *base, char *words,
	size_t words_size)
{
	static const char *(*const converters[])(struct place *) = {
		[KIND_TEXT] = convert_text,         [KIND_NUMBER] = convert_number,
		[KIND_SIGNED] = convert_signed,     [KIND_SWITCH] = convert_switch,
		[KIND_LISTEN] = convert_listen, [KIND_ADDR] = convert_addr,         [KIND_SERVER] = convert_server, [KIND_NAMESERVERS] = convert_nameservers,
		[KIND_STUN] = convert_stun,
		[KIND_PEERS] = convert_peers,       [KIND_STRANGERS] = convert_choice,
		[KIND_DIGITS] = convert_digits,     [KIND_TRANSPORT] = convert_choice,
		[KIND_HOURS] = convert_hours,
		[KIND_DIGITMAP] = convert_digitmap, [KIND_COUNTRY] = convert_country,
		[KIND_DRIVER] = convert_driver,     [KIND_BLOCK] = convert_block,
		[KIND_RELEASE] = convert_choice,     [KIND_STYLE] = convert_choice,
		[KIND_FORWARD] = convert_choice,     [KIND_FALLBACK] = convert_choice,
		[KIND_FEATURES] = convert_choice,    [KIND_RING] = convert_choice,
		[KIND_MWI] = convert_choice,        [KIND_HOLD] = convert_choice,
		[KIND_EMERGENCY] = convert_choice,
		[KIND_IDENTITY] = convert_choice,
		[KIND_DSCP] = convert_dscp,         [KIND_REACH] = convert_choice,      [KIND_SYMMETRIC] = convert_choice,
		[KIND_ECHO] = convert_choice,       [KIND_LOSS] = convert_choice,
		[KIND_STRATEGY] = convert_choice,
		[KIND_DTMF] = convert_choice,
		[KIND_KEYS] = convert_choice,
		[KIND_SRTP] = convert_choice,
		[KIND_USE] = convert_choice,
		[KIND_PTIME] = convert_ptime,       [KIND_CODECS] = convert_codecs,
	};
	struct place place = {setting, text, (char *)base + setting->offset, words, words_size};

	return converters[setting->kind](&place);
}
