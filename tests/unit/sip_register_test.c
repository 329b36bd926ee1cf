/* SPDX-License-Identifier: BSD-3-Clause */
/* Registration against a registrar of plain text. */
#include "tests/unit/sip_peer.h"

#define CHALLENGE "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"%s\", algorithm=MD5%s\r\n"

static void challenge(const char *request, const char *nonce, const char *more)
{
	char text[256];

	snprintf(text, sizeof(text), CHALLENGE, nonce, more);
	bed_reply(request, 401, "Unauthorized", "r", text, "");
}

static void accept_for(const char *request, unsigned expires_s)
{
	char text[256];

	snprintf(text, sizeof(text), "Contact: <sip:100@192.0.2.50:5060>;expires=30, "
		"<sip:100@127.0.0.1:%u>;expires=%u\r\nContact: <sip:100@192.0.2.51>;expires=40\r\n",
		bed.agent_port, expires_s);
	bed_reply(request, 200, "OK", "r", text, "");
}

static const char *start(void)
{
	bed_register();
	return bed_receive();
}

static void test_a_registration_is_challenged_and_kept(void **state)
{
	const char *first = start(), *second;

	(void)state;
	/* RFC 3261 s10.2: the Request-URI of REGISTER is the domain, without user | it is */
	assert_starts(first, "REGISTER sip:example.org SIP/2.0\r\n");
	assert_has(first, "From: \"Line One\" <sip:100@example.org>;tag=");
	/* RFC 3261 s10.2: To is the address of record | it is */
	assert_has(first, "To: \"Line One\" <sip:100@example.org>\r\n");
	/* RFC 3261 s10.2.1.1: the wanted lifetime stands in Expires | the account's */
	assert_has(first, "Expires: 600\r\n");
	challenge(first, "n1", "");
	second = bed_receive();
	/* RFC 3261 s22.2: a 401 is answered with Authorization | for the digest's URI */
	assert_has(second, "nonce=\"n1\", uri=\"sip:example.org\"");
	assert_has(second, ", algorithm=MD5");
	/* RFC 3261 s10.2: all registrations to one registrar have one Call-ID | they have */
	assert_string_equal(header(second, "Call-ID"), header(first, "Call-ID"));
	/* RFC 3261 s10.2: the registrations of one Call-ID have growing CSeq numbers | by one */
	assert_int_equal(atoi(header(second, "CSeq")), atoi(header(first, "CSeq")) + 1);
	accept_for(second, 600);
	bed_heard("registration registered 200");
	assert_int_equal(ua_account_state(bed.account), UA_REG_REGISTERED);
}

static void test_it_can_be_seen_where_an_account_is_registered_and_why_not(void **state)
{
	const char *request;
	struct ua_registration_view view;
	char server[32];

	(void)state;
	ua_account_registration(bed.account, &view);
	assert_string_equal(view.server, "");
	assert_int_equal(view.lasts_s + view.next_s, 0);
	request = start();
	accept_for(request, 600);
	bed_heard("registration registered 200");
	ua_account_registration(bed.account, &view);
	snprintf(server, sizeof(server), "127.0.0.1:%u", bed.peer_port);
	assert_string_equal(view.server, server);
	assert_int_equal(view.status, 200);
	assert_in_range(view.lasts_s, 599, 600);
	assert_in_range(view.next_s, 400, 450);
	bed_advance(460000);
	bed_reply(bed_receive(), 403, "Not You", "r", "", "");
	bed_heard("registration registered 403"); /* what there was lasts */
	ua_account_registration(bed.account, &view);
	assert_int_equal(view.status, 403);
	assert_string_equal(view.reason, "Not You");
	assert_in_range(view.lasts_s, 100, 140);
	assert_in_range(view.next_s, 240, 330);
}

