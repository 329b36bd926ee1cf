/* SPDX-License-Identifier: BSD-3-Clause */
/* An account over TCP, against a server of plain text at the other end of its connection. */
#include <arpa/inet.h>
#include <netinet/tcp.h>

#include "tests/unit/sip_peer.h"

static const char *contact_tcp(void)
{
	static char text[80];

	snprintf(text, sizeof(text), "Contact: <sip:200@127.0.0.1:%u;transport=tcp>\r\n", bed.peer_port);
	return text;
}

static void accept_binding(const char *request)
{
	char text[80];

	assert_starts(request, "REGISTER ");
	snprintf(text, sizeof(text), "Contact: <sip:100@127.0.0.1:%u;transport=tcp>;expires=600\r\n",
		bed.agent_port);
	bed_reply(request, 200, "OK", "r", text, "");
	bed_heard("registration registered 200");
}

static void start(void)
{
	const char *request;

	bed_tcp();
	bed_register();
	request = bed_receive();
	assert_has(request, "Via: SIP/2.0/TCP 127.0.0.1:");
	assert_has(request, ";transport=tcp>;expires=600\r\n");
	accept_binding(request);
}

static void test_a_call_goes_by_the_connection_of_the_registration(void **state)
{
	const char *invite, *ack, *bye;

	(void)state;
	start();
	invite = bed_call();
	assert_has(invite, "Via: SIP/2.0/TCP ");
	bed_reply(invite, 200, "OK", "b", contact_tcp(), SDP(5004));
	ack = bed_receive();
	assert_starts(ack, "ACK ");
	assert_has(ack, "Via: SIP/2.0/TCP ");
	bed_heard("answered 192.0.2.1:5004");
	bed_reply(invite, 200, "OK", "b", contact_tcp(), SDP(5004));
	assert_string_equal(bed_receive(), ack);
	bed_end(16);
	bye = bed_receive();
	assert_starts(bye, "BYE sip:200@127.0.0.1:");
	bed_reply(bye, 200, "OK", NULL, "", "");
	assert_int_equal(bed_connections(), 1);
}

/* The agent's end of the connection, among this process's descriptors. */
static int connection_find(void)
{
	for (int fd = 0; fd < 1024; fd++) {
		struct sockaddr_in peer = {0};
		socklen_t length = sizeof(peer);

		if (!getpeername(fd, (struct sockaddr *)&peer, &length) && ntohs(peer.sin_port) == bed.peer_port)
			return fd;
	}
	return -1;
}

static void test_no_message_waits_for_the_one_before_it_to_be_acknowledged(void **state)
{
	int on = 0;
	socklen_t length = sizeof(on);

	(void)state;
	start();
	assert_int_equal(getsockopt(connection_find(), IPPROTO_TCP, TCP_NODELAY, &on, &length), 0);
	assert_true(on);
}

static void test_what_comes_by_the_connection_is_answered_by_it(void **state)
{
	const char *ok;

	(void)state;
	start();
	bed_invite("a", contact_tcp(), SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 200 \"The \"Peer\"\" offering 192.0.2.1:5004");
	ok = bed_pick_up(false);
	assert_starts(ok, "SIP/2.0 200 OK");
	assert_has(header(ok, "Contact"), ";transport=tcp>");
	bed_advance(510);
	assert_string_equal(bed_receive_now(), ok); /* repeated over TCP too (RFC 3261 s13.3.1.4) */
	bed_send("ACK sip:100@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:%u;branch=z9hG4bK-k\r\n"
		"From: %s\r\nTo: %s\r\nCall-ID: a\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
		bed.agent_port, bed.peer_port, header(ok, "From"), header(ok, "To"));
	bed_quiet();
	bed_end(0);
	assert_starts(bed_receive(), "BYE ");
	assert_int_equal(bed_connections(), 1);
}

static void test_a_connection_that_is_lost_is_made_anew_and_calls_live_on(void **state)
{
	const char *invite, *again, *bye;

	(void)state;
	start();
	invite = bed_call();
	bed_talk(invite, contact_tcp());
	bed_hang_up_connection();
	bed_heard_nothing();
	bed_advance(2000);
	again = bed_receive();
	accept_binding(again);
	assert_int_equal(bed_connections(), 2);
	bed_end(0);
	bye = bed_receive();
	assert_starts(bye, "BYE ");
	assert_string_equal(header(bye, "Call-ID"), header(invite, "Call-ID"));
	assert_int_equal(bed_connections(), 2);
}

static void test_a_request_after_a_lost_connection_makes_another(void **state)
{
	const char *invite;

	(void)state;
	start();
	bed_hang_up_connection();
	bed_heard_nothing();
	invite = bed_call();
	assert_starts(invite, "INVITE ");
	assert_int_equal(bed_connections(), 2);
}

