/* SPDX-License-Identifier: BSD-3-Clause */
/* Feature codes, and what they make of calls. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "fxs/zone.h"
#include "tests/unit/gateway_calls.h"

static int make(void **state)
{
	(void)state;
	line_world_make("([1-4]xx|9x.T|[*#]x.T)");
	return 0;
}

static void set_of(enum features_set set, const char *changes)
{
	const char *at;

	assert_null(features_make(&world.profile.features, set, changes, &at));
}

static int make_etsi(void **state)
{
	make(state);
	set_of(FEATURES_ETSI, "");
	return 0;
}

/* ---- the grammar ---- */

static void assert_code(enum features_set set, const char *digits, enum digitmap_verdict verdict, enum feature feature,
	const char *number)
{
	struct features features;
	struct feature_match match = {.feature = FEATURE_COUNT};
	const char *at;

	assert_null(features_make(&features, set, "", &at));
	if (features_match(&features, digits, &match) != verdict)
		fail_msg("%s", digits);
	if (verdict < DIGITMAP_TIMER)
		return;
	assert_int_equal(match.feature, feature);
	assert_string_equal(match.number, number);
}

static void test_codes_of_the_sets(void **state)
{
	static const struct {
		enum features_set set;
		const char *digits;
		enum digitmap_verdict verdict;
		enum feature feature;
		const char *number;
	} rows[] = {
		{FEATURES_NANP, "*", DIGITMAP_MORE, 0, ""},
		{FEATURES_NANP, "*7", DIGITMAP_MORE, 0, ""},
		{FEATURES_NANP, "*72", DIGITMAP_MORE, 0, ""},
		{FEATURES_NANP, "*723", DIGITMAP_TIMER, FEATURE_FORWARD_ALWAYS_ON, "3"},
		{FEATURES_NANP, "*72300", DIGITMAP_TIMER, FEATURE_FORWARD_ALWAYS_ON, "300"},
		{FEATURES_NANP, "*72300#", DIGITMAP_NEVER, 0, ""},
		{FEATURES_NANP, "*78", DIGITMAP_COMPLETE, FEATURE_DND_ON, ""},
		{FEATURES_NANP, "*781", DIGITMAP_NEVER, 0, ""},
		{FEATURES_NANP, "##", DIGITMAP_COMPLETE, FEATURE_REDIAL, ""},
		{FEATURES_NANP, "7#", DIGITMAP_COMPLETE, FEATURE_SPEED_DIAL, ""},
		{FEATURES_NANP, "12", DIGITMAP_NEVER, 0, ""},
		{FEATURES_NANP, "*52070", DIGITMAP_MORE, 0, ""},
		{FEATURES_NANP, "*520700", DIGITMAP_COMPLETE, FEATURE_WAKEUP_ONCE, ""},
		{FEATURES_NANP, "*52070#", DIGITMAP_NEVER, 0, ""},
		{FEATURES_ETSI, "*55*0700", DIGITMAP_MORE, 0, ""},
		{FEATURES_ETSI, "*55*07001", DIGITMAP_NEVER, 0, ""},
		{FEATURES_ETSI, "*55*0700#", DIGITMAP_COMPLETE, FEATURE_WAKEUP_ONCE, ""},
		{FEATURES_CN, "*55*0700*1#", DIGITMAP_COMPLETE, FEATURE_WAKEUP_DAILY, ""},
		{FEATURES_NANP, "*8", DIGITMAP_ENOUGH, FEATURE_PICK_UP, ""},
		{FEATURES_NANP, "**", DIGITMAP_MORE, 0, ""},
		{FEATURES_NANP, "**22", DIGITMAP_TIMER, FEATURE_PICK_UP_LINE, "22"},
		{FEATURES_ETSI, "*8#", DIGITMAP_COMPLETE, FEATURE_PICK_UP, ""},
		{FEATURES_ETSI, "*8*22#", DIGITMAP_COMPLETE, FEATURE_PICK_UP_LINE, "22"},
		{FEATURES_CN, "*8#", DIGITMAP_COMPLETE, FEATURE_PICK_UP, ""},
		{FEATURES_CN, "*8*22#", DIGITMAP_COMPLETE, FEATURE_PICK_UP_LINE, "22"},
		{FEATURES_NANP, "*743300", DIGITMAP_TIMER, FEATURE_SPEED_STORE, "300"},
		{FEATURES_ETSI, "*21*300", DIGITMAP_MORE, 0, ""},
		{FEATURES_ETSI, "*21*300#", DIGITMAP_COMPLETE, FEATURE_FORWARD_ALWAYS_ON, "300"},
		{FEATURES_ETSI, "*21*#", DIGITMAP_NEVER, 0, ""},
		{FEATURES_ETSI, "#21#", DIGITMAP_COMPLETE, FEATURE_FORWARD_ALWAYS_OFF, ""},
		{FEATURES_ETSI, "*#21#", DIGITMAP_COMPLETE, FEATURE_FORWARD_ALWAYS_TELL, ""},
		{FEATURES_ETSI, "*51*7*300#", DIGITMAP_COMPLETE, FEATURE_SPEED_STORE, "300"},
		{FEATURES_CN, "*57*300#", DIGITMAP_COMPLETE, FEATURE_FORWARD_ALWAYS_ON, "300"},
		{FEATURES_CN, "#57#", DIGITMAP_COMPLETE, FEATURE_FORWARD_ALWAYS_OFF, ""},
		{FEATURES_NETWORK, "*78", DIGITMAP_NEVER, 0, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_code(rows[i].set, rows[i].digits, rows[i].verdict, rows[i].feature, rows[i].number);
}

/* North America's *8 is known by nothing more being dialled: *80 and others begin so. */
static bool waits(enum features_set set, enum feature feature)
{
	return set == FEATURES_NANP && feature == FEATURE_PICK_UP;
}

/* For a t four digits. */
static void time_write(char *digits)
{
	char *at = strchr(digits, 't');

	if (at) {
		memmove(at + 4, at + 1, strlen(at));
		memcpy(at, "0700", 4);
	}
}

static void test_no_code_of_a_set_is_the_beginning_of_another(void **state)
{
	(void)state;
	for (enum features_set set = FEATURES_NANP; set <= FEATURES_CN; set++) {
		struct features features;
		struct feature_match match;
		const char *at;

		assert_null(features_make(&features, set, "", &at));
		for (unsigned i = 0; i < features.count; i++) {
			char digits[FEATURES_CODE_MAX + FEATURES_TIME_DIGITS];
			enum digitmap_verdict verdict;

			strcpy(digits, features.codes[i].code);
			for (char *c = digits; *c; c++)
				*c = *c == 'n' || *c == 'd' ? '1' : *c;
			time_write(digits);
			verdict = features_match(&features, digits, &match);
			if (verdict != DIGITMAP_COMPLETE && verdict != DIGITMAP_TIMER && !waits(set, features.codes[i].feature))
				fail_msg("%s of set %d", features.codes[i].code, set);
			assert_int_equal(match.feature, features.codes[i].feature);
		}
	}
}

static void test_codes_are_renamed_and_turned_off(void **state)
{
	static const char *const wrong[] = {"dnd_on", "colour=*1", "dnd_on=*1x", "dnd_on=", "dnd_on=*1n", "speed_dial=*5",
		"dnd_on=1234567890123", "dnd_on=*1t", "wakeup_once=*1", "wakeup_daily=*1tt"};
	struct feature_match match;
	struct features features;
	const char *at;

	(void)state;
	assert_null(features_make(&features, FEATURES_NANP, " dnd_on=*55  redial=off", &at));
	assert_int_equal(features_match(&features, "*78", &match), DIGITMAP_NEVER);
	assert_int_equal(features_match(&features, "*55", &match), DIGITMAP_COMPLETE);
	assert_int_equal(match.feature, FEATURE_DND_ON);
	assert_int_equal(features_match(&features, "##", &match), DIGITMAP_NEVER);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_non_null(features_make(&features, FEATURES_NANP, wrong[i], &at));
		assert_ptr_equal(at, wrong[i]);
	}
}

/* ---- what they do ---- */

static void assert_confirmed(void)
{
	assert_state("confirmed");
	assert_int_equal(world.wish.tone, FXS_TONE_CONFIRM);
	time_is_up();
	assert_state("dial-tone");
}

static void dials(const char *digits)
{
	phone_does(MEDIA_EVENT_LIFTED, 0);
	phone_dials(digits);
}

static void hangs_up(void)
{
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
}

static void code(const char *digits)
{
	dials(digits);
	assert_confirmed();
	hangs_up();
}

static const char *item(enum subscriber_item which)
{
	return subscriber_get(&world.subscriber, which);
}

static void test_forwarding_is_set_and_cleared_and_a_call_goes_there(void **state)
{
	struct ua_invite *invite;

	(void)state;
	code("*72300");
	assert_string_equal(item(SUBSCRIBER_FORWARD_ALWAYS), "300");
	invite = call_comes(PCMU);
	assert_int_equal(invite->refused, 302);
	assert_string_equal(invite->to, "300");
	assert_int_equal(invite->forwarded, UA_FORWARD_ALWAYS);
	assert_true(world.wish.ring); /* the splash */
	assert_state("splash");
	assert_int_equal(world.timer_ms, 500);
	time_is_up();
	assert_false(world.wish.ring);
	assert_state("idle");

	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_int_equal(world.wish.tone, FXS_TONE_STUTTER);
	phone_dials("*73");
	assert_confirmed();
	assert_int_equal(world.wish.tone, FXS_TONE_DIAL);
	hangs_up();
	assert_true(call_comes(PCMU)->rings);
}

static void test_a_number_at_the_end_of_a_code_ends_with_the_timer_or_hash(void **state)
{
	(void)state;
	dials("*7291");
	assert_state("dialling");
	time_is_up();
	assert_confirmed();
	assert_string_equal(item(SUBSCRIBER_FORWARD_ALWAYS), "91");
	hangs_up();
	dials("*72922#");
	assert_confirmed();
	assert_string_equal(item(SUBSCRIBER_FORWARD_ALWAYS), "922");
}

static void test_forwarding_where_the_line_may_not_call_or_to_itself_is_refused(void **state)
{
	static const char *const numbers[] = {"*72500#", "*72101", "*721#"};
	const char *why;
	size_t at;

	(void)state;
	assert_int_equal(digitmap_parse(&world.profile.barred, "(4xx)", &at, &why), 0);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		dials(numbers[i]);
		assert_string_equal(item(SUBSCRIBER_FORWARD_ALWAYS), "");
		assert_true(world.wish.tone == FXS_TONE_CONGESTION || world.wish.tone == FXS_TONE_INFO);
		hangs_up();
	}
	dials("*72400");
	assert_state("congestion");
	assert_string_equal(item(SUBSCRIBER_FORWARD_ALWAYS), "");
	assert_int_equal(world.invite_count, 0);
}

