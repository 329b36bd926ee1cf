/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "gateway/config.h"
#include "gateway/settings.h"

#define SIP(name, kind, field, min, max, unit, value, meaning) \
	{SECTION_SIP, name, kind, offsetof(struct config_sip, field), min, max, unit, value, meaning}
#define MEDIA(name, kind, field, min, max, unit, value, meaning) \
	{SECTION_MEDIA, name, kind, offsetof(struct config_media, field), min, max, unit, value, meaning}
#define ACCOUNT(name, kind, field, min, max, unit, value, meaning) \
	{SECTION_ACCOUNT, name, kind, offsetof(struct config_account, field), min, max, unit, value, meaning}
#define PROFILE(name, kind, field, min, max, unit, value, meaning) \
	{SECTION_PROFILE, name, kind, offsetof(struct config_profile, field), min, max, unit, value, meaning}
#define LINE(name, kind, field, min, max, unit, value, meaning) \
	{SECTION_LINE, name, kind, offsetof(struct config_line, field), min, max, unit, value, meaning}
#define GROUP(name, kind, field, min, max, unit, value, meaning) \
	{SECTION_GROUP, name, kind, offsetof(struct config_group, field), min, max, unit, value, meaning}

const struct settings_section_info settings_sections[SECTION_COUNT] = {
	[SECTION_SIP] = {"sip", 0, "The SIP side: addresses and ports of this machine."},
	[SECTION_MEDIA] = {"media", 0, "The sound path, for all lines."},
	[SECTION_DUMMY] = {"dummy", 0, "The driver for simulated telephones."},
	[SECTION_CONTROL] = {"control", 0, "The operator's socket."},
	[SECTION_STATE] = {"state", 0, "What subscribers have set."},
	[SECTION_ACCOUNT] = {"account", 1, "An account at a SIP server."},
	[SECTION_PROFILE] = {"profile", 1, "A country and the taste of its subscribers."},
	[SECTION_LINE] = {"line", 1, "One port with one telephone."},
	[SECTION_GROUP] = {"group", 1, "Lines that ring for the same calls (doc/ringing.md)."},
};

