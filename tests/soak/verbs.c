/* SPDX-License-Identifier: BSD-3-Clause */
/* What may happen to a line: a table of verbs. One that cannot happen now does nothing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/line/line_private.h"
#include "gateway/ring_group.h"
#include "tests/soak/soak.h"

#define TEXTS(...) (const char *const[]){__VA_ARGS__, NULL}

/* ---- the telephone ---- */

static bool phone_may(enum media_event_kind kind)
{
	return (kind == MEDIA_EVENT_LIFTED) != world.report.off_hook;
}

/* "later": the line hears of it with the next that happens on the telephone. */
static bool phone(enum media_event_kind kind, char digit, const char *when)
{
	if (!phone_may(kind))
		return false;
	if (strcmp(when, "later") == 0)
		phone_did(kind, digit);
	else
		phone_does(kind, digit);
	return true;
}

static bool lift(const char *text, struct ua_invite *invite)
{
	(void)invite;
	return phone(MEDIA_EVENT_LIFTED, 0, text);
}

static bool hang_up(const char *text, struct ua_invite *invite)
{
	(void)invite;
	return phone(MEDIA_EVENT_HUNG_UP, 0, text);
}

static bool flash(const char *text, struct ua_invite *invite)
{
	(void)invite;
	return phone(MEDIA_EVENT_FLASH, 0, text);
}

static bool dial(const char *text, struct ua_invite *invite)
{
	(void)invite;
	if (!world.report.off_hook)
		return false;
	phone_dials(text);
	return true;
}

/* The control plane is late: it hears of all digits together, as far as the queue keeps them. */
static bool dial_at_once(const char *text, struct ua_invite *invite)
{
	(void)invite;
	if (!world.report.off_hook)
		return false;
	while (*text)
		phone_did(MEDIA_EVENT_DIGIT, *text++);
	line_media_changed(world.line);
	return true;
}

static bool flash_and_dial(const char *text, struct ua_invite *invite)
{
	return flash("", invite) && dial(text, invite);
}

/* ---- media plane, time, house ---- */

/* What is looked at once a second, as often as that in the first ten seconds and once more at the end. */
void soak_time_passes(unsigned ms)
{
	for (unsigned left_ms = ms, part_ms; left_ms; left_ms -= part_ms) {
		part_ms = left_ms < 1000 || ms - left_ms >= 10000 ? left_ms : 1000;
		time_passes(part_ms);
		line_wakeup_review(world.line, world.now_ms, world.wall_s + (int64_t)(world.now_ms / 1000));
	}
}

static bool wait(const char *text, struct ua_invite *invite)
{
	(void)invite;
	soak_time_passes((unsigned)atoi(text));
	return true;
}

static bool wakeup(const char *text, struct ua_invite *invite)
{
	(void)invite;
	return subscriber_set(&world.subscriber, SUBSCRIBER_WAKEUP, text) == 0;
}

static bool messages(const char *text, struct ua_invite *invite)
{
	const struct ua_message_summary summary = {.waiting = strcmp(text, "wait") == 0, .voice_new = 2};

	(void)invite;
	line_messages_set(world.line, &summary);
	return true;
}

static bool obey(const char *text, struct ua_invite *invite)
{
	(void)text;
	(void)invite;
	media_obeys();
	line_media_changed(soak_neighbour.line);
	return true;
}

static bool fault(const char *text, struct ua_invite *invite)
{
	(void)invite;
	world.report.fault = strcmp(text, "begins") == 0;
	line_media_changed(world.line);
	return true;
}

static bool silence(const char *text, struct ua_invite *invite)
{
	(void)invite;
	for (int i = 0; i < MEDIA_STREAMS; i++)
		world.report.silent_ids[i] = strcmp(text, "begins") == 0 ? world.wish.streams[i].id : 0;
	line_media_changed(world.line);
	return true;
}

static bool callee_free(const char *text, struct ua_invite *invite)
{
	(void)text;
	(void)invite;
	if (!world.completion.number[0])
		return false;
	(void)line_callee_free(world.line);
	return true;
}

static bool registration(const char *text, struct ua_invite *invite)
{
	(void)invite;
	world.registration = strcmp(text, "lost") == 0 ? UA_REG_FAILED : UA_REG_REGISTERED;
	return true;
}

static bool trouble(const char *text, struct ua_invite *invite)
{
	(void)invite;
	world.send_err = strcmp(text, "sending calls") == 0 ? EINVAL : 0;
	world.answer_err = strcmp(text, "answering") == 0 ? ENOTCONN : 0;
	world.ring_err = strcmp(text, "ringing") == 0 ? ENOTCONN : 0;
	world.refer_err = strcmp(text, "transferring") == 0 ? EALREADY : 0;
	return true;
}

/* ---- calls ---- */

