/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/gateway_calls.h"

#define NS_PER_MS 1000000ull

void assert_state(const char *name)
{
	struct line_status status;

	line_status_get(world.line, &status);
	assert_string_equal(status.state, name);
}

unsigned streams_at_ear(void)
{
	unsigned count = 0;

	for (int i = 0; i < MEDIA_STREAMS; i++)
		count += world.wish.streams[i].id && world.wish.streams[i].receives;
	return count;
}

unsigned sockets(void)
{
	unsigned count = 0;

	for (int i = 0; i < MEDIA_STREAMS; i++)
		count += world.wish.streams[i].id != 0;
	return count;
}

void flash(void)
{
	phone_does(MEDIA_EVENT_FLASH, 0);
}

void hang_up_after_ms(unsigned ms)
{
	phone_did(MEDIA_EVENT_HUNG_UP, 0);
	world.events[world.event_count - 1].at_ns = ms * NS_PER_MS;
	line_media_changed(world.line);
}

void lift(void)
{
	phone_does(MEDIA_EVENT_LIFTED, 0);
}

void hang_up(void)
{
	phone_does(MEDIA_EVENT_HUNG_UP, 0);
}

struct ua_invite *call_number(void)
{
	lift();
	phone_dials("102#");
	return call_sent();
}

struct ua_invite *talk(void)
{
	call_is_answered(call_number(), PCMU);
	assert_state("talking");
	return call_sent();
}

struct ua_invite *talk_in_map(void)
{
	lift();
	phone_dials("102");
	call_is_answered(call_sent(), PCMU);
	assert_state("talking");
	return call_sent();
}

/* The first is held, a second one was called and answered. */
struct ua_invite *talk_to_second(void)
{
	flash();
	phone_dials("103#");
	call_is_answered(call_sent(), PCMU);
	assert_state("talking");
	return call_sent();
}

void emergency_numbers_are_known(void)
{
	const char *why;
	size_t at;

	assert_int_equal(digitmap_parse(&world.profile.emergency, "(112|911)", &at, &why), 0);
}

struct ua_invite *call_112(void)
{
	lift();
	phone_dials("112");
	assert_string_equal(call_sent()->to, "112");
	call_is_answered(call_sent(), PCMU);
	assert_state("talking");
	return call_sent();
}