static void test_a_busy_line_forwards(void **state)
{
	struct ua_invite *invite;

	(void)state;
	code("*90300");
	invite = call_comes(PCMU);
	assert_true(invite->rings);
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_true(call_comes(PCMU)->rings_waiting);
	invite = call_comes(PCMU);
	assert_int_equal(invite->refused, 302);
	assert_int_equal(invite->forwarded, UA_FORWARD_BUSY);
	assert_string_equal(invite->to, "300");
}

static void test_a_call_that_nobody_answers_is_forwarded(void **state)
{
	struct ua_invite *invite;

	(void)state;
	code("*92300");
	invite = call_comes(PCMU);
	assert_true(invite->rings);
	assert_int_equal(world.timer_ms, 20000);
	time_is_up();
	assert_state("idle");
	assert_int_equal(invite->refused, 302);
	assert_int_equal(invite->forwarded, UA_FORWARD_NO_ANSWER);
	assert_int_equal(invite->answers, 1);
}

static void test_a_waiting_call_that_nobody_takes_is_forwarded(void **state)
{
	struct ua_invite *invite;

	(void)state;
	code("*92300");
	talk();
	invite = call_comes(PCMU);
	assert_int_equal(world.waiting_timer_ms, 20000);
	waiting_time_is_up();
	assert_state("talking");
	assert_int_equal(invite->refused, 302);
	assert_int_equal(invite->answers, 1);
}

