/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls that several lines may take, and groups of lines; the lines and the call's legs are the test's own. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/line/line.h"
#include "gateway/log.h"
#include "gateway/ring_group.h"

#define LINES 3

struct line {
	enum line_readiness readiness;
	bool disturbed_not;
	struct offer *offer;
	unsigned ring_s, rung, gone;
	bool waited;
	char caller[16];
};

struct leg {
	const struct leg_handlers *handlers;
	void *arg;
	bool dead; /* as after an ENDED event, or moved */
};

static struct line lines[LINES];
static struct config_group config;
static struct ring_group group;
static struct offers offers;
static uint64_t now_ms;
static unsigned refused;          /* status */
static unsigned legs, unanswered; /* legs that exist; that were freed with a caller who waits: 480 */
static int take_err, ring_err, move_err;
static struct leg *newest;

/* ---- what is around it ---- */

uint64_t loop_now_ms(const struct loop *loop)
{
	(void)loop;
	return now_ms;
}

static int leg_make(struct leg **legp, const struct leg_handlers *handlers, void *arg)
{
	newest = calloc(1, sizeof(*newest));
	assert_non_null(newest);
	newest->handlers = handlers;
	newest->arg = arg;
	*legp = newest;
	legs++;
	return 0;
}

int leg_take(struct leg **legp, const struct leg_config *leg_config, struct ua_invite *invite, const struct ua_incoming *incoming,
	const struct leg_handlers *handlers, void *arg)
{
	(void)leg_config;
	(void)invite;
	(void)incoming;
	return take_err ? take_err : leg_make(legp, handlers, arg);
}

int leg_ring(struct leg *leg, bool waiting)
{
	(void)leg;
	assert_false(waiting);
	return ring_err;
}

int leg_move(struct leg **legp, struct leg *from, const struct leg_config *leg_config, const struct leg_handlers *handlers, void *arg)
{
	(void)leg_config;
	assert_false(from->dead);
	if (move_err)
		return move_err;
	from->dead = true;
	return leg_make(legp, handlers, arg);
}

void leg_free(struct leg *leg)
{
	if (!leg)
		return;
	unanswered += !leg->dead;
	newest = leg == newest ? NULL : newest;
	legs--;
	free(leg);
}

const struct ua_end *leg_end(const struct leg *leg)
{
	static const struct ua_end end = {.reason = "CANCEL"};

	(void)leg;
	return &end;
}

void ua_invite_reject(struct ua_invite *invite, unsigned status, const char *phrase)
{
	(void)invite;
	(void)phrase;
	refused = status;
}

enum line_readiness line_readiness(const struct line *line)
{
	return line->readiness;
}

bool line_may_be_disturbed(const struct line *line, const struct ua_incoming *incoming)
{
	(void)incoming;
	return !line->disturbed_not;
}

void line_let_wait(struct line *line, struct ua_invite *invite, const struct ua_incoming *incoming)
{
	(void)invite;
	(void)incoming;
	line->waited = true;
}

bool line_offer(struct line *line, struct offer *offer, const struct ua_incoming *incoming, unsigned ring_s)
{
	if (line->readiness != LINE_READY)
		return false;
	line->offer = offer;
	line->ring_s = ring_s;
	line->rung++;
	snprintf(line->caller, sizeof(line->caller), "%s", incoming->caller_user);
	return true;
}

void line_offer_gone(struct line *line, const struct offer *offer)
{
	if (line->offer != offer)
		return;
	line->offer = NULL;
	line->gone++;
}

/* ---- words of the tests ---- */

static int make(void **state)
{
	(void)state;
	gw_log_level_set(GW_LOG_ERROR);
	memset(lines, 0, sizeof(lines));
	memset(&group, 0, sizeof(group));
	config = (struct config_group){.name = "g", .strategy = CONFIG_GROUP_ALL, .ring_s = 60, .step_s = 20};
	group.config = &config;
	for (unsigned i = 0; i < LINES; i++) {
		lines[i].readiness = LINE_READY;
		group.lines[group.line_count++] = &lines[i];
	}
	now_ms = 5000;
	refused = unanswered = 0;
	newest = NULL;
	take_err = ring_err = move_err = 0;
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	offers_end(&offers);
	assert_null(offers.first);
	assert_int_equal(legs, 0);
	return 0;
}

static void call_comes(void)
{
	char caller[] = "102"; /* valid during the handler only */
	struct ua_incoming incoming = {.called_user = "104", .caller_user = caller, .caller_name = "", .alert_info = ""};

	ring_group_incoming(&group, &offers, NULL, NULL, NULL, &incoming);
	memset(caller, 'x', 3);
}

static void assert_rings(bool first, bool second, bool third)
{
	assert_int_equal(lines[0].offer != NULL, first);
	assert_int_equal(lines[1].offer != NULL, second);
	assert_int_equal(lines[2].offer != NULL, third);
}

