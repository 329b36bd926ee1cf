/* SPDX-License-Identifier: BSD-3-Clause */
/* What a leg says of its sockets behind an address translator. The mapper is the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/leg/leg.h"
#include "tests/unit/gateway_line_world.h"

#define OUTER_PORT 41002

struct mapping {
	union address outer[STREAM_WIRE_KINDS]; /* port 0: not known */
	int fds[STREAM_WIRE_KINDS];
	unsigned given_back;
};

static struct mapping mapping;
static uint16_t inner_port;
static struct leg *leg;
static unsigned events;

int mapper_take(struct mapper *mapper, struct mapping **mappingp, int fds[STREAM_WIRE_KINDS], uint16_t *portp)
{
	const struct stream_socket_config sockets = {.addr = "127.0.0.1", .port_min = 30000, .port_max = 30999};

	assert_ptr_equal(mapper, &mapping);
	assert_int_equal(stream_socket_open(fds, &inner_port, &sockets), 0);
	memcpy(mapping.fds, fds, sizeof(mapping.fds));
	*portp = inner_port;
	*mappingp = &mapping;
	return 0;
}

void mapping_moved(struct mapping *moved, const int fds[STREAM_WIRE_KINDS])
{
	memcpy(moved->fds, fds, sizeof(moved->fds));
}

void mapping_give_back(struct mapping *back)
{
	if (back)
		back->given_back++;
}

const union address *mapping_outer(const struct mapping *of, enum stream_wire_kind kind)
{
	return address_port(&of->outer[kind]) ? &of->outer[kind] : NULL;
}

static void on_event(struct leg *from, enum line_event event, void *arg)
{
	(void)from;
	(void)event;
	(void)arg;
	events++;
}

static const struct leg_handlers handlers = {.event = on_event};

static int make(void **state)
{
	(void)state;
	line_world_make("(1xx)");
	memset(&mapping, 0, sizeof(mapping));
	assert_int_equal(address_set(&mapping.outer[STREAM_WIRE_RTP], "198.51.100.7", OUTER_PORT), 0);
	assert_int_equal(address_set(&mapping.outer[STREAM_WIRE_RTCP], "198.51.100.7", OUTER_PORT + 1), 0);
	assert_int_equal(codecs_parse(&world.leg_config.codecs, "PCMU"), 0);
	world.leg_config.mapper = (struct mapper *)&mapping;
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	leg_free(leg);
	leg = NULL;
	line_world_free();
	return 0;
}

static const struct ua_sdp *call(struct ua_account *past_servers)
{
	const struct ua_call_to to = {.user = "102", .account = past_servers};

	assert_int_equal(leg_call(&leg, &world.leg_config, NULL, &to, &handlers, NULL), 0);
	return &world.invites[world.invite_count - 1].described;
}

static struct ua_invite *take(bool past_servers)
{
	const char *text = sdp_with("127.0.0.1", "0", "");
	struct ua_sdp offer;
	struct ua_incoming incoming = {.called_user = "101", .caller_user = "102", .offer = &offer, .past_servers = past_servers};
	struct ua_invite *invite = &world.invites[world.invite_count++];

	assert_int_equal(ua_sdp_parse(&offer, text, strlen(text)), 0);
	assert_int_equal(leg_take(&leg, &world.leg_config, invite, &incoming, &handlers, NULL), 0);
	return invite;
}

static void expect_described(const struct ua_sdp *sdp, const char *addr, unsigned port, unsigned rtcp_port)
{
	assert_string_equal(sdp->addr, addr);
	assert_int_equal(sdp->port, port);
	assert_int_equal(sdp->rtcp_port, rtcp_port);
}

static void test_an_offer_names_the_outer_address_and_port(void **state)
{
	(void)state;
	expect_described(call(NULL), "198.51.100.7", OUTER_PORT, 0);
}

static void test_an_outer_port_of_rtcp_that_is_not_the_next_is_told(void **state)
{
	(void)state;
	address_port_set(&mapping.outer[STREAM_WIRE_RTCP], 50321);
	/* RFC 3605 s2.1: where the port of RTCP is not the one after, a=rtcp says it | so it is told behind a translator */
	expect_described(call(NULL), "198.51.100.7", OUTER_PORT, 50321);
}

static void test_an_answer_and_what_follows_in_the_call_name_it_too(void **state)
{
	struct ua_invite *invite = take(false);

	(void)state;
	assert_int_equal(leg_answer(leg), 0);
	expect_described(&invite->described, "198.51.100.7", OUTER_PORT, 0);
	leg_hold(leg, true);
	assert_int_equal(invite->offers, 1);
	expect_described(&invite->described, "198.51.100.7", OUTER_PORT, 0);
	assert_int_equal(mapping.given_back, 0);
}

static void test_without_an_outer_address_the_own_is_named(void **state)
{
	const struct ua_sdp *offer;

	(void)state;
	memset(mapping.outer, 0, sizeof(mapping.outer));
	offer = call(NULL);
	expect_described(offer, "127.0.0.1", inner_port, 0);
}

static void test_a_call_past_the_servers_has_the_own_address(void **state)
{
	const struct ua_sdp *offer = call((struct ua_account *)&world);
	struct ua_invite *invite;

	(void)state;
	expect_described(offer, "127.0.0.1", inner_port, 0);
	leg_free(leg);
	invite = take(true);
	assert_int_equal(leg_answer(leg), 0);
	expect_described(&invite->described, "127.0.0.1", inner_port, 0);
}

static void test_who_takes_a_call_over_keeps_its_mapping(void **state)
{
	struct ua_invite *invite = take(false);
	struct leg *from = leg;
	struct stream_wish wish;

	(void)state;
	assert_int_equal(leg_ring(from, false), 0);
	assert_int_equal(leg_move(&leg, from, &world.leg_config, &handlers, NULL), 0);
	leg_free(from);
	assert_int_equal(mapping.given_back, 0);
	leg_stream_wish(leg, true, true, &wish);
	assert_int_equal(mapping.fds[STREAM_WIRE_RTP], wish.fd);
	assert_int_equal(mapping.fds[STREAM_WIRE_RTCP], wish.rtcp_fd);
	assert_int_equal(leg_answer(leg), 0);
	expect_described(&invite->described, "198.51.100.7", OUTER_PORT, 0);
	leg_free(leg);
	leg = NULL;
	assert_int_equal(mapping.given_back, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_an_offer_names_the_outer_address_and_port, make, unmake),
		cmocka_unit_test_setup_teardown(test_an_outer_port_of_rtcp_that_is_not_the_next_is_told, make, unmake),
		cmocka_unit_test_setup_teardown(test_an_answer_and_what_follows_in_the_call_name_it_too, make, unmake),
		cmocka_unit_test_setup_teardown(test_without_an_outer_address_the_own_is_named, make, unmake),
		cmocka_unit_test_setup_teardown(test_a_call_past_the_servers_has_the_own_address, make, unmake),
		cmocka_unit_test_setup_teardown(test_who_takes_a_call_over_keeps_its_mapping, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