static void test_a_call_that_goes_round_in_circles_is_not_forwarded(void **state)
{
	const struct ua_incoming often = {.caller_user = "102", .diversions = 5};

	(void)state;
	code("*72300");
	assert_int_equal(call_comes_as(&often, PCMU)->refused, 482);
	assert_false(world.wish.ring);
}

static void test_nobody_disturbs(void **state)
{
	(void)state;
	code("*78");
	assert_int_equal(call_comes(PCMU)->refused, 480);
	world.profile.dnd_code = 486;
	assert_int_equal(call_comes(PCMU)->refused, 486);
	code("*79");
	assert_true(call_comes(PCMU)->rings);
}

static void test_the_number_is_hidden_for_one_call_or_all(void **state)
{
	(void)state;
	dials("*67");
	assert_confirmed();
	phone_dials("300");
	assert_true(call_sent()->anonymous);
	hangs_up();
	media_obeys();
	dials("300");
	assert_false(call_sent()->anonymous);
	hangs_up();
	media_obeys();
	set_of(FEATURES_ETSI, "");
	dials("*31#");
	hangs_up();
	dials("300");
	assert_true(call_sent()->anonymous);
	hangs_up();
	media_obeys();
	set_of(FEATURES_NANP, "");
	dials("*82");
	assert_confirmed();
	phone_dials("300");
	assert_false(call_sent()->anonymous);
}

