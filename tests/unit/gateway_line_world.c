/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/log.h"
#include "gateway/media/stream_wire.h"
#include "tests/unit/gateway_line_world.h"

struct line_world world;

/* ---- timer ---- */

/* The line makes its state's timer first, then that of the call that waits, then those of its bridges, then that of how
 * long calls may last. */
static unsigned *timer_of(struct loop_timer *timer)
{
	unsigned *const times[] = {&world.timer_ms, &world.waiting_timer_ms, &world.bridge_timers_ms[0], &world.bridge_timers_ms[1],
		&world.limit_timer_ms};

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if ((void *)timer == &world.timers[i])
			return times[i];
	}
	return (void *)timer == &world.timers[5] ? &world.others_timer_ms : &world.others_waiting_timer_ms;
}

int loop_timer_alloc(struct loop_timer **timerp, struct loop *loop, loop_timer_h *handler, void *arg)
{
	(void)loop;
	world.timers[world.timer_count].handler = handler;
	world.timers[world.timer_count].arg = arg;
	*timerp = (struct loop_timer *)&world.timers[world.timer_count++];
	return 0;
}

uint64_t loop_now_ms(const struct loop *loop)
{
	(void)loop;
	return world.now_ms;
}

void loop_timer_free(struct loop_timer *timer)
{
	(void)timer;
}

void loop_timer_start(struct loop_timer *timer, uint64_t delay_ms)
{
	*timer_of(timer) = delay_ms ? (unsigned)delay_ms : 1; /* 0: at once, but not from within */
	world.timer_starts += timer_of(timer) == &world.timer_ms;
}

void loop_timer_stop(struct loop_timer *timer)
{
	*timer_of(timer) = 0;
}

int64_t loop_wall_s(const struct loop *loop)
{
	(void)loop;
	return world.wall_s;
}

int loop_watch(struct loop *loop, int fd, loop_fd_h *handler, void *arg)
{
	(void)loop;
	world.on_aside = handler;
	world.aside_fd = fd;
	world.aside_arg = arg;
	return 0;
}

void loop_unwatch(struct loop *loop, int fd)
{
	(void)loop;
	(void)fd;
}

void handshake_comes(const uint8_t *bytes, size_t length)
{
	struct stream_wire_aside aside = {0};
	size_t whole = offsetof(struct stream_wire_aside, bytes) + length;

	assert_int_equal(address_set(&aside.source, "127.0.0.1", 4000), 0);
	memcpy(aside.bytes, bytes, length);
	assert_int_equal(write(world.wish.streams[0].aside_fd, &aside, whole), whole);
	world.on_aside(world.aside_fd, world.aside_arg);
}

static void run_down(unsigned i, unsigned *timer_ms)
{
	assert_int_not_equal(*timer_ms, 0);
	*timer_ms = 0;
	world.timers[i].handler(world.timers[i].arg);
}

void time_is_up(void)
{
	run_down(0, &world.timer_ms);
}

void waiting_time_is_up(void)
{
	run_down(1, &world.waiting_timer_ms);
}

void bridge_time_is_up(unsigned bridge)
{
	run_down(2 + bridge, &world.bridge_timers_ms[bridge]);
}

/* Which timer is due first within ms, or NULL; left is how long it takes. */
static unsigned *first_due(unsigned ms, unsigned *which)
{
	unsigned *const timers[] = {&world.timer_ms, &world.waiting_timer_ms, &world.bridge_timers_ms[0], &world.bridge_timers_ms[1],
		&world.limit_timer_ms, &world.others_timer_ms};
	unsigned *first = NULL;

	for (unsigned i = 0; i < sizeof(timers) / sizeof(timers[0]); i++) {
		if (*timers[i] && *timers[i] <= ms && (!first || *timers[i] < *first)) {
			first = timers[i];
			*which = i;
		}
	}
	return first;
}

/* Of two that are due at once, the second is a little late. */
static void clock_moves(unsigned *timer_ms, unsigned ms)
{
	if (*timer_ms)
		*timer_ms = *timer_ms > ms ? *timer_ms - ms : 1;
}

static void clocks_move(unsigned ms)
{
	world.now_ms += ms;
	clock_moves(&world.timer_ms, ms);
	clock_moves(&world.waiting_timer_ms, ms);
	clock_moves(&world.bridge_timers_ms[0], ms);
	clock_moves(&world.bridge_timers_ms[1], ms);
	clock_moves(&world.limit_timer_ms, ms);
	clock_moves(&world.others_timer_ms, ms);
}