const struct setting settings[] = {
	SIP("listen", KIND_ADDR, listen_addr, 0, 0, "", NULL,
		"IPv4 or IPv6 address of this machine that SIP and sound use"),
	SIP("port", KIND_NUMBER, port, 1, 65535, "", "5060", "UDP port of SIP"),
	SIP("user_agent", KIND_TEXT, user_agent, 1, CONFIG_TEXT_MAX, "", "Tipring",
		"what the User-Agent and Server headers say"),
	SIP("rtp_port_min", KIND_NUMBER, rtp_port_min, 1024, 65534, "", "16384",
		"first UDP port of sound"),
	SIP("rtp_port_max", KIND_NUMBER, rtp_port_max, 1025, 65535, "", "32767",
		"last UDP port of sound"),

	MEDIA("block_ms", KIND_BLOCK, block_ms, 0, 0, "ms", "10", "how much sound moves at once"),
	MEDIA("playout_ms", KIND_NUMBER, playout_ms, 0, 200, "ms", "40",
		"how long sound from the network waits for late packets"),
	MEDIA("realtime", KIND_SWITCH, realtime, 0, 0, "", "on",
		"real-time priority and locked memory, where permitted"),

	MEDIA("prompts", KIND_TEXT, prompts, 0, CONFIG_TEXT_MAX, "", TIPRING_PKGDATADIR "/prompts",
		"folder of the words that are said, WAV files as 7.wav or registered.wav; without / at its beginning it is beside this file; \"\": nothing is said"),

	{SECTION_DUMMY, "wires", KIND_TEXT, offsetof(struct config_socket, path), 1, 100, "",
		TIPRING_RUNDIR "/wires", "socket that simulated telephones connect to"},
	{SECTION_CONTROL, "socket", KIND_TEXT, offsetof(struct config_socket, path), 1, 100, "",
		TIPRING_RUNDIR "/control", "socket that tipringctl connects to"},

	{SECTION_STATE, "file", KIND_TEXT, offsetof(struct config_socket, path), 0, CONFIG_TEXT_MAX, "",
		TIPRING_STATEDIR "/state", "file that keeps what subscribers have set by code or through tipringctl; \"\": nothing outlives the daemon"},

	ACCOUNT("user", KIND_TEXT, user, 1, CONFIG_TEXT_MAX, "", NULL,
		"user part of the SIP address, often the telephone number"),
	ACCOUNT("domain", KIND_TEXT, domain, 1, CONFIG_TEXT_MAX, "", NULL,
		"domain part of the SIP address"),
	ACCOUNT("server", KIND_SERVER, server, 0, 0, "", NULL,
		"registrar and proxy: address and, when it is not 5060, port, as 192.0.2.10:5070 or [2001:db8::10]:5070; of listen's family"),
	ACCOUNT("transport", KIND_TRANSPORT, over_tcp, 0, 0, "", "udp", "how SIP goes to the server"),
	ACCOUNT("auth_user", KIND_TEXT, auth_user, 0, CONFIG_TEXT_MAX, "", "",
		"user name of the credentials when it is not the user"),
	ACCOUNT("password", KIND_TEXT, password, 0, CONFIG_TEXT_MAX, "", "",
		"password of the credentials; the file must not be readable by others"),
	ACCOUNT("password_file", KIND_TEXT, password_file, 0, CONFIG_TEXT_MAX, "", "",
		"file whose first line is the password; not readable by others"),
	ACCOUNT("display_name", KIND_TEXT, display_name, 0, CONFIG_TEXT_MAX, "", "",
		"name shown to the called party"),
	ACCOUNT("ring", KIND_RING, ring, 0, 0, "", "country",
		"pattern in which calls to it ring, where neither caller nor Alert-Info choose another (doc/ringing.md)"),
	ACCOUNT("expires_s", KIND_NUMBER, expires_s, 60, 86400, "s", "3600",
		"how long a registration is asked for"),
	ACCOUNT("session_expires_s", KIND_NUMBER, session_expires_s, 0, 86400, "s", "1800",
		"how often at the latest a call is refreshed, so that one whose far end has vanished ends (RFC 4028), 90 or more; 0: where the far end wants it"),
	ACCOUNT("qualify_s", KIND_NUMBER, qualify_s, 0, 3600, "s", "0",
		"how often the server is asked whether it is there, 10 or more; 0: never"),
	ACCOUNT("mwi", KIND_MWI, mwi, 0, 0, "", "unsolicited",
		"how the account hears of messages that wait in its mailbox, of which stutter dial tone tells: unsolicited takes what the server sends by itself, subscribe asks for it (RFC 3842)"),
	ACCOUNT("mailbox", KIND_TEXT, mailbox, 0, CONFIG_TEXT_MAX, "", "",
		"subscribe: user of the mailbox when it is not the account's"),
	ACCOUNT("accept_transfers", KIND_TRANSFERS, accept_transfers, 0, 0, "", "domain",
		"whether the far end may connect a line with somebody else, whom the line then calls: at the account's domain, or anywhere (on), but never who is barred"),
	ACCOUNT("transfer_by_address", KIND_SWITCH, transfer_by_address, 0, 0, "", "off",
		"whom a call is transferred to is named by the address of record (with Require: replaces), for servers behind which a Contact does not route; off: by Contact"),

	PROFILE("country", KIND_COUNTRY, country, 0, 0, "", "us",
		"two letters: whose tones and ring cadence; one that is not known is refused with a list of those that are"),
	PROFILE("use", KIND_USE, use, 0, 0, "", "phone",
		"what is connected: on fax, modem and alarm nothing is laid over a call, none waits, who is held hears nothing, and keys stay sound unless dtmf_events is set; on modem and alarm a break is no flash unless flash_max_ms is set"),
	PROFILE("tone_level_dbm0", KIND_SIGNED, tone_level_dbm0, -40, 0, "dBm0", "-13",
		"level of each frequency of a tone"),
	PROFILE("flash_min_ms", KIND_NUMBER, flash_min_ms, 40, 1500, "ms", "80",
		"shortest break that is a flash"),
	PROFILE("flash_max_ms", KIND_NUMBER, flash_max_ms, 0, 1500, "ms", "1200",
		"longest break that is a flash; 0 turns the flash off"),
	PROFILE("flash_style", KIND_STYLE, flash_style, 0, 0, "", "bellcore",
		"what a flash does (doc/flash.md): bellcore acts at once; etsi waits for a digit when there are two calls; network tells the server (INFO application/hook-flash), which then has to do it all"),
	PROFILE("r_digit_s", KIND_NUMBER, r_digit_s, 1, 60, "s", "4",
		"etsi: how long that digit is waited for"),
	PROFILE("r_digit_tone", KIND_SWITCH, r_digit_tone, 0, 0, "", "off",
		"... with recall dial tone; off: in silence"),
	PROFILE("flash_bounce_ms", KIND_NUMBER, flash_bounce_ms, 0, 5000, "ms", "2000",
		"hanging up so soon after a flash ends all calls, held ones too"),
	PROFILE("call_waiting", KIND_SWITCH, call_waiting, 0, 0, "", "on",
		"a call that comes in during another waits with a tone; off: it is refused as busy"),
	PROFILE("three_way", KIND_SWITCH, three_way, 0, 0, "", "on",
		"a flash between two calls joins them; off: it swaps them"),
	PROFILE("three_way_leave", KIND_SWITCH, three_way_leave, 0, 0, "", "off",
		"hanging up a three-way call connects the other two; off: it ends both"),
	PROFILE("transfer", KIND_SWITCH, transfer, 0, 0, "", "on",
		"hanging up between two calls, the second made from here, connects those two; off: the held one rings back"),
	PROFILE("transfer_s", KIND_NUMBER, transfer_s, 5, 180, "s", "30",
		"how long a transfer may take before the held call rings back"),
	PROFILE("hold_sound", KIND_TEXT, hold_sound, 1, CONFIG_TEXT_MAX, "", CONFIG_HOLD_SILENCE,
		"what a held party hears: silence, tone (two soft beeps every 8 s) or a WAV file, over and over: 8000 Hz, one channel, 16 bit PCM or G.711; without / at its beginning it is beside this file"),
	PROFILE("hold_offer", KIND_HOLD, hold_offer, 0, 0, "", "sendonly",
		"what a party is offered that is to be held; inactive: it hears nothing, whatever hold_sound says, and hold_sound must be silence"),
	PROFILE("first_digit_s", KIND_NUMBER, first_digit_s, 1, 600, "s", "20",
		"how long dial tone waits for the first digit"),
	PROFILE("inter_digit_s", KIND_NUMBER, inter_digit_s, 1, 60, "s", "4",
		"how long the next digit is waited for"),
	PROFILE("complete_s", KIND_NUMBER, complete_s, 1, 60, "s", "2",
		"... when the digits make a number already, which is the beginning of a longer one"),
	PROFILE("ring_s", KIND_NUMBER, ring_s, 5, 600, "s", "180",
		"how long a call may ring, in either direction"),
	PROFILE("tone_s", KIND_NUMBER, tone_s, 1, 600, "s", "60",
		"how long busy, congestion and information tone last"),
	PROFILE("release_tone", KIND_RELEASE, release_tone, 0, 0, "", "busy",
		"what is heard for tone_s when the far end hung up"),
	PROFILE("howler_s", KIND_NUMBER, howler_s, 0, 600, "s", "30",
		"how long the howler follows on these tones before the line falls silent; 0: no howler"),
	PROFILE("autoreoriginate", KIND_SWITCH, autoreoriginate, 0, 0, "", "off",
		"new dial tone at once when the far end hung up; not with a hotline"),
	PROFILE("digit_map", KIND_DIGITMAP, digit_map, 1, 0, "", "x.T",
		"which digits make a number (RFC 3435 s2.1.5); <9:>xxxx sends them without the 9, <:0>xxxx with a 0 before"),
	PROFILE("emergency", KIND_DIGITMAP, emergency, 0, 0, "", "",
		"which digits are an emergency number, as (112|911); called at once and without registration; such a call takes no flash and lets none wait"),
	PROFILE("emergency_hold_s", KIND_NUMBER, emergency_hold_s, 0, 3600, "s", "120",
		"how long an emergency call goes on, and the telephone rings, when it is hung up; only the other side can end it; 0: hanging up ends it"),
	PROFILE("csh_s", KIND_NUMBER, csh_s, 0, 180, "s", "0",
		"how long a call that came in goes on, in silence, when it is hung up: another telephone of the line may be lifted meanwhile; 0: hanging up ends it"),
	PROFILE("barred", KIND_DIGITMAP, barred, 0, 0, "", "",
		"which digits are not called, though digit_map has them; nobody is transferred or forwarded there either"),
	PROFILE("features", KIND_FEATURES, features_set, 0, 0, "", "nanp",
		"which feature codes there are (doc/features.md); network: none, the digits are called"),
	PROFILE("feature_codes", KIND_TEXT, feature_codes, 0, CONFIG_TEXT_MAX, "", "",
		"other codes than the set's, as \"dnd_on=*55 mark_last=off\""),
	PROFILE("voice_mail", KIND_DIGITS, voice_mail, 0, CONFIG_DIGITS_MAX, "", "",
		"number that the code for voice mail calls"),
	PROFILE("dnd_code", KIND_NUMBER, dnd_code, 400, 699, "", "480",
		"status that a caller gets who may not disturb; 486 would have many networks forward the call"),
	PROFILE("forward_no_answer_s", KIND_NUMBER, forward_no_answer_s, 5, 180, "s", "20",
		"how long the telephone rings before a call is forwarded, where the subscriber wants that"),
	PROFILE("ring_cadences", KIND_TEXT, ring_cadences, 0, CONFIG_LIST_MAX, "", "",
		"other cadences than doc/ringing.md's, as \"dr2=800/400/800/4000\" in ms, ring and pause in turn"),
	PROFILE("ring_callers", KIND_TEXT, ring_callers, 0, CONFIG_LIST_MAX, "", "",
		"patterns by caller, as \"102=dr2 9*=dr3 anonymous=dr4\"; * ? [] as in a shell; the first that fits"),
	PROFILE("ring_alerts", KIND_TEXT, ring_alerts, 0, CONFIG_LIST_MAX, "",
		"source:internal=dr1 source:external=dr2 priority:high=dr3 service:forward=dr4",
		"patterns by what Alert-Info says behind urn:alert: (RFC 7462) or info=; Bellcore-dr1 to dr8 are known"),
	PROFILE("recall_ring", KIND_RING, recall_ring, 0, 0, "", "country",
		"pattern in which a held call rings back"),
	PROFILE("emergency_ring", KIND_RING, emergency_ring, 0, 0, "", "country",
		"pattern in which an emergency call rings that was hung up and goes on"),
	PROFILE("hash_sends", KIND_SWITCH, hash_sends, 0, 0, "", "on",
		"# ends a number and calls it at once"),
	PROFILE("dtmf_events", KIND_SWITCH, dtmf_events, 0, 0, "", "on",
		"keys pressed in a call go out as events (RFC 4733) where the far end takes them; off: as sound"),
	PROFILE("hotline", KIND_DIGITS, hotline, 0, CONFIG_DIGITS_MAX, "", "",
		"number that lifting calls by itself"),
	PROFILE("hotline_s", KIND_NUMBER, hotline_s, 0, 60, "s", "0",
		"how long dial tone waits for digits before it; 0: at once, without dial tone"),

	LINE("driver", KIND_DRIVER, driver, 0, 0, "", NULL, "driver of the port"),
	LINE("channel", KIND_TEXT, channel, 1, CONFIG_NAME_MAX, "", NULL,
		"dahdi: number of the channel; dummy: name of the line on the socket"),
	LINE("account", KIND_TEXT, account_name, 1, CONFIG_NAME_MAX, "", NULL,
		"name of the account that calls go through; a call to one that several lines name rings the first idle one"),
	LINE("profile", KIND_TEXT, profile_name, 0, CONFIG_NAME_MAX, "", "",
		"name of the profile; none: the defaults"),
	LINE("number", KIND_DIGITS, number, 0, CONFIG_DIGITS_MAX, "", "",
		"short number by which the other lines call this one, whether a server is there or not"),
	LINE("calls_unregistered", KIND_SWITCH, calls_unregistered, 0, 0, "", "off",
		"gives dial tone also while the account is not registered; so does another line that has a number"),
	LINE("did", KIND_TEXT, did, 0, CONFIG_LIST_MAX, "", "",
		"incoming numbers of the account that ring this line and no other, with blanks between them; * ? [] as in a shell"),
	LINE("pickup", KIND_TEXT, pickup, 0, CONFIG_NAME_MAX, "", "",
		"a name: lines with the same one may pick up each other's calls; so may members of a group"),

	GROUP("members", KIND_TEXT, members_text, 1, CONFIG_LIST_MAX, "", NULL, "names of lines, with commas between them"),
	GROUP("account", KIND_TEXT, account_name, 1, CONFIG_NAME_MAX, "", NULL,
		"name of the account whose calls ring the group: those to did where it has any, else those that no did of another group or line fits"),
	GROUP("did", KIND_TEXT, did, 0, CONFIG_LIST_MAX, "", "",
		"incoming numbers of the account that ring the group, with blanks between them; * ? [] as in a shell"),
	GROUP("number", KIND_DIGITS, number, 0, CONFIG_DIGITS_MAX, "", "",
		"short number by which the lines call the group"),
	GROUP("strategy", KIND_STRATEGY, strategy, 0, 0, "", "all",
		"all: all members that are free ring; next: one after the other; turn: so, and each call begins behind the member where the last began"),
	GROUP("ring_s", KIND_NUMBER, ring_s, 5, 600, "s", "180", "how long it rings in all before the caller is told that nobody answers"),
	GROUP("step_s", KIND_NUMBER, step_s, 5, 180, "s", "20", "next and turn: how long each member rings"),
};

const size_t settings_count = sizeof(settings) / sizeof(settings[0]);

const struct setting *settings_find(enum settings_section section, const char *name)
{
	for (size_t i = 0; i < settings_count; i++) {
		if (settings[i].section == section && strcmp(settings[i].name, name) == 0)
			return &settings[i];
	}
	return NULL;
}