/* As the line does. */
static void declines(struct line *line)
{
	struct offer *offer = line->offer;

	assert_non_null(offer);
	line->offer = NULL;
	offer_decline(offer);
}

static void no_answer(struct line *line)
{
	now_ms += line->ring_s * 1000;
	declines(line);
}

static int claims(struct line *line)
{
	static const struct leg_handlers handlers;
	struct offer *offer = line->offer;
	struct leg *leg;
	int err;

	assert_non_null(offer);
	line->offer = NULL;
	err = offer_claim(offer, &leg, NULL, &handlers, line);
	if (err)
		return err;
	assert_ptr_equal(leg->arg, line);
	leg->dead = true;
	leg_free(leg);
	return 0;
}

/* ---- all at once ---- */

static void test_all_ring_and_the_first_who_lifts_has_the_call(void **state)
{
	(void)state;
	call_comes();
	assert_rings(true, true, true);
	assert_int_equal(lines[0].ring_s, 60);
	assert_int_equal(claims(&lines[1]), 0);
	assert_rings(false, false, false);
	assert_int_equal(lines[0].gone + lines[2].gone, 2);
	assert_int_equal(lines[1].gone, 0);
	assert_int_equal(unanswered, 0);
	assert_null(offers.first);
}

static void test_those_in_use_do_not_ring(void **state)
{
	(void)state;
	lines[0].readiness = LINE_IN_USE;
	lines[2].disturbed_not = true;
	call_comes();
	assert_rings(false, true, false);
	assert_string_equal(lines[1].caller, "102");
}

static void test_a_caller_who_gives_up_ends_the_ringing(void **state)
{
	struct leg *leg;

	(void)state;
	call_comes();
	leg = newest;
	assert_non_null(leg);
	leg->handlers->event(leg, LINE_EV_ALERTED, leg->arg);
	leg->handlers->event(leg, LINE_EVENT_COUNT, leg->arg);
	assert_rings(true, true, true);
	leg->dead = true;
	leg->handlers->event(leg, LINE_EV_ENDED_BUSY, leg->arg);
	assert_rings(false, false, false);
	assert_int_equal(unanswered, 0);
	assert_null(offers.first);
}

static void test_the_last_who_does_not_answer_ends_it(void **state)
{
	(void)state;
	call_comes();
	no_answer(&lines[0]);
	declines(&lines[2]);
	assert_rings(false, true, false);
	assert_int_equal(unanswered, 0);
	declines(&lines[1]);
	assert_int_equal(unanswered, 1);
	assert_null(offers.first);
}

static void test_a_claim_that_fails_changes_nothing(void **state)
{
	struct offer *offer;

	(void)state;
	call_comes();
	offer = lines[0].offer;
	assert_non_null(offer);
	move_err = EADDRINUSE;
	assert_int_equal(claims(&lines[0]), EADDRINUSE);
	assert_rings(false, true, true);
	offer_decline(offer);
	move_err = 0;
	assert_int_equal(claims(&lines[2]), 0);
	assert_int_equal(lines[1].gone, 1);
}

static void test_a_ringing_call_is_not_transferred(void **state)
{
	(void)state;
	call_comes();
	assert_non_null(newest);
	assert_int_equal(newest->handlers->refer(newest, NULL, NULL, newest->arg), 403);
}

static void test_two_calls_do_not_mix(void **state)
{
	struct offer *first;

	(void)state;
	lines[2].readiness = LINE_IN_USE;
	call_comes();
	first = lines[0].offer;
	lines[0].readiness = lines[1].readiness = LINE_IN_USE;
	lines[2].readiness = LINE_READY;
	call_comes();
	assert_ptr_not_equal(lines[2].offer, first);
	assert_int_equal(claims(&lines[0]), 0);
	assert_rings(false, false, true);
	assert_int_equal(claims(&lines[2]), 0);
}

/* ---- one after the other ---- */

static void test_one_after_the_other_rings_for_its_step(void **state)
{
	(void)state;
	config.strategy = CONFIG_GROUP_NEXT;
	config.ring_s = 50;
	call_comes();
	assert_rings(true, false, false);
	assert_int_equal(lines[0].ring_s, 20);
	no_answer(&lines[0]);
	assert_rings(false, true, false);
	assert_int_equal(lines[1].ring_s, 20);
	no_answer(&lines[1]);
	assert_rings(false, false, true);
	assert_int_equal(lines[2].ring_s, 10);
	assert_string_equal(lines[2].caller, "102");
	no_answer(&lines[2]);
	assert_int_equal(unanswered, 1);
	assert_int_equal(lines[0].rung + lines[1].rung + lines[2].rung, 3);
}

