/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys that go by signalling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "gateway/line/line_private.h"
#include "tests/unit/gateway_calls.h"

static struct ua_invite *talk_with_keys_told(void)
{
	world.line->leg_config.dtmf = LEG_DTMF_INFO;
	return talk();
}

static void key_ends(char key, unsigned ms)
{
	const struct media_event event = {.kind = MEDIA_EVENT_KEY, .digit = key, .duration_ms = (uint16_t)ms};

	world.events[world.event_count++] = event;
	line_media_changed(world.line);
}

static void test_keys_are_told_one_after_the_other(void **state)
{
	struct ua_invite *invite = talk_with_keys_told();

	(void)state;
	assert_true(world.wish.streams[0].told);
	assert_int_equal(world.wish.streams[0].event_type, 0);
	key_ends('5', 83);
	assert_string_equal(invite->informed, "Signal=5\r\nDuration=83\r\n");
	key_ends('#', 40);
	key_ends('7', 1200);
	assert_string_equal(invite->informed, "Signal=5\r\nDuration=83\r\n");
	call_info_is_answered(invite, 200);
	assert_string_equal(invite->informed, "Signal=#\r\nDuration=40\r\n");
	call_info_is_answered(invite, 408); /* a server that was away: the next one may find it */
	assert_string_equal(invite->informed, "Signal=7\r\nDuration=1200\r\n");
	call_info_is_answered(invite, 200);
	assert_string_equal(invite->informed, "");
	assert_true(world.wish.streams[0].told);
}

static void test_keys_that_are_refused_go_as_sound(void **state)
{
	struct ua_invite *invite = talk_with_keys_told();

	(void)state;
	key_ends('5', 83);
	key_ends('6', 83);
	call_info_is_answered(invite, 415);
	assert_string_equal(invite->informed, "");
	assert_false(world.wish.streams[0].told);
}

static void test_more_keys_than_can_wait_are_lost(void **state)
{
	struct ua_invite *invite = talk_with_keys_told();
	unsigned told = 0;

	(void)state;
	for (unsigned i = 0; i < LEG_KEYPAD_MAX + 10; i++)
		key_ends('1', 50);
	for (; invite->informed[0]; told++)
		call_info_is_answered(invite, 200);
	assert_int_equal(told, LEG_KEYPAD_MAX);
}

static void test_keys_of_the_peer_reach_its_stream(void **state)
{
	struct ua_invite *invite = talk();
	const struct stream_wish *wish = &world.wish.streams[0];
	uint32_t before = wish->press_count;

	(void)state;
	call_key_comes(invite, '5', 160);
	call_key_comes(invite, '*', 50);
	assert_int_equal(wish->press_count, before + 2);
	assert_int_equal(wish->presses[before % STREAM_PRESSES].key, '5');
	assert_int_equal(wish->presses[(before + 1) % STREAM_PRESSES].key, '*');
	assert_int_equal(wish->presses[(before + 1) % STREAM_PRESSES].ms, 50);
	assert_false(wish->told); /* ours go as they did */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LINE_TEST(test_keys_are_told_one_after_the_other),
		LINE_TEST(test_keys_that_are_refused_go_as_sound),
		LINE_TEST(test_more_keys_than_can_wait_are_lost),
		LINE_TEST(test_keys_of_the_peer_reach_its_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