static void test_who_hides_is_refused(void **state)
{
	const struct ua_incoming hidden = {.caller_user = "", .anonymous = true};

	(void)state;
	code("*77");
	assert_int_equal(call_comes_as(&hidden, PCMU)->refused, 433);
	code("*87");
	assert_true(call_comes_as(&hidden, PCMU)->rings);
}

static void test_the_last_caller_is_called_back_and_blocked(void **state)
{
	const struct ua_incoming far = {.caller_user = "+15550100"}, other = {.caller_user = "103"};

	(void)state;
	dials("*69");
	assert_state("congestion");
	hangs_up();
	call_ends(call_comes_as(&far, PCMU), 487, false);
	dials("*69");
	assert_string_equal(call_sent()->to, "+15550100");
	hangs_up();
	code("*60");
	assert_int_equal(call_comes_as(&far, PCMU)->refused, 603);
	call_ends(call_comes_as(&other, PCMU), 487, false);
	code("*80");
	assert_true(call_comes_as(&far, PCMU)->rings);
}

static void test_calls_of_selected_callers_are_forwarded(void **state)
{
	const struct ua_incoming far = {.caller_user = "+15550100"}, other = {.caller_user = "103"}, hidden = {.caller_user = "", .anonymous = true};
	struct ua_invite *call;

	(void)state;
	code("*63201");
	call = call_comes_as(&far, PCMU);
	assert_true(call->rings);
	call_ends(call, 487, false);
	code("*#6301#");
	call = call_comes_as(&far, PCMU);
	assert_int_equal(call->refused, 302);
	assert_string_equal(call->to, "201");
	assert_int_equal(call->forwarded, UA_FORWARD_ALWAYS);
	call = call_comes_as(&other, PCMU);
	assert_true(call->rings);
	call_ends(call, 487, false);
	assert_true(call_comes_as(&hidden, PCMU)->rings);
}

static void test_of_selected_and_all_the_selected_go_first(void **state)
{
	const struct ua_incoming far = {.caller_user = "103"};

	(void)state;
	code("*63201");
	code("*72202");
	assert_int_equal(subscriber_set(&world.subscriber, SUBSCRIBER_SELECTED + 3, "103"), 0);
	assert_string_equal(call_comes_as(&far, PCMU)->to, "201");
	code("*83");
	assert_string_equal(call_comes_as(&far, PCMU)->to, "202");
	code("*63201");
	code("*#6308#");
	assert_string_equal(call_comes_as(&far, PCMU)->to, "202");
}

static void test_accepted_callers_alone_are_let_through(void **state)
{
	const struct ua_incoming far = {.caller_user = "+15550100"}, other = {.caller_user = "103"}, hidden = {.caller_user = "", .anonymous = true};
	struct ua_invite *call;

	(void)state;
	call_ends(call_comes_as(&far, PCMU), 487, false);
	code("*#6401#");
	code("*64");
	assert_int_equal(call_comes_as(&other, PCMU)->refused, 603);
	assert_int_equal(call_comes_as(&hidden, PCMU)->refused, 603);
	call = call_comes_as(&far, PCMU);
	assert_true(call->rings);
	call_ends(call, 487, false);
	code("*#6408#");
	assert_int_equal(call_comes_as(&far, PCMU)->refused, 603);
	code("*84");
	assert_true(call_comes_as(&other, PCMU)->rings);
}

static void test_redial_calls_the_last_number(void **state)
{
	(void)state;
	dials("201");
	hangs_up();
	dials("##");
	assert_string_equal(call_sent()->to, "201");
	assert_int_equal(world.invite_count, 2);
}

static void may_complete(void)
{
	line_completion_set(world.line, (struct completion *)&world.completion);
}