static const char *sdp_named(const char *name)
{
	static const struct {
		const char *name, *addr, *formats, *attributes;
	} kinds[] = {
		{"sendrecv", "127.0.0.1", "0 8 101", "a=rtpmap:101 telephone-event/8000\r\n"},
		{"sendonly", "127.0.0.1", "8", "a=sendonly\r\n"},
		{"inactive", "127.0.0.1", "0", "a=inactive\r\n"},
		{"recvonly", "127.0.0.1", "0", "a=recvonly\r\n"},
		{"0.0.0.0", "0.0.0.0", "0", ""},
		{"useless", "127.0.0.1", "99", "a=rtpmap:99 nothing/8000\r\n"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(name, kinds[i].name) == 0)
			return sdp_with(kinds[i].addr, kinds[i].formats, kinds[i].attributes);
	}
	return NULL;
}

static bool is_alive(const struct ua_invite *invite)
{
	return !invite->dead && invite->handlers;
}

static bool any_rings_here(const struct ua_invite *invite)
{
	return is_alive(invite) && invite->came && !invite->picked_up;
}

static bool any_called(const struct ua_invite *invite)
{
	return is_alive(invite) && !invite->came && !invite->picked_up;
}

static bool any_given_up(const struct ua_invite *invite)
{
	return any_called(invite) && invite->given_up;
}

static bool any_up(const struct ua_invite *invite)
{
	return is_alive(invite) && invite->picked_up;
}

static bool any_offering(const struct ua_invite *invite)
{
	return is_alive(invite) && invite->offering;
}

static bool any_unacknowledged(const struct ua_invite *invite)
{
	return is_alive(invite) && invite->unacknowledged;
}

static bool any_referring(const struct ua_invite *invite)
{
	return is_alive(invite) && invite->referring;
}

static bool any_replaceable(const struct ua_invite *invite)
{
	return (any_up(invite) || any_called(invite)) && line_owns(world.line, invite);
}

static struct ua_incoming caller_named(const char *name)
{
	struct ua_incoming incoming = {.called_user = "101", .caller_user = name, .caller_name = "", .alert_info = ""};

	incoming.anonymous = strcmp(name, "anonymous") == 0;
	if (incoming.anonymous)
		incoming.caller_user = "";
	incoming.diversions = strcmp(name, "107") == 0 ? 5 : 0;
	return incoming;
}

static bool call_in(const char *text, struct ua_invite *invite)
{
	const struct ua_incoming incoming = caller_named(text);

	(void)invite;
	(void)call_comes_as(&incoming, sdp_named("sendrecv"));
	return true;
}

static bool call_in_with(const char *text, struct ua_invite *invite)
{
	const struct ua_incoming incoming = caller_named("102");

	(void)invite;
	(void)call_comes_as(&incoming, sdp_named(text));
	return true;
}

static struct ua_invite *invite_new(void)
{
	struct ua_invite *invite = &world.invites[world.invite_count++];

	assert_true(world.invite_count < INVITES_MAX);
	invite->came = true;
	return invite;
}

static struct ua_incoming incoming_of(struct ua_sdp *offer)
{
	struct ua_incoming incoming = caller_named("105");
	const char *text = sdp_named("sendrecv");

	assert_int_equal(ua_sdp_parse(offer, text, strlen(text)), 0);
	incoming.offer = offer;
	return incoming;
}

static bool group_call_in(const char *text, struct ua_invite *invite)
{
	struct config_group config = {.name = "g", .ring_s = 40, .step_s = 15,
		.strategy = strcmp(text, "all at once") == 0 ? CONFIG_GROUP_ALL : CONFIG_GROUP_NEXT};
	struct ring_group group = {.config = &config, .lines = {world.line, soak_neighbour.line}, .line_count = 2};
	struct ua_sdp offer;
	const struct ua_incoming incoming = incoming_of(&offer);

	(void)invite;
	ring_group_incoming(&group, &soak_neighbour.offers, NULL, &world.leg_config, invite_new(), &incoming);
	return true;
}

static bool neighbour_call_in(const char *text, struct ua_invite *invite)
{
	struct ua_sdp offer;
	const struct ua_incoming incoming = incoming_of(&offer);

	(void)text;
	(void)invite;
	line_incoming(soak_neighbour.line, invite_new(), &incoming);
	return true;
}

static bool takes_over(const char *text, struct ua_invite *invite)
{
	(void)call_replaces(invite, sdp_named(text));
	return true;
}

static bool progress(const char *text, struct ua_invite *invite)
{
	call_progresses(invite, (unsigned)atoi(text), strchr(text, ' ') ? sdp_named("sendrecv") : NULL);
	return true;
}

static bool answer(const char *text, struct ua_invite *invite)
{
	call_is_answered(invite, sdp_named(text));
	return true;
}