static void test_calls_take_the_route_that_the_registrar_gave(void **state)
{
	const char *request = start(), *invite;
	char text[512];

	(void)state;
	/* RFC 3327 s5.1: who registers and understands Path says so | Supported: path */
	assert_has(request, "Supported: path\r\n");
	snprintf(text, sizeof(text), "Contact: <sip:100@127.0.0.1:%u>;expires=600\r\nService-Route: <sip:orig@p1.example.org;lr>,"
		" <sip:p2.example.org;lr>\r\nService-Route: <sip:p3.example.org;lr>\r\n", bed.agent_port);
	bed_reply(request, 200, "OK", "r", text, "");
	bed_heard("registration registered 200");
	invite = bed_call();
	/* RFC 3608 s6.1: what Service-Route named is the Route of later requests, in its order | of an INVITE */
	assert_has(invite, "Route: <sip:orig@p1.example.org;lr>\r\nRoute: <sip:p2.example.org;lr>\r\nRoute: <sip:p3.example.org;lr>\r\n");
	assert_starts(invite, "INVITE sip:200@example.org SIP/2.0\r\n");
	bed_reply(invite, 486, "Busy Here", "b", "", "");
	bed_heard("ended by peer, status 486, cause 0");
	bed_receive_new("ACK ");
	bed_advance(450000);
	request = bed_receive_new("REGISTER ");
	/* RFC 3608 s6.1: the route is no part of the registration itself | REGISTER has none */
	assert_has_not(request, "Route: ");
	accept_for(request, 600);
	bed_heard("registration registered 200");
	/* RFC 3608 s6.1: a 2xx to REGISTER without Service-Route takes the route away | it does */
	assert_has_not(bed_call(), "Route: ");
}

static void test_the_expiry_of_our_own_binding_counts(void **state)
{
	(void)state;
	accept_for(start(), 200);
	bed_heard("registration registered 200");
	bed_advance(134000);
	bed_quiet();
	bed_advance(16100);
	/* RFC 3261 s10.2.4: a binding is refreshed before it expires, by the time that the registrar gave our Contact | at three quarters; others' times do not count */
	assert_starts(bed_receive(), "REGISTER ");
	bed_heard_nothing();
}

static void test_a_remembered_nonce_may_be_refused_once_at_a_refresh(void **state)
{
	const char *request = start();

	(void)state;
	challenge(request, "n1", "");
	accept_for(bed_receive(), 600);
	bed_heard("registration registered 200");
	bed_advance(450000);
	request = bed_receive();
	assert_has(request, "nonce=\"n1\"");
	challenge(request, "n2", "");
	request = bed_receive();
	assert_has(request, "nonce=\"n2\"");
	accept_for(request, 600);
	bed_heard("registration registered 200");
}

static void test_a_wrong_password_is_asked_for_twice_and_then_rarely(void **state)
{
	const char *request = start();
	char nonce[8];

	(void)state;
	challenge(request, "n1", "");
	challenge(bed_receive(), "n2", "");
	bed_heard("registration failed 401");
	bed_advance(269000);
	/* RFC 3261 s22.2: credentials that were rejected are not sent over and over | a pause of 300 s, doubled each time */
	bed_quiet();
	bed_advance(61100);
	bed_heard("registration trying 0");
	for (unsigned i = 0; i < 2; i++) {
		snprintf(nonce, sizeof(nonce), "m%u", i);
		challenge(bed_receive(), nonce, "");
	}
	bed_heard("registration failed 401");
	bed_advance(539000);
	bed_quiet();
	bed_advance(121100);
	assert_starts(bed_receive(), "REGISTER ");
}

static void test_a_server_that_finds_every_nonce_stale_gets_three_requests(void **state)
{
	(void)state;
	challenge(start(), "n1", "");
	challenge(bed_receive(), "n2", ", stale=true");
	challenge(bed_receive(), "n3", ", stale=true");
	bed_heard("registration failed 401");
	bed_advance(269000);
	bed_quiet();
}

static void test_403_pauses_as_a_wrong_password_does(void **state)
{
	(void)state;
	bed_reply(start(), 403, "Forbidden", "r", "", "");
	bed_heard("registration failed 403");
	bed_advance(269000);
	/* RFC 3261 s21.4.4: 403: the request is not to be repeated | a pause of 300 s */
	bed_quiet();
	bed_advance(61100);
	assert_starts(bed_receive(), "REGISTER ");
}