static void test_a_connection_lost_after_unregistering_is_let_go(void **state)
{
	(void)state;
	start();
	ua_account_unregister(bed.account);
	bed_reply(bed_receive(), 200, "OK", "r", "", "");
	bed_heard("registration none 200");
	bed_hang_up_connection();
	bed_heard_nothing();
	bed_advance(2100);
	bed_quiet();
	/* RFC 5626 s4.4: who registered by a connection registers anew when it is lost | not who is reached by UDP, and sent the REGISTER by TCP for its size */
	assert_int_equal(bed_connections(), 1);
}

static void test_a_server_that_takes_no_connection_is_a_failure_at_once(void **state)
{
	struct ua_account_config config = {
		.user = "101", .domain = "example.org", .server_addr = "127.0.0.1",
		.server_port = bed.peer_port, .transport = UA_TCP, .expires_s = 600,
	};
	struct ua_account *other;

	(void)state;
	assert_int_equal(ua_account_alloc(&other, bed.agent, &config, NULL, NULL), 0);
	ua_account_register(other, 0);
	for (unsigned i = 0; ua_account_state(other) != UA_REG_FAILED; i++) {
		assert_in_range(i, 0, 500);
		bed_heard_nothing();
	}
	bed_tcp();
	bed_advance(11000);
	assert_starts(bed_receive(), "REGISTER ");
	ua_account_free(other);
	ua_account_free(bed.account);
	bed.account = NULL;
	bed_quiet();
}

/* An INVITE that no datagram should hold. */
static void call_at_length(void)
{
	static char referred_by[1000];
	const struct ua_call_to to = {.user = "200", .replaces = "", .referred_by = referred_by};
	struct ua_sdp offer;

	snprintf(referred_by, sizeof(referred_by), "<sip:%0850d@example.org>", 0);
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), 0);
}

static void test_a_large_request_goes_by_tcp(void **state)
{
	const char *invite;
	char contact_udp[64];

	(void)state;
	bed_listen_tcp();
	call_at_length();
	invite = bed_receive();
	assert_true(strlen(invite) > 1300);
	/* RFC 3261 s18.1.1: a request over 1300 bytes goes by a transport with congestion control, if none was said | by TCP, and its Via says so */
	assert_has(invite, "Via: SIP/2.0/TCP ");
	snprintf(contact_udp, sizeof(contact_udp), "Contact: <sip:200@127.0.0.1:%u>\r\n", bed.peer_port);
	bed_reply(invite, 200, "OK", "b", contact_udp, SDP(5004));
	/* RFC 3261 s18.1.1: each request is judged by its own size | the ACK of such a call goes by UDP */
	assert_has(bed_receive(), "Via: SIP/2.0/UDP ");
	bed_heard("answered 192.0.2.1:5004");
	bed_end(0);
	assert_has(bed_receive(), "Via: SIP/2.0/UDP ");
	assert_int_equal(bed_connections(), 1);
}

static void test_a_request_that_fits_goes_by_udp(void **state)
{
	(void)state;
	bed_listen_tcp();
	assert_has(bed_call(), "Via: SIP/2.0/UDP ");
	assert_int_equal(bed_connections(), 0);
}

static void test_a_large_request_goes_by_udp_where_tcp_is_refused(void **state)
{
	const char *invite;

	(void)state;
	call_at_length();
	invite = bed_receive();
	/* RFC 3261 s18.1.1: where TCP is refused (RST, ICMP) a large request goes by UDP | the next one to that server too, at once */
	assert_has(invite, "Via: SIP/2.0/UDP ");
	assert_true(strlen(invite) > 1300);
	bed_quiet();
	bed_reply(invite, 486, "Busy Here", "b", "", "");
	assert_starts(bed_receive(), "ACK ");
	bed_heard("ended by peer, status 486, cause 0");
	bed_listen_tcp();
	call_at_length();
	assert_has(bed_receive(), "Via: SIP/2.0/UDP ");
	assert_int_equal(bed_connections(), 0);
}

static void test_a_large_request_does_not_wait_long_for_a_silent_tcp(void **state)
{
	const char *first, *second;

	(void)state;
	bed_listen_tcp();
	call_at_length();
	first = bed_receive();
	assert_has(first, "Via: SIP/2.0/TCP ");
	bed_advance(1900);
	bed_quiet();
	bed_advance(200);
	second = bed_receive();
	assert_has(second, "Via: SIP/2.0/UDP ");
	assert_string_equal(header(second, "Call-ID"), header(first, "Call-ID"));
	bed_heard_nothing();
}

/* Within a call to one whose Contact has these parameters. */
static void inform_at_length(const char *parameters)
{
	const char *invite = bed_call();
	char contact_udp[80], body[1300];

	snprintf(contact_udp, sizeof(contact_udp), "Contact: <sip:200@127.0.0.1:%u%s>\r\n", bed.peer_port, parameters);
	bed_talk(invite, contact_udp);
	snprintf(body, sizeof(body), "%01200d", 0);
	assert_int_equal(ua_invite_info(bed.invite, "text/plain", body), 0);
}