static void test_the_time_of_all_ends_the_hunt(void **state)
{
	(void)state;
	config.strategy = CONFIG_GROUP_NEXT;
	config.ring_s = 20;
	call_comes();
	no_answer(&lines[0]);
	assert_rings(false, false, false);
	assert_int_equal(unanswered, 1);
}

static void test_a_hunt_leaps_over_those_in_use(void **state)
{
	(void)state;
	config.strategy = CONFIG_GROUP_NEXT;
	call_comes();
	lines[1].readiness = LINE_OUT_OF_ORDER;
	declines(&lines[0]);
	assert_rings(false, false, true);
	assert_int_equal(lines[2].ring_s, 20);
	assert_int_equal(claims(&lines[2]), 0);
}

static void test_each_call_begins_at_another_one(void **state)
{
	(void)state;
	config.strategy = CONFIG_GROUP_TURN;
	for (unsigned i = 0; i < 2 * LINES; i++) {
		call_comes();
		assert_non_null(lines[i % LINES].offer);
		assert_int_equal(claims(&lines[i % LINES]), 0);
	}
	lines[0].readiness = LINE_IN_USE;
	call_comes();
	assert_rings(false, true, false);
	no_answer(&lines[1]);
	assert_rings(false, false, true);
	assert_int_equal(claims(&lines[2]), 0);
	lines[0].readiness = LINE_READY;
	call_comes(); /* behind the one that rang first */
	assert_rings(false, false, true);
}

/* ---- nobody ---- */

static void all_are(enum line_readiness readiness)
{
	for (unsigned i = 0; i < LINES; i++)
		lines[i].readiness = readiness;
}

static void test_a_group_in_use_is_busy(void **state)
{
	(void)state;
	all_are(LINE_IN_USE);
	lines[1].readiness = LINE_OUT_OF_ORDER;
	call_comes();
	assert_int_equal(refused, 486);
	lines[0].readiness = LINE_LETS_WAIT; /* where all ring nobody waits */
	call_comes();
	assert_int_equal(refused, 486);
	assert_false(lines[0].waited);
}

static void test_a_hunt_may_end_waiting(void **state)
{
	(void)state;
	config.strategy = CONFIG_GROUP_NEXT;
	all_are(LINE_IN_USE);
	lines[2].readiness = LINE_LETS_WAIT;
	call_comes();
	assert_int_equal(refused, 0);
	assert_true(lines[2].waited);
}

static void test_a_group_that_cannot_be_reached_is_not_busy(void **state)
{
	(void)state;
	all_are(LINE_OUT_OF_ORDER);
	call_comes();
	assert_int_equal(refused, 480);
	refused = 0;
	all_are(LINE_READY);
	lines[0].disturbed_not = lines[1].disturbed_not = lines[2].disturbed_not = true;
	call_comes();
	assert_int_equal(refused, 480);
	refused = 0;
	group.line_count = 0;
	call_comes();
	assert_int_equal(refused, 480);
}

static void test_a_call_that_cannot_be_taken_rings_nowhere(void **state)
{
	(void)state;
	take_err = EPROTO;
	call_comes();
	assert_rings(false, false, false);
	assert_null(offers.first);
	take_err = 0;
	ring_err = ENOTCONN;
	call_comes();
	assert_rings(false, false, false);
	assert_null(offers.first);
}

static void test_stopping_ends_all(void **state)
{
	(void)state;
	call_comes();
	offers_end(&offers);
	assert_rings(false, false, false);
	assert_int_equal(lines[0].gone, 1);
	assert_int_equal(unanswered, 1);
	call_comes();
	offers_free(&offers);
	assert_int_equal(lines[0].gone, 1);
	assert_int_equal(legs, 0);
	lines[0].offer = lines[1].offer = lines[2].offer = NULL;
}

#define OFFER_TEST(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OFFER_TEST(test_all_ring_and_the_first_who_lifts_has_the_call),
		OFFER_TEST(test_those_in_use_do_not_ring),
		OFFER_TEST(test_a_caller_who_gives_up_ends_the_ringing),
		OFFER_TEST(test_the_last_who_does_not_answer_ends_it),
		OFFER_TEST(test_a_claim_that_fails_changes_nothing),
		OFFER_TEST(test_a_ringing_call_is_not_transferred),
		OFFER_TEST(test_two_calls_do_not_mix),
		OFFER_TEST(test_one_after_the_other_rings_for_its_step),
		OFFER_TEST(test_the_time_of_all_ends_the_hunt),
		OFFER_TEST(test_a_hunt_leaps_over_those_in_use),
		OFFER_TEST(test_each_call_begins_at_another_one),
		OFFER_TEST(test_a_group_in_use_is_busy),
		OFFER_TEST(test_a_hunt_may_end_waiting),
		OFFER_TEST(test_a_group_that_cannot_be_reached_is_not_busy),
		OFFER_TEST(test_a_call_that_cannot_be_taken_rings_nowhere),
		OFFER_TEST(test_stopping_ends_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