static void test_a_busy_callee_is_called_when_he_is_free(void **state)
{
	(void)state;
	may_complete();
	dials("201");
	call_ends(call_sent(), 486, false);
	assert_state("busy");
	hangs_up();
	code("*66");
	assert_string_equal(world.completion.number, "201");
	assert_true(world.completion.was_busy);
	assert_true(line_callee_free(world.line));
	assert_state("callee-free");
	assert_true(world.wish.ring);
	assert_true(line_callee_free(world.line));
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("calling");
	assert_false(world.wish.ring);
	assert_string_equal(call_sent()->to, "201");
	assert_string_equal(world.completion.number, "");
}

static void test_a_callee_who_does_not_answer_is_not_busy(void **state)
{
	static const unsigned statuses[] = {480, 408, 487};

	(void)state;
	may_complete();
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		dials("201");
		call_ends(call_sent(), statuses[i], false);
		hangs_up();
		code("*66");
		assert_string_equal(world.completion.number, "201");
		assert_false(world.completion.was_busy);
	}
	dials("202");
	call_progresses(call_sent(), 180, NULL);
	hangs_up();
	code("*66");
	assert_string_equal(world.completion.number, "202");
}

static void refused(const char *digits)
{
	dials(digits);
	assert_state("congestion");
	hangs_up();
}

static void test_there_is_nobody_to_be_reached(void **state)
{
	(void)state;
	refused("*66"); /* where there is none for this line */
	may_complete();
	refused("*66");
	dials("201");
	call_ends(call_sent(), 404, false);
	hangs_up();
	refused("*66");
	dials("201");
	call_is_answered(call_sent(), PCMU);
	call_ends(call_sent(), 0, true);
	hangs_up();
	refused("*66");
	assert_string_equal(world.completion.number, "");
}

static void test_completion_is_given_up(void **state)
{
	(void)state;
	may_complete();
	dials("201");
	call_ends(call_sent(), 600, false);
	hangs_up();
	code("*66");
	code("*86");
	assert_string_equal(world.completion.number, "");
	code("*66");
	line_callee_free(world.line);
	assert_int_equal(world.timer_ms, 20000);
	time_is_up();
	assert_state("idle");
	assert_false(world.wish.ring);
	assert_string_equal(world.completion.number, "");
}

static void test_a_telephone_in_use_hears_of_it_later(void **state)
{
	struct ua_invite *invite;

	(void)state;
	may_complete();
	dials("201");
	call_ends(call_sent(), 486, false);
	hangs_up();
	code("*66");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_false(line_callee_free(world.line));
	assert_state("dial-tone");
	hangs_up();
	assert_true(line_callee_free(world.line));
	assert_int_equal(line_readiness(world.line), LINE_READY);
	invite = call_comes(PCMU); /* a call takes precedence, and who is waited for still is */
	assert_true(invite->rings);
	assert_state("ringing");
	assert_false(line_callee_free(world.line));
	call_ends(invite, 0, false);
	assert_string_equal(world.completion.number, "201");
	assert_true(line_callee_free(world.line));
}

static void bar_at_night(const char *text)
{
	const char *why;
	size_t at;

	assert_int_equal(hours_parse(&world.profile.barred_hours, text, &at, &why), 0);
}

static void test_whom_the_hours_bar_is_not_called_when_he_is_free(void **state)
{
	(void)state;
	may_complete();
	dials("201");
	call_ends(call_sent(), 486, false);
	hangs_up();
	code("*66");
	bar_at_night("00:00-24:00 (2xx)");
	assert_false(line_callee_free(world.line)); /* it would ring for nothing */
	assert_state("idle");
	bar_at_night("00:00-24:00 (9xx)");
	assert_true(line_callee_free(world.line));
	bar_at_night("00:00-24:00 (2xx)"); /* they begin while it rings */
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("info");
	assert_int_equal(world.invite_count, 1);
	assert_string_equal(world.completion.number, "");
}

static void test_a_call_that_came_in_changes_nothing_of_it(void **state)
{
	struct ua_invite *invite;

	(void)state;
	may_complete();
	dials("201");
	call_ends(call_sent(), 486, false);
	hangs_up();
	invite = call_comes(PCMU);
	call_ends(invite, 0, false);
	code("*66");
	assert_string_equal(world.completion.number, "201");
	assert_true(world.completion.was_busy);
}