static void test_a_large_request_within_a_call_goes_by_what_its_address_says(void **state)
{
	static const char *const parameters[] = {";transport=UDP", ";transport=tcp", ""};
	static const char *const vias[] = {"Via: SIP/2.0/UDP ", "Via: SIP/2.0/TCP ", "Via: SIP/2.0/TCP "};

	(void)state;
	bed_listen_tcp();
	for (unsigned i = 0; i < 3; i++) {
		const char *info;

		bed_hang_up_connection();
		inform_at_length(parameters[i]);
		info = bed_receive();
		assert_starts(info, "INFO ");
		/* RFC 3261 s18.1.1: a large request goes by UDP all the same where its next hop was said to be reached by UDP | alone, and by TCP where it says tcp, or nothing */
		assert_has(info, vias[i]);
		bed_reply(info, 200, "OK", NULL, "", "");
		bed_heard("informed 200");
		bed_hang_up_connection();
		bed_end(0);
		bed_reply(bed_receive_new("BYE "), 200, "OK", NULL, "", "");
	}
	assert_int_equal(bed_connections(), 2);
}

/* ... nor a REGISTER: the account's name is long. */
static void open_account_at_length(void)
{
	static char name[900];
	const struct ua_agent_config config = {.local_addr = bed.addr, .user_agent = "tipring"};
	struct ua_account_config account = {.user = "100", .domain = "example.org", .server_addr = bed.addr,
		.server_port = bed.peer_port, .password = "", .expires_s = 600, .contact_as_seen = true, .display_name = name};

	snprintf(name, sizeof(name), "%0600d", 0);
	bed_agent_anew(&config, &account);
	bed_register();
}

static void test_a_connection_for_one_large_registration_may_go(void **state)
{
	const char *request;
	char contact_udp[80];

	(void)state;
	bed_listen_tcp();
	open_account_at_length();
	request = bed_receive();
	assert_has(request, "Via: SIP/2.0/TCP ");
	snprintf(contact_udp, sizeof(contact_udp), "Contact: <sip:100@127.0.0.1:%u>;expires=600\r\n", bed.agent_port);
	bed_reply(request, 200, "OK", "r", contact_udp, "");
	bed_heard("registration registered 200");
	bed_hang_up_connection();
	bed_heard_nothing();
	bed_advance(2100);
	bed_quiet();
	assert_int_equal(bed_connections(), 1);
}

static void test_contact_is_not_moved_to_a_connection_for_one_large_registration(void **state)
{
	const char *request, *via;
	char contact_udp[80];

	(void)state;
	bed_listen_tcp();
	open_account_at_length();
	request = bed_receive();
	via = header(request, "Via");
	snprintf(contact_udp, sizeof(contact_udp), "Contact: <sip:100@127.0.0.1:%u>;expires=600\r\n", bed.agent_port);
	bed_send("SIP/2.0 200 OK\r\nVia: %.*s;received=203.0.113.5;rport=40001\r\nFrom: %s\r\nTo: %s;tag=r\r\nCall-ID: %s\r\nCSeq: %s\r\n%s"
		"Content-Length: 0\r\n\r\n", (int)(strstr(via, ";rport") - via), via, header(request, "From"), header(request, "To"),
		header(request, "Call-ID"), header(request, "CSeq"), contact_udp);
	/* RFC 3581 s4: rport is the port that the request came from | that of a connection is nowhere to be reached by UDP */
	bed_heard("registration registered 200");
	bed_quiet();
}

static void test_large_requests_may_stay_on_udp(void **state)
{
	const struct ua_agent_config config = {.local_addr = bed.addr, .user_agent = "tipring", .large_by_udp = true};
	const struct ua_account_config account = {.user = "100", .domain = "example.org", .server_addr = bed.addr,
		.server_port = bed.peer_port, .password = "", .expires_s = 600};

	(void)state;
	bed_listen_tcp();
	bed_agent_anew(&config, &account);
	call_at_length();
	assert_has(bed_receive(), "Via: SIP/2.0/UDP ");
	assert_int_equal(bed_connections(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_a_large_request_goes_by_tcp),
		bed_test(test_a_request_that_fits_goes_by_udp),
		bed_test(test_a_large_request_goes_by_udp_where_tcp_is_refused),
		bed_test(test_a_large_request_does_not_wait_long_for_a_silent_tcp),
		bed_test(test_a_large_request_within_a_call_goes_by_what_its_address_says),
		bed_test(test_a_connection_for_one_large_registration_may_go),
		bed_test(test_contact_is_not_moved_to_a_connection_for_one_large_registration),
		bed_test(test_large_requests_may_stay_on_udp),
		bed_test(test_a_call_goes_by_the_connection_of_the_registration),
		bed_test(test_no_message_waits_for_the_one_before_it_to_be_acknowledged),
		bed_test(test_what_comes_by_the_connection_is_answered_by_it),
		bed_test(test_a_connection_that_is_lost_is_made_anew_and_calls_live_on),
		bed_test(test_a_request_after_a_lost_connection_makes_another),
		bed_test(test_a_connection_lost_after_unregistering_is_let_go),
		bed_test(test_a_server_that_takes_no_connection_is_a_failure_at_once),
	};

	return cmocka_run_group_tests_name("sip tcp", tests, NULL, NULL);
}