static bool end_unanswered(const char *text, struct ua_invite *invite)
{
	call_ends(invite, (unsigned)atoi(text), false);
	return true;
}

static bool moves(const char *text, struct ua_invite *invite)
{
	char user[8];

	snprintf(user, sizeof(user), "%.*s", (int)strcspn(text, "@"), text);
	call_moves(invite, user, strchr(text, '@') + 1);
	return true;
}

static bool end_answered(const char *text, struct ua_invite *invite)
{
	(void)text;
	call_ends(invite, 0, true);
	return true;
}

static bool reoffer(const char *text, struct ua_invite *invite)
{
	(void)call_is_offered(invite, sdp_named(text));
	return true;
}

static bool agree(const char *text, struct ua_invite *invite)
{
	call_has_changed(invite, sdp_named(text));
	return true;
}

/* Whether there is a description to come depends on the INVITE: the line has to bear both. */
static bool acknowledge(const char *text, struct ua_invite *invite)
{
	call_is_acknowledged(invite, sdp_named(text));
	return true;
}

static bool unreachable(const char *text, struct ua_invite *invite)
{
	(void)text;
	invite->handlers->unreachable(invite, invite->arg);
	return true;
}

static bool refer(const char *text, struct ua_invite *invite)
{
	static const char *const rows[][4] = {
		{"a number", "sip:103@example.org", "103", ""},
		{"a barred number", "sip:900@example.org", "900", ""},
		{"elsewhere", "sip:103@example.net", "103", ""},
		{"a call", "sip:103@127.0.0.1", "103", "a;to-tag=1;from-tag=2"},
	};
	bool was_open = world.reported && !world.report_ended;
	size_t i = 0;

	while (strcmp(rows[i][0], text) != 0)
		i++;
	if (call_is_referred(invite, rows[i][1], rows[i][2], rows[i][3]) == 202) {
		assert_false(was_open);
		world.reported = 100;
	} else {
		world.report_ended = !was_open;
	}
	return true;
}

static bool notify(const char *text, struct ua_invite *invite)
{
	unsigned status = (unsigned)atoi(text);

	call_transfer_is_told(invite, status, status >= 200);
	return true;
}

/* ---- the table ---- */