static void test_speed_dial_stores_and_calls(void **state)
{
	(void)state;
	code("*747202");
	dials("7#");
	assert_string_equal(call_sent()->to, "202");
	hangs_up();
	dials("8#"); /* nothing is stored: a number and its end */
	assert_state("info");
}

static void test_call_waiting_is_off_for_one_call(void **state)
{
	(void)state;
	dials("*70");
	assert_confirmed();
	phone_dials("102");
	call_is_answered(call_sent(), PCMU);
	assert_int_equal(call_comes(PCMU)->refused, 486);
	hangs_up();
	dials("102");
	call_is_answered(call_sent(), PCMU);
	assert_true(call_comes(PCMU)->rings_waiting);
}

static void test_a_held_call_is_transferred_to_a_number(void **state)
{
	struct ua_invite *first;

	(void)state;
	dials("102");
	first = call_sent();
	call_is_answered(first, PCMU);
	flash();
	phone_dials("*98203");
	assert_state("referring");
	assert_string_equal(first->referred_user, "203");
	assert_null(first->referred_to);
	call_transfer_done(first, 200);
	assert_state("confirmed");
	assert_true(first->ended);
}

static void test_a_transfer_to_a_number_that_fails_gives_the_call_back(void **state)
{
	struct ua_invite *first;

	(void)state;
	dials("102");
	first = call_sent();
	call_is_answered(first, PCMU);
	flash();
	phone_dials("*98203");
	call_transfer_done(first, 486);
	assert_state("not-referred");
	assert_int_equal(world.wish.tone, FXS_TONE_BUSY);
	time_is_up();
	assert_state("talking");
	assert_int_equal(first->offered, UA_SENDRECV);
	assert_int_equal(streams_at_ear(), 1);
}

static void test_hanging_up_after_a_transfer_to_a_number_waits_for_its_end(void **state)
{
	struct ua_invite *first;

	(void)state;
	dials("102");
	first = call_sent();
	call_is_answered(first, PCMU);
	flash();
	phone_dials("*98203");
	hang_up_after_ms(9000);
	assert_state("transferring");
	call_transfer_done(first, 603);
	assert_state("ring-back");
}

static void test_without_a_held_call_there_is_nothing_to_transfer(void **state)
{
	(void)state;
	dials("*98203");
	assert_state("congestion");
}

static void test_voice_mail_is_a_number_of_the_profile(void **state)
{
	(void)state;
	dials("*97");
	assert_state("congestion");
	hangs_up();
	strcpy(world.profile.voice_mail.text, "300");
	dials("*97");
	assert_string_equal(call_sent()->to, "300");
}

static void test_a_barred_number_gets_information_tone(void **state)
{
	const char *why;
	size_t at;

	(void)state;
	assert_int_equal(digitmap_parse(&world.profile.barred, "(4xx)", &at, &why), 0);
	dials("400");
	assert_state("info");
	assert_int_equal(world.invite_count, 0);
	hangs_up();
	assert_int_equal(call_is_referred(talk_in_map(), "sip:400@example.org", "400", ""), 403);
}

static int64_t local_s(int day, int hour)
{
	struct tm local = {.tm_year = 126, .tm_mon = 2, .tm_mday = day, .tm_hour = hour, .tm_isdst = -1};

	return mktime(&local);
}

/* 2026-03-02 is a Monday. */
static void test_numbers_are_barred_by_the_time_of_day(void **state)
{
	const char *why;
	size_t at;

	(void)state;
	assert_int_equal(hours_parse(&world.profile.barred_hours, "mon 18:00-07:00 (4xx)", &at, &why), 0);
	world.wall_s = local_s(2, 18);
	dials("400");
	assert_state("info");
	assert_int_equal(world.invite_count, 0);
	hangs_up();
	dials("*72400");
	assert_state("congestion");
	hangs_up();
	world.wall_s = local_s(3, 7);
	dials("*72400");
	assert_state("confirmed");
	hangs_up();
	/* What was set by day does not work by night: the telephone rings. */
	world.wall_s = local_s(3, 6);
	assert_true(call_comes(PCMU)->rings);
}

static void test_codes_for_the_network_are_numbers(void **state)
{
	(void)state;
	set_of(FEATURES_NETWORK, "");
	dials("*78#");
	assert_string_equal(call_sent()->to, "*78");
}