void time_passes(unsigned ms)
{
	unsigned which = 0;
	unsigned *due = first_due(ms, &which);

	for (; due; due = first_due(ms, &which)) {
		unsigned left_ms = *due;

		*due = 0;
		clocks_move(left_ms);
		ms -= left_ms;
		world.timers[which].handler(world.timers[which].arg);
	}
	clocks_move(ms);
}

void call_lasts(unsigned ms)
{
	while (world.limit_timer_ms && world.limit_timer_ms <= ms) {
		unsigned left_ms = world.limit_timer_ms;

		world.limit_timer_ms = 0;
		world.now_ms += left_ms;
		ms -= left_ms;
		world.timers[4].handler(world.timers[4].arg);
	}
	world.now_ms += ms;
	clock_moves(&world.limit_timer_ms, ms);
}

/* ---- completion ---- */

int completion_begin(struct completion *completion, const struct completion_of *of)
{
	(void)completion;
	world.completion = *of;
	return 0;
}

void completion_cancel(struct completion *completion)
{
	if (completion)
		world.completion.number[0] = 0;
}

const struct completion_of *completion_whom(const struct completion *completion)
{
	(void)completion;
	return &world.completion;
}

/* ---- media ---- */

void media_line_arg_set(struct media_line *line, void *arg)
{
	(void)line;
	(void)arg;
}

uint32_t media_line_wish(struct media_line *line, const struct media_wish *wish)
{
	if (line)
		return world.others_wish_sequence += 2;
	world.wish = *wish;
	return world.wish_sequence += 2;
}

bool media_line_event(struct media_line *line, struct media_event *event)
{
	if (line || world.events_taken == world.event_count)
		return false;
	*event = world.events[world.events_taken++];
	return true;
}

bool media_line_stats(struct media_line *line, uint32_t id, struct stream_stats *stats)
{
	(void)line;
	*stats = (struct stream_stats){.id = id};
	return false;
}

void media_line_report(struct media_line *line, struct media_report *report)
{
	if (line)
		*report = (struct media_report){.wish_sequence = world.others_wish_sequence};
	else
		*report = world.report;
}

void phone_did(enum media_event_kind kind, char digit)
{
	assert_true(world.event_count < sizeof(world.events) / sizeof(world.events[0]));
	if (world.queue_size && world.event_count - world.events_taken >= world.queue_size)
		world.report.events_dropped++;
	else
		world.events[world.event_count++] = (struct media_event){.kind = kind, .digit = digit,
			.at_ns = world.now_ms * 1000000ull, .dropped = world.report.events_dropped};
	world.report.events_written = world.event_count;
	if (kind == MEDIA_EVENT_LIFTED || kind == MEDIA_EVENT_HUNG_UP)
		world.report.off_hook = kind == MEDIA_EVENT_LIFTED;
	world.report.hang_ups += kind == MEDIA_EVENT_HUNG_UP;
}

void phone_does(enum media_event_kind kind, char digit)
{
	phone_did(kind, digit);
	line_media_changed(world.line);
}

void phone_dials(const char *digits)
{
	while (*digits)
		phone_does(MEDIA_EVENT_DIGIT, *digits++);
}

void media_obeys(void)
{
	world.report.wish_sequence = world.wish_sequence;
	line_media_changed(world.line);
}

/* ---- network ---- */

enum ua_registration ua_account_state(const struct ua_account *account)
{
	return account && account == world.unregistered ? UA_REG_FAILED : world.registration;
}

static struct ua_invite *invite_new(void)
{
	assert_true(world.invite_count < INVITES_MAX);
	return &world.invites[world.invite_count++];
}

int ua_invite_send(struct ua_invite **invitep, struct ua_account *account, const char *user,
	const struct ua_sdp *offer, const struct ua_invite_handlers *handlers, void *arg)
{
	const struct ua_call_to to = {.user = user};

	return ua_invite_send_to(invitep, account, &to, offer, handlers, arg);
}

int ua_invite_send_to(struct ua_invite **invitep, struct ua_account *account, const struct ua_call_to *to,
	const struct ua_sdp *offer, const struct ua_invite_handlers *handlers, void *arg)
{
	world.calling_account = account;
	world.calling_hurries = to->hurries;
	if (world.send_err)
		return world.send_err;
	*invitep = invite_new();
	snprintf((*invitep)->to, sizeof((*invitep)->to), "%s", to->user ? to->user : to->uri);
	snprintf((*invitep)->proxy, sizeof((*invitep)->proxy), "%s", to->proxy ? to->proxy : "");
	(*invitep)->anonymous = to->anonymous;
	snprintf((*invitep)->told_addr, sizeof((*invitep)->told_addr), "%s", offer->addr);
	(*invitep)->described = *offer;
	world.called_account = to->account;
	(*invitep)->instead_of = to->forwards;
	(*invitep)->forwarded = to->cause;
	ua_invite_accept(*invitep, handlers, arg);
	return 0;
}