static void test_too_brief_an_interval_is_made_longer(void **state)
{
	const char *request = start();

	(void)state;
	bed_reply(request, 423, "Interval Too Brief", "r", "Min-Expires: 1800\r\n", "");
	request = bed_receive();
	/* RFC 3261 s10.2.8: 423 is answered with the lifetime of Min-Expires | once */
	assert_has(request, "Expires: 1800\r\n");
	bed_reply(request, 423, "Interval Too Brief", "r", "Min-Expires: 900\r\n", "");
	bed_heard("registration failed 423");
	bed_quiet();
}

static void test_a_failure_is_retried_with_growing_pauses(void **state)
{
	unsigned pause_ms = 10000;

	(void)state;
	bed_reply(start(), 500, "Server Internal Error", "r", "", "");
	for (unsigned i = 0; i < 3; i++, pause_ms *= 2) {
		bed_heard("registration failed 500");
		bed_advance(pause_ms * 89 / 100);
		bed_quiet();
		bed_advance(pause_ms * 22 / 100);
		bed_heard("registration trying 0");
		bed_reply(bed_receive(), 500, "Server Internal Error", "r", "", "");
	}
}

static void test_retry_after_is_heeded(void **state)
{
	(void)state;
	bed_reply(start(), 503, "Service Unavailable", "r", "Retry-After: 100 (maintenance)\r\n", "");
	bed_heard("registration failed 503");
	bed_advance(99900);
	/* RFC 3261 s20.33: Retry-After says when to try again | not before */
	bed_quiet();
	bed_advance(200);
	assert_starts(bed_receive(), "REGISTER ");
}

static void test_silence_is_a_failure(void **state)
{
	(void)state;
	start();
	bed_advance(32100);
	/* RFC 3261 s17.1.2.2: a request without answer is given up after 64*T1 | after 32 s */
	bed_heard("registration failed 408");
}

static void test_a_200_that_drops_our_binding_is_a_failure(void **state)
{
	(void)state;
	accept_for(start(), 0);
	bed_heard("registration failed 200");
	bed_advance(11000);
	bed_heard("registration trying 0");
	accept_for(bed_receive(), 600);
	bed_heard("registration registered 200");
	bed_advance(450000);
	accept_for(bed_receive(), 0);
	bed_heard("registration failed 200");
}

static void test_a_refresh_that_fails_is_told_but_the_binding_lasts(void **state)
{
	(void)state;
	accept_for(start(), 600);
	bed_heard("registration registered 200");
	bed_advance(450000);
	bed_reply(bed_receive(), 500, "Server Internal Error", "r", "", "");
	bed_heard("registration registered 500");
	assert_int_equal(ua_account_state(bed.account), UA_REG_REGISTERED);
	bed_advance(11000);
	accept_for(bed_receive(), 600);
	bed_heard("registration registered 200");
	bed_advance(149000); /* the first binding would have run out */
	bed_heard_nothing();
}

static void test_a_binding_that_runs_out_after_failures_is_lost(void **state)
{
	(void)state;
	accept_for(start(), 600);
	bed_heard("registration registered 200");
	bed_advance(450000);
	bed_reply(bed_receive(), 403, "Forbidden", "r", "", "");
	bed_heard("registration registered 403");
	bed_advance(149000);
	bed_heard_nothing();
	bed_advance(1100);
	bed_heard("registration failed 403");
	assert_int_equal(ua_account_state(bed.account), UA_REG_FAILED);
}

static void test_a_binding_that_runs_out_during_its_refresh_is_lost(void **state)
{
	const char *request;

	(void)state;
	accept_for(start(), 60);
	bed_heard("registration registered 200");
	bed_advance(45000);
	request = bed_receive();
	bed_advance(15100);
	bed_heard("registration failed 408");
	accept_for(request, 60);
	bed_heard("registration registered 200");
}