static void test_other_codes_are_called_where_the_map_has_them(void **state)
{
	(void)state;
	dials("*55#");
	assert_string_equal(call_sent()->to, "*55");
}

/* ---- etsi ---- */

static void test_etsi_sets_clears_and_tells(void **state)
{
	(void)state;
	dials("*#21#");
	assert_state("congestion");
	hangs_up();
	code("*21*300#");
	assert_string_equal(item(SUBSCRIBER_FORWARD_ALWAYS), "300");
	code("*#21#");
	code("#21#");
	assert_string_equal(item(SUBSCRIBER_FORWARD_ALWAYS), "");
}

static void test_etsi_call_waiting(void **state)
{
	(void)state;
	code("#43#");
	dials("*#43#");
	assert_state("congestion");
	hangs_up();
	dials("102");
	call_is_answered(call_sent(), PCMU);
	assert_int_equal(call_comes(PCMU)->refused, 486);
	hangs_up();
	code("*43#");
	code("*#43#");
}

static void test_a_hotline_of_the_subscriber_leaves_time_to_clear_it(void **state)
{
	(void)state;
	code("*53*300#");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_state("dial-tone");
	assert_int_equal(world.timer_ms, 5000);
	time_is_up();
	assert_string_equal(call_sent()->to, "300");
	hangs_up();
	code("#53#");
	phone_does(MEDIA_EVENT_LIFTED, 0);
	assert_int_equal(world.timer_ms, 20000);
}

#define nanp_test(test) cmocka_unit_test_setup_teardown(test, make, line_test_end)
#define etsi_test(test) cmocka_unit_test_setup_teardown(test, make_etsi, line_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		nanp_test(test_codes_of_the_sets),
		nanp_test(test_no_code_of_a_set_is_the_beginning_of_another),
		nanp_test(test_codes_are_renamed_and_turned_off),
		nanp_test(test_forwarding_is_set_and_cleared_and_a_call_goes_there),
		nanp_test(test_a_number_at_the_end_of_a_code_ends_with_the_timer_or_hash),
		nanp_test(test_forwarding_where_the_line_may_not_call_or_to_itself_is_refused),
		nanp_test(test_a_busy_line_forwards),
		nanp_test(test_a_call_that_nobody_answers_is_forwarded),
		nanp_test(test_a_waiting_call_that_nobody_takes_is_forwarded),
		nanp_test(test_a_call_that_goes_round_in_circles_is_not_forwarded),
		nanp_test(test_nobody_disturbs),
		nanp_test(test_the_number_is_hidden_for_one_call_or_all),
		nanp_test(test_who_hides_is_refused),
		nanp_test(test_the_last_caller_is_called_back_and_blocked),
		nanp_test(test_calls_of_selected_callers_are_forwarded),
		nanp_test(test_of_selected_and_all_the_selected_go_first),
		nanp_test(test_accepted_callers_alone_are_let_through),
		nanp_test(test_redial_calls_the_last_number),
		nanp_test(test_a_busy_callee_is_called_when_he_is_free),
		nanp_test(test_a_callee_who_does_not_answer_is_not_busy),
		nanp_test(test_there_is_nobody_to_be_reached),
		nanp_test(test_completion_is_given_up),
		nanp_test(test_whom_the_hours_bar_is_not_called_when_he_is_free),
		nanp_test(test_a_telephone_in_use_hears_of_it_later),
		nanp_test(test_a_call_that_came_in_changes_nothing_of_it),
		nanp_test(test_speed_dial_stores_and_calls),
		nanp_test(test_call_waiting_is_off_for_one_call),
		nanp_test(test_a_held_call_is_transferred_to_a_number),
		nanp_test(test_a_transfer_to_a_number_that_fails_gives_the_call_back),
		nanp_test(test_hanging_up_after_a_transfer_to_a_number_waits_for_its_end),
		nanp_test(test_without_a_held_call_there_is_nothing_to_transfer),
		nanp_test(test_voice_mail_is_a_number_of_the_profile),
		nanp_test(test_a_barred_number_gets_information_tone),
		nanp_test(test_numbers_are_barred_by_the_time_of_day),
		nanp_test(test_codes_for_the_network_are_numbers),
		nanp_test(test_other_codes_are_called_where_the_map_has_them),
		etsi_test(test_etsi_sets_clears_and_tells),
		etsi_test(test_etsi_call_waiting),
		etsi_test(test_a_hotline_of_the_subscriber_leaves_time_to_clear_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