int ua_invite_info(struct ua_invite *invite, const char *type, const char *body)
{
	assert_false(invite->dead);
	if (strcmp(type, "application/dtmf-relay") == 0) {
		assert_string_equal(invite->informed, "");
		snprintf(invite->informed, sizeof(invite->informed), "%s", body);
		return 0;
	}
	assert_string_equal(type, "application/hook-flash");
	assert_non_null(strstr(body, "hf"));
	invite->flashes++;
	snprintf(invite->informed, sizeof(invite->informed), "%s", body);
	return 0;
}

void call_info_is_answered(struct ua_invite *invite, unsigned status)
{
	assert_string_not_equal(invite->informed, "");
	invite->informed[0] = 0;
	invite->handlers->informed(invite, status, invite->arg);
	media_obeys();
}

void call_key_comes(struct ua_invite *invite, char key, unsigned ms)
{
	const struct ua_key_info info = {.key = key, .ms = ms};

	invite->handlers->key(invite, &info, invite->arg);
	media_obeys();
}

void ua_invite_far_uri(const struct ua_invite *invite, char *uri, size_t size)
{
	snprintf(uri, size, "sip:%s@example.org", invite->to);
}

int ua_invite_refer(struct ua_invite *invite, const struct ua_refer_to *to)
{
	assert_false(invite->dead);
	if (world.refer_err)
		return world.refer_err;
	invite->referring = true;
	invite->referred_to = to->other;
	invite->referred_by_address = to->by_address;
	invite->focus = to->focus;
	snprintf(invite->dropped, sizeof(invite->dropped), "%s", to->dropped ? to->dropped : "");
	snprintf(invite->referred_user, sizeof(invite->referred_user), "%s", to->user ? to->user : "");
	return 0;
}

void ua_referral_tell(struct ua_referral *referral, unsigned status, const char *phrase)
{
	(void)phrase;
	assert_ptr_equal(referral, &world.reported);
	assert_false(world.report_ended);
	world.reported = status;
}

void ua_referral_end(struct ua_referral *referral, unsigned status, const char *phrase)
{
	ua_referral_tell(referral, status, phrase);
	world.report_ended = true;
}

void ua_invite_accept(struct ua_invite *invite, const struct ua_invite_handlers *handlers, void *arg)
{
	assert_false(invite->dead);
	invite->handlers = handlers;
	invite->arg = arg;
}

int ua_invite_ring(struct ua_invite *invite, bool waiting, const struct ua_sdp *offer)
{
	assert_false(invite->dead);
	invite->rung_port = offer->port;
	invite->described = *offer;
	invite->rings = !world.ring_err;
	invite->rings_waiting = waiting;
	return world.ring_err;
}

int ua_invite_tell_forwarded(struct ua_invite *invite)
{
	assert_false(invite->dead);
	invite->told_forwarded = true;
	return 0;
}

int ua_invite_progress(struct ua_invite *invite, const struct ua_sdp *answer)
{
	(void)answer;
	assert_false(invite->dead);
	invite->progressed = true;
	return world.ring_err;
}

int ua_invite_answer(struct ua_invite *invite, const struct ua_sdp *sdp)
{
	assert_false(invite->dead);
	invite->answered_port = sdp->port;
	invite->described = *sdp;
	snprintf(invite->told_addr, sizeof(invite->told_addr), "%s", sdp->addr);
	if (world.answer_err)
		return world.answer_err;
	invite->picked_up = true;
	invite->unacknowledged = world.offers_take_time;
	invite->answers++;
	return 0;
}

int ua_invite_offer(struct ua_invite *invite, const struct ua_sdp *offer)
{
	assert_false(invite->dead);
	if (world.offer_err)
		return world.offer_err;
	if (invite->offering || invite->unacknowledged) {
		invite->turned_down = invite->unacknowledged;
		return EBUSY;
	}
	invite->offering = world.offers_take_time;
	invite->offered = offer->direction;
	invite->described = *offer;
	invite->offered_keys = offer->security.crypto_count;
	invite->offered_first = offer->formats[0].codec;
	invite->offered_formats = offer->format_count;
	invite->offers++;
	return 0;
}

