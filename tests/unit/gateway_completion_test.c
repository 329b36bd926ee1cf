/* SPDX-License-Identifier: BSD-3-Clause */
/* Waiting for a callee: what is asked of the network, and when it is told that he is free. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/completion.h"
#include "gateway/log.h"
#include "sip/probe.h"
#include "sip/subscription.h"
#include "tests/flow/loop_virtual.h"

#define NS_PER_S 1000000000ull

static struct {
	struct loop *loop;
	struct completion *completion;
	const struct ua_subscription_handlers *handlers; /* NULL: nothing is watched */
	void *arg;
	unsigned subscribed, ended;
	unsigned probes;
	ua_probe_h *probe; /* NULL: nobody is asked */
	void *probe_arg;
	unsigned free_heard;
} bed;

void gw_log(enum gw_log_level level, const char *name, const char *format, ...)
{
	(void)level;
	(void)name;
	(void)format;
}

int ua_subscription_begin(struct ua_subscription **subscriptionp, struct ua_account *account, const struct ua_subscribe_to *to,
	unsigned delay_ms, const struct ua_subscription_handlers *handlers, void *arg)
{
	(void)account;
	(void)delay_ms;
	assert_string_equal(to->event, "dialog");
	assert_string_equal(to->user, "200");
	*subscriptionp = (struct ua_subscription *)&bed;
	bed.handlers = handlers;
	bed.arg = arg;
	bed.subscribed++;
	return 0;
}

void ua_subscription_end(struct ua_subscription *subscription)
{
	if (!subscription)
		return;
	bed.handlers = NULL;
	bed.ended++;
}

int ua_probe_send(struct ua_probe **probep, struct ua_account *account, const char *user, struct ua_account *past,
	ua_probe_h *handler, void *arg)
{
	(void)account;
	(void)past;
	assert_string_equal(user, "200");
	*probep = (struct ua_probe *)&bed;
	bed.probe = handler;
	bed.probe_arg = arg;
	bed.probes++;
	return 0;
}

void ua_probe_cancel(struct ua_probe *probe)
{
	if (probe)
		bed.probe = NULL;
}

static void on_free(void *arg)
{
	(void)arg;
	bed.free_heard++;
}

static int make(void **state)
{
	(void)state;
	memset(&bed, 0, sizeof(bed));
	return loop_alloc(&bed.loop, 4) || completion_alloc(&bed.completion, bed.loop, "1", NULL, on_free, NULL);
}

static int unmake(void **state)
{
	(void)state;
	completion_free(bed.completion);
	assert_null(bed.handlers);
	assert_null(bed.probe);
	loop_free(bed.loop);
	return 0;
}

static void begin(bool was_busy)
{
	struct completion_of of = {.number = "200", .was_busy = was_busy};

	assert_int_equal(completion_begin(bed.completion, &of), 0);
}

static void told(const char *body)
{
	const struct ua_notice notice = {body, strlen(body)};

	bed.handlers->notified((struct ua_subscription *)&bed, &notice, bed.arg);
}

#define BUSY "<dialog-info><dialog><state>confirmed</state></dialog></dialog-info>"
#define FREE "<dialog-info></dialog-info>"

static void state_is(enum ua_subscription_state state, unsigned status)
{
	bed.handlers->changed((struct ua_subscription *)&bed, state, status, "", bed.arg);
}

static void answered(unsigned status)
{
	ua_probe_h *handler = bed.probe;

	assert_non_null(handler);
	bed.probe = NULL;
	handler(status, bed.probe_arg);
}

static void seconds_pass(unsigned seconds)
{
	while (seconds--) {
		loop_virtual_move(bed.loop, loop_virtual_now_ns(bed.loop) + NS_PER_S);
		while (loop_virtual_serve(bed.loop))
			;
	}
}

static void test_who_was_busy_is_told_of_when_he_is_free(void **state)
{
	(void)state;
	begin(true);
	state_is(UA_SUBSCRIPTION_ACTIVE, 200);
	told(BUSY);
	assert_int_equal(bed.free_heard, 0);
	told(FREE);
	assert_int_equal(bed.free_heard, 1);
	seconds_pass(COMPLETION_OFFER_S); /* the subscriber's telephone may have been in use */
	assert_int_equal(bed.free_heard, 2);
	told(BUSY);
	seconds_pass(60);
	assert_int_equal(bed.free_heard, 2);
	told(FREE);
	assert_int_equal(bed.free_heard, 3);
	assert_int_equal(bed.probes, 0);
	completion_cancel(bed.completion);
	assert_int_equal(bed.ended, 1);
	seconds_pass(60);
	assert_int_equal(bed.free_heard, 3);
}

static void test_who_was_not_at_home_is_free_after_he_was_busy(void **state)
{
	(void)state;
	begin(false);
	told(FREE);
	told("rubbish");
	told("");
	assert_int_equal(bed.free_heard, 0);
	told(BUSY);
	told(FREE);
	assert_int_equal(bed.free_heard, 1);
}

static void test_who_may_not_be_watched_is_asked_every_30_s(void **state)
{
	(void)state;
	begin(true);
	state_is(UA_SUBSCRIPTION_REFUSED, 489);
	assert_int_equal(bed.ended, 1);
	seconds_pass(29);
	assert_int_equal(bed.probes, 0);
	seconds_pass(1);
	assert_int_equal(bed.probes, 1);
	seconds_pass(30); /* no answer yet: not asked again */
	assert_int_equal(bed.probes, 1);
	answered(486);
	seconds_pass(30);
	answered(404);
	seconds_pass(30);
	answered(0);
	assert_int_equal(bed.free_heard, 0);
	seconds_pass(30);
	answered(200);
	assert_int_equal(bed.free_heard, 1);
	seconds_pass(30);
	answered(600);
	assert_int_equal(bed.probes, 5);
}

static void test_a_failure_is_as_a_refusal_and_what_was_heard_counts(void **state)
{
	(void)state;
	begin(false);
	told(BUSY);
	state_is(UA_SUBSCRIPTION_FAILED, 503);
	seconds_pass(30);
	answered(200);
	assert_int_equal(bed.free_heard, 1);
}

static void test_it_ends_after_half_an_hour(void **state)
{
	(void)state;
	begin(true);
	state_is(UA_SUBSCRIPTION_REFUSED, 405);
	for (unsigned i = 0; i < 59; i++) {
		seconds_pass(30);
		answered(486);
	}
	assert_int_equal(bed.probes, 59);
	assert_string_equal(completion_whom(bed.completion)->number, "200");
	seconds_pass(30);
	assert_string_equal(completion_whom(bed.completion)->number, "");
	seconds_pass(3600);
	assert_in_range(bed.probes, 59, 60);
}

static void test_the_newest_wish_counts(void **state)
{
	(void)state;
	begin(true);
	begin(true);
	assert_int_equal(bed.subscribed, 2);
	assert_int_equal(bed.ended, 1);
}

#define bed_test(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_who_was_busy_is_told_of_when_he_is_free),
		bed_test(test_who_was_not_at_home_is_free_after_he_was_busy),
		bed_test(test_who_may_not_be_watched_is_asked_every_30_s),
		bed_test(test_a_failure_is_as_a_refusal_and_what_was_heard_counts),
		bed_test(test_it_ends_after_half_an_hour),
		bed_test(test_the_newest_wish_counts),
	};

	return cmocka_run_group_tests_name("gateway completion", tests, NULL, NULL);
}
