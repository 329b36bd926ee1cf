/* SPDX-License-Identifier: BSD-3-Clause */
/* Over IPv6: registration and calls in both roles against a peer of plain text on ::1. */
#include "tests/unit/sip_peer.h"

#define SDP6(port) "v=0\r\no=- 1 1 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP6 2001:db8::1\r\nt=0 0\r\n" \
	"m=audio " #port " RTP/AVP 8\r\n"

static const char *contact_ipv6(void)
{
	static char text[64];

	snprintf(text, sizeof(text), "Contact: <sip:200@[::1]:%u>\r\n", bed.peer_port);
	return text;
}

static void in_dialog(const char *method, unsigned cseq, const char *to)
{
	bed_send("%s sip:100@[::1]:%u SIP/2.0\r\nVia: SIP/2.0/UDP [::1]:%u;branch=z9hG4bK-%s%u\r\n"
		"From: <sip:200@example.org>;tag=peer\r\nTo: %s\r\nCall-ID: a\r\nCSeq: %u %s\r\n"
		"Content-Length: 0\r\n\r\n", method, bed.agent_port, bed.peer_port, method, cseq, to, cseq, method);
}

static void test_addresses_are_in_brackets_where_the_grammar_wants_them(void **state)
{
	const char *request;

	(void)state;
	assert_int_equal(ua_account_register(bed.account, 0), 0);
	request = bed_receive();
	assert_starts(request, "REGISTER sip:example.org SIP/2.0\r\n");
	assert_has(request, "Via: SIP/2.0/UDP [::1]:");
	assert_has(request, "Contact: <sip:100@[::1]:");
	bed_reply(request, 200, "OK", "r", header(request, "Contact"), "");
}

static void test_a_call_goes_out_and_its_requests_to_the_peers_contact(void **state)
{
	const char *invite = bed_call(), *ack;

	(void)state;
	assert_has(invite, "Via: SIP/2.0/UDP [::1]:");
	assert_has(body_of(invite), "c=IN IP6 ::1\r\n");
	assert_has(body_of(invite), " IN IP6 ::1\r\ns=");
	bed_reply(invite, 200, "OK", "b", contact_ipv6(), SDP6(5004));
	ack = bed_receive();
	assert_starts(ack, "ACK sip:200@[::1]:");
	bed_heard("answered 2001:db8::1:5004");
	bed_end(0);
	assert_starts(bed_receive(), "BYE sip:200@[::1]:");
}

static void test_a_call_that_came_is_answered_and_ended(void **state)
{
	struct ua_sdp offer, sdp;
	const char *ok, *to;

	(void)state;
	bed_invite("a", contact_ipv6(), SDP6(5004));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	assert_int_equal(ua_sdp_parse(&offer, SDP6(5004), strlen(SDP6(5004))), 0);
	assert_int_equal(ua_sdp_answer(&sdp, &offer, &bed.local), 0);
	assert_non_null(bed.invite);
	assert_int_equal(ua_invite_answer(bed.invite, &sdp), 0);
	ok = bed_receive();
	assert_starts(ok, "SIP/2.0 200 OK");
	assert_has(ok, "Contact: <sip:100@[::1]:");
	assert_has(body_of(ok), "c=IN IP6 ::1\r\n");
	to = header(ok, "To");
	in_dialog("ACK", 1, to);
	in_dialog("BYE", 2, to);
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
}

static void test_sound_of_the_other_family_is_refused_488(void **state)
{
	const char *refusal;

	(void)state;
	bed_invite("a", contact_ipv6(), SDP(5004));
	refusal = bed_receive();
	assert_starts(refusal, "SIP/2.0 488 ");
	assert_has(refusal, "Warning: 301 ");
	bed_quiet();
	bed_heard_nothing();
}

static void test_an_account_of_the_other_family_is_refused(void **state)
{
	const struct ua_account_config config = {
		.user = "1", .domain = "example.org", .server_addr = "127.0.0.1", .server_port = 5060,
		.password = "", .expires_s = 600,
	};
	struct ua_account *account;

	(void)state;
	assert_int_equal(ua_account_alloc(&account, bed.agent, &config, NULL, NULL), EAFNOSUPPORT);
}

static void test_the_other_familys_sound_is_refused_over_ipv4_too(void **state)
{
	(void)state;
	bed_invite("a", "Contact: <sip:200@127.0.0.1>\r\n", SDP6(5004));
	assert_starts(bed_receive(), "SIP/2.0 488 ");
	bed_heard_nothing();
}

#define TEST6(test) cmocka_unit_test_setup_teardown(test, bed_open_ipv6, bed_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST6(test_addresses_are_in_brackets_where_the_grammar_wants_them),
		TEST6(test_a_call_goes_out_and_its_requests_to_the_peers_contact),
		TEST6(test_a_call_that_came_is_answered_and_ended),
		TEST6(test_sound_of_the_other_family_is_refused_488),
		TEST6(test_an_account_of_the_other_family_is_refused),
		cmocka_unit_test_setup_teardown(test_the_other_familys_sound_is_refused_over_ipv4_too, bed_open, bed_close),
	};

	return cmocka_run_group_tests_name("sip/ipv6", tests, NULL, NULL);
}