void ua_invite_reject(struct ua_invite *invite, unsigned status, const char *phrase)
{
	(void)phrase;
	assert_false(invite->dead);
	invite->dead = true;
	invite->refused = status;
	invite->answers++;
}

int ua_invite_redirect(struct ua_invite *invite, const struct ua_redirect *redirect)
{
	ua_invite_reject(invite, 302, "Moved Temporarily");
	snprintf(invite->to, sizeof(invite->to), "%s", redirect->user);
	invite->forwarded = redirect->cause;
	return 0;
}

int ua_invite_give_up(struct ua_invite *invite)
{
	assert_false(invite->dead);
	invite->given_up = true;
	return 0;
}

void ua_invite_end(struct ua_invite *invite, unsigned q850_cause)
{
	assert_false(invite->dead);
	invite->end_cause = q850_cause;
	invite->dead = invite->ended = true;
	invite->answers += !invite->picked_up;
}

static const struct ua_sdp *parsed(struct ua_sdp *sdp, const char *text)
{
	if (!text)
		return NULL;
	assert_int_equal(ua_sdp_parse(sdp, text, strlen(text)), 0);
	return sdp;
}

struct ua_invite *call_comes(const char *sdp)
{
	const struct ua_incoming incoming = {.caller_user = "102"};

	return call_comes_as(&incoming, sdp);
}

struct ua_invite *call_comes_as(const struct ua_incoming *who, const char *sdp)
{
	struct ua_sdp offer;
	struct ua_incoming incoming = {
		.called_user = "101", .caller_user = who->caller_user, .caller_name = "", .alert_info = "",
		.anonymous = who->anonymous, .diversions = who->diversions, .came_back = who->came_back, .past_servers = who->past_servers, .offer = parsed(&offer, sdp),
	};
	struct ua_invite *invite = invite_new();

	invite->came = true;
	line_incoming(world.line, invite, &incoming);
	return invite;
}

struct ua_invite *call_replaces(struct ua_invite *replaced, const char *sdp)
{
	struct ua_sdp offer;
	struct ua_incoming incoming = {
		.called_user = "101", .caller_user = "109", .caller_name = "", .alert_info = "", .offer = parsed(&offer, sdp),
		.replaces = replaced,
	};
	struct ua_invite *invite = invite_new();

	invite->came = true;
	assert_true(line_owns(world.line, replaced));
	line_replace(world.line, invite, &incoming);
	return invite;
}

unsigned call_is_referred(struct ua_invite *invite, const char *uri, const char *user, const char *replaces)
{
	const struct ua_refer_request request = {
		.uri = uri, .user = user, .host = strchr(uri, '@') ? strchr(uri, '@') + 1 : "",
		.replaces = replaces, .referred_by = "<sip:102@example.org>",
	};

	world.report_ended = false;
	return invite->handlers->refer(invite, &request, (struct ua_referral *)&world.reported, invite->arg);
}

void call_transfer_is_told(struct ua_invite *invite, unsigned status, bool done)
{
	invite->referring = invite->referring && !done;
	invite->handlers->transfer(invite, status, done, invite->arg);
}

void call_transfer_done(struct ua_invite *invite, unsigned status)
{
	call_transfer_is_told(invite, status, true);
}

struct ua_invite *call_sent(void)
{
	assert_int_not_equal(world.invite_count, 0);
	return &world.invites[world.invite_count - 1];
}

void call_progresses(struct ua_invite *invite, unsigned status, const char *sdp)
{
	struct ua_sdp answer;

	invite->handlers->progress(invite, status, parsed(&answer, sdp), invite->arg);
}

void call_is_answered(struct ua_invite *invite, const char *sdp)
{
	struct ua_sdp answer;

	invite->picked_up = true;
	invite->handlers->answered(invite, parsed(&answer, sdp), invite->arg);
}

void call_has_changed(struct ua_invite *invite, const char *sdp)
{
	struct ua_sdp remote;

	invite->offering = false;
	invite->handlers->changed(invite, parsed(&remote, sdp), invite->arg);
}

void call_is_acknowledged(struct ua_invite *invite, const char *sdp)
{
	struct ua_sdp remote;

	invite->unacknowledged = false;
	if (sdp || invite->turned_down)
		invite->handlers->changed(invite, parsed(&remote, sdp), invite->arg);
	invite->turned_down = false;
}