static const struct {
	const char *name;
	unsigned weight;
	bool (*is_meant)(const struct ua_invite *invite); /* NULL: it is about no call */
	bool (*happens)(const char *text, struct ua_invite *invite);
	const char *const *texts;
} verbs[] = {
	{"the telephone is lifted", 18, NULL, lift, TEXTS("now", "now", "now", "later")},
	{"the telephone is hung up", 8, NULL, hang_up, TEXTS("now", "now", "now", "later")},
	{"flash", 14, NULL, flash, TEXTS("now", "now", "now", "later")},
	{"the telephone dials", 20, NULL, dial, TEXTS("102", "102", "103", "103", "104#", "11", "21", "0", "1", "2", "3", "4", "5", "#",
		"112", "900", "999", "12345678901234567890123456789012345678901234567890", "123456")},
	{"the telephone dials a code", 6, NULL, dial, TEXTS("*72103", "*73", "*21*103#", "#21#", "*90104", "*91", "*92104", "*93", "*78",
		"*79", "*26#", "#26#", "*43#", "#43#", "*70", "*67", "*82", "*69", "*69#", "##", "*60", "*60#", "*80", "*57", "*77", "*87",
		"*8", "*8#", "**22", "*98103", "*98*103#", "*98900", "*740103", "0#", "*9591", "*9592", "*958", "*53*104#", "#53#", "*97",
		"*56#", "#56#", "*57*103#", "#57#", "*66", "*86", "*37#", "#37#")},
	{"the telephone dials, and is heard late:", 3, NULL, dial_at_once, TEXTS("102", "103", "12345", "*98103")},
	{"flash, and the telephone dials", 14, NULL, flash_and_dial, TEXTS("103", "103", "103", "103", "103", "104", "0", "1", "2", "3", "4", "5", "*98103", "*98*103#", "*8",
		"*8#", "*9592", "21")},
	{"time passes:", 12, NULL, wait, TEXTS("100", "100", "100", "100", "500", "500", "1000", "1500", "2500",
		"2500", "4500", "4500", "10000", "20500", "31000", "61000", "200000")},
	{"a wake-up call is ordered for", 1, NULL, wakeup, TEXTS("00:01", "00:02 daily", "")},
	{"messages", 1, NULL, messages, TEXTS("wait", "no longer")},
	{"the media plane obeys", 8, NULL, obey, TEXTS("")},
	{"a fault of the port", 1, NULL, fault, TEXTS("begins", "ends", "ends")},
	{"silence", 1, NULL, silence, TEXTS("begins", "ends")},
	{"whom it waits for can be reached", 8, NULL, callee_free, TEXTS("")},
	{"registration", 2, NULL, registration, TEXTS("lost", "found", "found")},
	{"trouble with", 1, NULL, trouble, TEXTS("sending calls", "answering", "ringing", "transferring", "nothing", "nothing",
		"nothing", "nothing", "nothing")},
	{"a call comes from", 10, NULL, call_in, TEXTS("102", "103", "anonymous", "107", "a-caller-with-a-very-long-name-instead-of-a-number")},
	{"a call comes with", 2, NULL, call_in_with, TEXTS("nothing", "sendonly", "0.0.0.0", "useless")},
	{"a call comes for the group,", 4, NULL, group_call_in, TEXTS("all at once", "one after the other")},
	{"a call comes for the neighbour", 3, NULL, neighbour_call_in, TEXTS("")},
	{"somebody takes over, with", 3, any_replaceable, takes_over, TEXTS("sendrecv", "sendrecv", "nothing", "useless")},
	{"progress", 14, any_called, progress, TEXTS("180", "180", "183 with sound", "183", "181", "182", "199")},
	{"answered, with", 12, any_called, answer, TEXTS("sendrecv", "sendrecv", "sendrecv", "inactive", "0.0.0.0", "nothing")},
	{"refused with", 3, any_called, end_unanswered, TEXTS("486", "404", "503", "480", "408", "603", "0")},
	{"the called one has moved to", 2, any_called, moves, TEXTS("105@example.org", "106@example.net", "900@example.org")},
	{"our CANCEL has come to", 10, any_given_up, end_unanswered, TEXTS("487")},
	{"the caller gives up", 4, any_rings_here, end_unanswered, TEXTS("487")},
	{"the far end hangs up", 6, any_up, end_answered, TEXTS("")},
	{"the far end offers", 4, any_up, reoffer, TEXTS("sendrecv", "sendonly", "inactive", "recvonly", "0.0.0.0", "useless", "nothing")},
	{"the far end answers the offer with", 12, any_offering, agree, TEXTS("sendrecv", "recvonly", "inactive", "refusal")},
	{"acknowledged, with", 12, any_unacknowledged, acknowledge, TEXTS("nothing", "sendrecv", "nothing")},
	{"the far end cannot be reached", 1, any_up, unreachable, TEXTS("")},
	{"the far end transfers us to", 4, any_up, refer, TEXTS("a number", "a number", "a barred number", "elsewhere", "a call")},
	{"our transfer has come to", 8, any_referring, notify, TEXTS("200", "180", "486", "603", "200", "408")},
};

static unsigned verb_at(unsigned place)
{
	unsigned total = 0, i = 0;

	for (size_t v = 0; v < sizeof(verbs) / sizeof(verbs[0]); v++)
		total += verbs[v].weight;
	for (place %= total; place >= verbs[i].weight; i++)
		place -= verbs[i].weight;
	return i;
}

/* NULL: there is none. */
static struct ua_invite *invite_at(unsigned place, bool (*is_meant)(const struct ua_invite *invite))
{
	struct ua_invite *meant[INVITES_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < world.invite_count; i++) {
		if (is_meant(&world.invites[i]))
			meant[count++] = &world.invites[i];
	}
	return count ? meant[place % count] : NULL;
}

static void tell(unsigned verb, const char *text, const struct ua_invite *invite)
{
	printf("%8llu  %s %s", (unsigned long long)world.now_ms, verbs[verb].name, text);
	if (invite)
		printf(" (call %u)", (unsigned)(invite - world.invites));
	putchar('\n');
	fflush(stdout);
}

bool soak_step_do(const struct soak_step *step, bool told)
{
	unsigned verb = verb_at(step->verb), texts = 0;
	struct ua_invite *invite = NULL;
	const char *text;

	if (verbs[verb].is_meant) {
		invite = invite_at(step->call, verbs[verb].is_meant);
		if (!invite)
			return false;
	}
	while (verbs[verb].texts[texts])
		texts++;
	text = verbs[verb].texts[step->choice % texts];
	if (told)
		tell(verb, text, invite);
	return verbs[verb].happens(text, invite);
}

void soak_wind_up(bool told)
{
	if (told)
		printf("%8llu  all is hung up\n", (unsigned long long)world.now_ms);
	trouble("nothing", NULL);
	fault("ends", NULL);
	silence("ends", NULL);
	(void)wakeup("", NULL);
	for (unsigned i = 0; i < world.invite_count; i++) {
		if (any_up(&world.invites[i]) && !line_owns(world.line, &world.invites[i]))
			(void)end_answered("", &world.invites[i]);
	}
	(void)hang_up("now", NULL);
	(void)obey("", NULL);
}