static void test_unregistering_takes_our_binding_away(void **state)
{
	const char *request;

	(void)state;
	accept_for(start(), 600);
	bed_heard("registration registered 200");
	ua_account_unregister(bed.account);
	request = bed_receive();
	/* RFC 3261 s10.2.2: a binding is removed by its Contact with expires 0 | ours alone, never * */
	assert_has(request, ";expires=0\r\n");
	assert_has(request, "Expires: 0\r\n");
	challenge(request, "n1", "");
	request = bed_receive();
	/* RFC 3665 s2.4: a challenge to it is answered too | it is */
	assert_has(request, "Expires: 0\r\n");
	bed_reply(request, 200, "OK", "r", "", "");
	bed_heard("registration none 200");
	bed_advance(3600000);
	bed_heard_nothing();
	bed_quiet();
}

static void test_unregistering_waits_no_longer_than_4_s(void **state)
{
	(void)state;
	accept_for(start(), 600);
	bed_heard("registration registered 200");
	ua_account_unregister(bed.account);
	bed_receive();
	bed_advance(3000);
	bed_heard_nothing();
	bed_advance(1100);
	bed_heard("registration none 408");
}

static void test_unregistering_what_was_never_registered_asks_nobody(void **state)
{
	(void)state;
	ua_account_unregister(bed.account);
	bed_heard("registration none 0");
	bed_quiet();
}

static void test_a_start_can_be_delayed(void **state)
{
	(void)state;
	ua_account_register(bed.account, 5000);
	bed_advance(4900);
	bed_quiet();
	bed_advance(200);
	assert_starts(bed_receive(), "REGISTER ");
}

static void test_an_unsupported_challenge_is_passed_over_for_one_that_is(void **state)
{
	const char *request = start();

	(void)state;
	bed_reply(request, 401, "Unauthorized", "r",
		"WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n0\", algorithm=XYZ\r\n"
		"WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", algorithm=SHA-512-256\r\n"
		"WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n2\"\r\n", "");
	request = bed_receive();
	assert_has(request, "nonce=\"n1\"");
	/* RFC 8760 s2.4: of several challenges the topmost that is supported is answered | it is */
	assert_has(request, ", algorithm=SHA-512-256");
	/* RFC 8760 s2.4: only one of several challenges of one realm is answered | it is */
	assert_has_not(request, "nonce=\"n2\"");
	bed_reply(request, 401, "Unauthorized", "r", "WWW-Authenticate: Basic realm=\"x\"\r\n", "");
	/* RFC 3261 s22.4: Basic is not answered | it is not */
	bed_heard("registration failed 401");
}

static void test_two_accounts_of_one_user_have_contacts_of_their_own(void **state)
{
	struct ua_account_config config = {
		.user = "100", .domain = "example.net", .server_addr = "127.0.0.1",
		.server_port = bed.peer_port, .expires_s = 600,
	};
	struct ua_account *other;
	const char *request;

	(void)state;
	assert_int_equal(ua_account_alloc(&other, bed.agent, &config, NULL, NULL), 0);
	ua_account_register(other, 0);
	request = bed_receive();
	assert_has(request, "To: <sip:100@example.net>\r\n");
	/* RFC 3261 s10.2.1: a Contact tells apart who registers | each account has its own */
	assert_has(request, "Contact: <sip:100-2@127.0.0.1:");
	ua_account_free(other);
	bed_quiet();
}

static void test_what_cannot_be_an_account_is_refused(void **state)
{
	static const struct ua_account_config rows[] = {
		{.user = "", .domain = "example.org", .server_addr = "127.0.0.1"},
		{.user = "1", .domain = "", .server_addr = "127.0.0.1"},
		{.user = "1", .domain = "a\r\nb", .server_addr = "127.0.0.1"},
		{.user = "1", .domain = "example.org", .server_addr = "host example"},
		{.user = "1", .domain = "example.org"},
	};
	struct ua_account *account;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(ua_account_alloc(&account, bed.agent, &rows[i], NULL, NULL), EINVAL);
}

static void open_behind_a_translator(bool contact_as_seen)
{
	const struct ua_agent_config config = {.local_addr = bed.addr, .user_agent = "tipring"};
	const struct ua_account_config account = {.user = "100", .domain = "example.org", .server_addr = bed.addr,
		.server_port = bed.peer_port, .password = "secret", .expires_s = 600, .contact_as_seen = contact_as_seen};

	bed_agent_anew(&config, &account);
}