int call_is_offered(struct ua_invite *invite, const char *sdp)
{
	struct ua_sdp offer, answer;

	return invite->handlers->offered(invite, parsed(&offer, sdp), &answer, invite->arg);
}

void call_is_changed(struct ua_invite *invite, const char *sdp)
{
	struct ua_sdp answer;

	invite->handlers->changed(invite, parsed(&answer, sdp), invite->arg);
}

void call_is_unreachable(struct ua_invite *invite)
{
	invite->handlers->unreachable(invite, invite->arg);
}

void call_ends(struct ua_invite *invite, unsigned status, bool after_answer)
{
	struct ua_end end = {.status = status, .after_answer = after_answer, .reason = "Gone"};

	assert_non_null(invite->handlers);
	invite->cancelled = !after_answer;
	invite->dead = true; /* as from within the handler already: the line may not end it a second time */
	invite->handlers->ended(invite, &end, invite->arg);
}

void call_moves_to(struct ua_invite *invite, const char *uri, const char *user, const char *host)
{
	const struct ua_moved moved = {uri, user, host, "", ""};

	call_moves_to_some(invite, &moved, 1);
}

void call_moves_to_some(struct ua_invite *invite, const struct ua_moved *moved, unsigned count)
{
	const struct ua_end end = {.by = UA_END_BY_PEER, .status = 302, .reason = "Moved", .moved = moved, .moved_count = count};

	invite->dead = true;
	invite->handlers->ended(invite, &end, invite->arg);
}

void call_moves(struct ua_invite *invite, const char *user, const char *host)
{
	char uri[128];

	snprintf(uri, sizeof(uri), "sip:%s@%s", user, host);
	call_moves_to(invite, uri, user, host);
}

const char *sdp_with(const char *addr, const char *formats, const char *attributes)
{
	static char text[512];

	snprintf(text, sizeof(text), "v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n"
		"m=audio 4000 RTP/AVP %s\r\n%s", addr, addr, formats, attributes);
	return text;
}

/* ---- the line ---- */

void line_world_make(const char *digit_map)
{
	const char *why;
	size_t at;

	memset(&world, 0, sizeof(world));
	gw_log_level_set(GW_LOG_ERROR);
	world.registration = UA_REG_REGISTERED;
	world.profile = (struct config_profile){
		.first_digit_s = 20, .inter_digit_s = 4, .complete_s = 2, .ring_s = 180, .tone_s = 60, .howler_s = 30,
		.hold_sound = {CONFIG_HOLD_SILENCE}, .release_tone = FXS_TONE_BUSY, .hash_sends = true,
		.flash_bounce_ms = 2000, .call_waiting = true, .three_way = true,
		.transfer = true, .transfer_s = 30, .r_digit_s = 4, .dnd_code = 480, .forward_no_answer_s = 20, .wakeup_ring_s = 60, .wakeup_late_s = 1800, .emergency_hold_s = 120,
	};
	assert_int_equal(digitmap_parse(&world.profile.digit_map, digit_map, &at, &why), 0);
	assert_null(features_make(&world.profile.features, FEATURES_NANP, "", &why));
	world.account = (struct config_account){.user = {"101"}, .domain = {"example.org"},
		.accept_transfers = CONFIG_REACH_DOMAIN};
	world.config = (struct config_line){.name = "1", .profile = &world.profile, .account = &world.account};
	world.whole = (struct config){.lines = &world.config, .line_count = 1, .accounts = &world.account,
		.account_count = 1};
	world.directory = (struct directory){.config = &world.whole, .accounts = world.accounts};
	world.leg_config = (struct leg_config){
		.addr = "127.0.0.1", .port_min = 30000, .port_max = 30999, .playout = {.start_ms = 40, .max_ms = 400}, .ptime_ms = 20,
	};
	assert_int_equal(line_alloc(&world.line, NULL, &world.config, &world.leg_config, &world.directory,
		&world.subscriber, NULL, NULL), 0);
}

void line_world_account(struct ua_account *account)
{
	line_free(world.line);
	world.timer_count = 0;
	assert_int_equal(line_alloc(&world.line, NULL, &world.config, &world.leg_config, &world.directory,
		&world.subscriber, account, NULL), 0);
}

void line_world_again(void)
{
	line_world_account(NULL);
}

void line_world_free(void)
{
	line_free(world.line);
}

int line_test_begin(void **state)
{
	(void)state;
	line_world_make("x.T");
	return 0;
}

int line_test_end(void **state)
{
	(void)state;
	line_world_free();
	return 0;
}