/* As a server does that saw the request come from there (RFC 3581 s4). */
static void reply_seen(const char *request, const char *received, unsigned port, unsigned status, const char *headers)
{
	const char *via = header(request, "Via"), *rport = strstr(via, ";rport");

	assert_non_null(rport);
	bed_send("SIP/2.0 %u Well\r\nVia: %.*s;received=%s;rport=%u\r\nFrom: %s\r\nTo: %s;tag=r\r\nCall-ID: %s\r\nCSeq: %s\r\n%sContent-Length: 0\r\n\r\n",
		status, (int)(rport - via), via, received, port, header(request, "From"), header(request, "To"), header(request, "Call-ID"),
		header(request, "CSeq"), headers);
}

#define SEEN "203.0.113.5"

static void test_contact_says_from_where_the_server_sees_us(void **state)
{
	const char *request;

	(void)state;
	open_behind_a_translator(true);
	request = start();
	assert_has(request, "Contact: <sip:100@127.0.0.1:");
	reply_seen(request, SEEN, 40001, 401, "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n1\"\r\n");
	request = bed_receive();
	/* RFC 3581 s4: received and rport say from where a request came | Contact is there from then on, where contact_as_seen is on */
	assert_has(request, "Contact: <sip:100@" SEEN ":40001>;expires=600");
	reply_seen(request, SEEN, 40001, 200, "Contact: <sip:100@" SEEN ":40001>;expires=300\r\n");
	bed_heard("registration registered 200");
	bed_quiet();
	assert_has(bed_call(), "Contact: <sip:100@" SEEN ":40001>");
	bed_invite("n", "Contact: <sip:200@127.0.0.1>\r\n", SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
}

static void test_a_binding_at_the_address_of_before_is_taken_away(void **state)
{
	const char *request;
	char contact[160];

	(void)state;
	open_behind_a_translator(true);
	request = start();
	snprintf(contact, sizeof(contact), "Contact: <sip:100@127.0.0.1:%u>;expires=600\r\n", bed.agent_port);
	reply_seen(request, SEEN, 40001, 200, contact);
	request = bed_receive();
	snprintf(contact, sizeof(contact), "Contact: <sip:100@" SEEN ":40001>;expires=600, <sip:100@127.0.0.1:%u>;expires=0\r\n", bed.agent_port);
	/* RFC 3261 s10.2.2: a binding is removed by its Contact with expires 0 | that of the inner address, together with the new one */
	assert_has(request, contact);
	/* A translator that gives each packet another port is not run after. */
	reply_seen(request, SEEN, 40002, 200, "Contact: <sip:100@" SEEN ":40001>;expires=600\r\n");
	bed_heard("registration registered 200");
	bed_quiet();
}

static void test_contact_stays_where_nobody_wants_it_moved(void **state)
{
	const char *request;
	char contact[80];

	(void)state;
	open_behind_a_translator(false);
	request = start();
	snprintf(contact, sizeof(contact), "Contact: <sip:100@127.0.0.1:%u>;expires=600\r\n", bed.agent_port);
	reply_seen(request, SEEN, 40001, 200, contact);
	bed_heard("registration registered 200");
	bed_quiet();
	assert_has(bed_call(), "Contact: <sip:100@127.0.0.1:");
}

static void test_an_address_that_is_none_moves_nothing(void **state)
{
	const char *request;
	char contact[80];

	(void)state;
	open_behind_a_translator(true);
	request = start();
	snprintf(contact, sizeof(contact), "Contact: <sip:100@127.0.0.1:%u>;expires=600\r\n", bed.agent_port);
	reply_seen(request, "far.example", 0, 200, contact);
	bed_heard("registration registered 200");
	bed_quiet();
}

/* By IPv6, with an address in brackets and without; what no packet comes from moves nothing. */
static void test_contact_moves_by_ipv6_too(void **state)
{
	static const struct {
		const char *received, *host;
	} rows[] = {
		/* RFC 5118 s4.5: received of IPv6 may stand in brackets or not | both are understood */
		{"2001:db8::5", "[2001:db8::5]"}, {"[2001:db8::6]", "[2001:db8::6]"}, {"[2001:db8::6", NULL}, {"[203.0.113.5]", NULL},
		{"203.0.113.5", NULL}, {"[]", NULL}, {"::", NULL}, {"ff02::1", NULL}, {"[::ffff:203.0.113.5]", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *request;
		char contact[100];

		open_behind_a_translator(true);
		request = start();
		snprintf(contact, sizeof(contact), "Contact: <sip:100@[::1]:%u>;expires=600\r\n", bed.agent_port);
		reply_seen(request, rows[i].received, bed.agent_port, 200, contact);
		if (rows[i].host) {
			request = bed_receive();
			snprintf(contact, sizeof(contact), "Contact: <sip:100@%s:%u>;expires=600", rows[i].host, bed.agent_port);
			assert_has(request, contact);
			strcat(contact, "\r\n");
			bed_reply(request, 200, "OK", "r", contact, "");
		}
		bed_heard("registration registered 200");
		bed_quiet();
	}
}

static void test_contact_moves_to_no_address_that_nobody_sends_from(void **state)
{
	static const char *const received[] = {"0.0.0.0", "255.255.255.255", "224.0.0.1", "::1", "[192.0.2.1"};

	(void)state;
	for (size_t i = 0; i < sizeof(received) / sizeof(received[0]); i++) {
		const char *request;
		char contact[80];

		open_behind_a_translator(true);
		request = start();
		snprintf(contact, sizeof(contact), "Contact: <sip:100@127.0.0.1:%u>;expires=600\r\n", bed.agent_port);
		reply_seen(request, received[i], bed.agent_port, 200, contact);
		bed_heard("registration registered 200");
		bed_quiet();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_a_registration_is_challenged_and_kept),
		bed_test(test_it_can_be_seen_where_an_account_is_registered_and_why_not),
		bed_test(test_contact_says_from_where_the_server_sees_us),
		bed_test(test_a_binding_at_the_address_of_before_is_taken_away),
		bed_test(test_contact_stays_where_nobody_wants_it_moved),
		bed_test(test_an_address_that_is_none_moves_nothing),
		cmocka_unit_test_setup_teardown(test_contact_moves_by_ipv6_too, bed_open_ipv6, bed_close),
		bed_test(test_contact_moves_to_no_address_that_nobody_sends_from),
		bed_test(test_calls_take_the_route_that_the_registrar_gave),
		bed_test(test_the_expiry_of_our_own_binding_counts),
		bed_test(test_a_remembered_nonce_may_be_refused_once_at_a_refresh),
		bed_test(test_a_wrong_password_is_asked_for_twice_and_then_rarely),
		bed_test(test_a_server_that_finds_every_nonce_stale_gets_three_requests),
		bed_test(test_403_pauses_as_a_wrong_password_does),
		bed_test(test_too_brief_an_interval_is_made_longer),
		bed_test(test_a_failure_is_retried_with_growing_pauses),
		bed_test(test_retry_after_is_heeded),
		bed_test(test_silence_is_a_failure),
		bed_test(test_a_200_that_drops_our_binding_is_a_failure),
		bed_test(test_a_refresh_that_fails_is_told_but_the_binding_lasts),
		bed_test(test_a_binding_that_runs_out_after_failures_is_lost),
		bed_test(test_a_binding_that_runs_out_during_its_refresh_is_lost),
		bed_test(test_unregistering_takes_our_binding_away),
		bed_test(test_unregistering_waits_no_longer_than_4_s),
		bed_test(test_unregistering_what_was_never_registered_asks_nobody),
		bed_test(test_a_start_can_be_delayed),
		bed_test(test_an_unsupported_challenge_is_passed_over_for_one_that_is),
		bed_test(test_two_accounts_of_one_user_have_contacts_of_their_own),
		bed_test(test_what_cannot_be_an_account_is_refused),
	};

	return cmocka_run_group_tests_name("sip register", tests, NULL, NULL);
}
