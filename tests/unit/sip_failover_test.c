/* SPDX-License-Identifier: BSD-3-Clause */
/* An account with several servers, some of which are silent, against servers of plain text. Time is moved. */
#include "tests/unit/sip_peer.h"

#define FAILOVER_MS 4000
#define FAILBACK_MS 30000
#define SPREAD_MS   4000 /* within which accounts leave a lost server */

/* The next message that starts so and came to that server; what came to the others is theirs. */
static const char *at(unsigned server, const char *start)
{
	const char *message;

	do
		message = bed_receive();
	while (bed_receiver() != server || strncmp(message, start, strlen(start)));
	return message;
}

static bool came_to(unsigned server, const char *start)
{
	bool came = false;

	while (bed_has_message()) {
		const char *message = bed_receive();

		came = came || (bed_receiver() == server && !strncmp(message, start, strlen(start)));
	}
	return came;
}

static void answer(unsigned server, const char *request, unsigned status, const char *headers, const char *body)
{
	bed.speaker = server;
	bed_reply(request, status, "Said", "s", headers, body);
}

/* A call, whose INVITE comes to that server first. */
static const char *call_at(unsigned server)
{
	const char *invite;

	(void)came_to(server, "");
	invite = bed_call();
	assert_int_equal(bed_receiver(), server);
	return invite;
}

static void accept_binding(unsigned server, const char *request)
{
	char text[64];

	snprintf(text, sizeof(text), "Contact: <sip:100@127.0.0.1:%u>;expires=600\r\n", bed.agent_port);
	answer(server, request, 200, text, "");
	bed_heard("registration registered 200");
}

static void start(unsigned servers)
{
	bed_servers(servers);
	bed_register();
	accept_binding(0, at(0, "REGISTER "));
}

static void test_an_invite_to_a_silent_server_goes_on_to_the_next(void **state)
{
	const char *first, *next;

	(void)state;
	bed_servers(2);
	first = bed_call();
	assert_int_equal(bed_receiver(), 0);
	bed_advance(FAILOVER_MS - 100);
	assert_false(came_to(1, ""));
	bed_advance(100);
	next = at(1, "INVITE ");
	/* RFC 3263 s4.3: the request to the next server is a new transaction, with another branch | it has */
	assert_string_not_equal(parameter(header(first, "Via"), "branch"), parameter(header(next, "Via"), "branch"));
	/* RFC 3263 s4.3: otherwise it is the same request | Call-ID, From with its tag, CSeq and body are */
	assert_string_equal(header(first, "Call-ID"), header(next, "Call-ID"));
	assert_string_equal(header(first, "From"), header(next, "From"));
	assert_string_equal(header(first, "CSeq"), header(next, "CSeq"));
	assert_string_equal(body_of(first), body_of(next));
	answer(1, next, 180, "", "");
	bed_heard("progress 180 nothing");
	answer(1, next, 200, contact(""), SDP(5004));
	at(0, "ACK ");
	bed_heard("answered 192.0.2.1:5004");
}

static void test_only_the_first_call_waits(void **state)
{
	(void)state;
	bed_servers(2);
	bed_call();
	bed_advance(FAILOVER_MS);
	answer(1, at(1, "INVITE "), 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
	for (int i = 0; i < 3; i++) {
		answer(1, call_at(1), 486, "", "");
		bed_heard("ended by peer, status 486, cause 0");
	}
}

static void test_a_server_that_says_trying_is_waited_for(void **state)
{
	(void)state;
	bed_servers(2);
	answer(0, bed_call(), 100, "", "");
	bed_advance(FAILOVER_MS);
	bed_advance(FAILOVER_MS);
	assert_false(came_to(1, ""));
}

static void test_the_only_server_is_waited_for(void **state)
{
	const char *request;

	(void)state;
	bed_servers(1);
	request = bed_call();
	bed_advance(FAILOVER_MS);
	bed_advance(FAILOVER_MS);
	answer(0, request, 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
}

static void test_who_hurries_does_not_wait_for_the_only_server(void **state)
{
	const struct ua_call_to to = {.user = "112", .replaces = "", .referred_by = "", .hurries = true};
	const char *request;
	struct ua_sdp offer;

	(void)state;
	bed_servers(1);
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), 0);
	request = at(0, "INVITE ");
	bed_advance(FAILOVER_MS - 100);
	bed_heard_nothing();
	bed_advance(100);
	bed_heard("ended by timeout, status 408, cause 0");
	answer(0, request, 180, "", "");
	answer(0, at(0, "CANCEL "), 200, "", "");
	answer(0, request, 487, "", "");
	at(0, "ACK ");
}

static void test_who_hurries_waits_for_a_server_that_has_spoken(void **state)
{
	const struct ua_call_to to = {.user = "112", .replaces = "", .referred_by = "", .hurries = true};
	struct ua_sdp offer;

	(void)state;
	bed_servers(1);
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), 0);
	answer(0, at(0, "INVITE "), 100, "", "");
	bed_advance(FAILOVER_MS);
	bed_advance(FAILOVER_MS);
	bed_heard_nothing();
}

static void test_a_late_ringing_of_the_server_that_was_left_is_cancelled(void **state)
{
	const char *first, *next, *cancel;

	(void)state;
	bed_servers(2);
	first = bed_call();
	bed_advance(FAILOVER_MS);
	next = at(1, "INVITE ");
	/* RFC 3261 s9.1: no CANCEL before a provisional response | none goes to the silent server */
	assert_false(came_to(0, "CANCEL "));
	answer(0, first, 180, "", "");
	cancel = at(0, "CANCEL ");
	/* RFC 3261 s9.1: a CANCEL has the Via of the request that it cancels | that of the branch that was left */
	assert_string_equal(parameter(header(cancel, "Via"), "branch"), parameter(header(first, "Via"), "branch"));
	answer(0, cancel, 200, "", "");
	answer(0, first, 487, "", "");
	at(0, "ACK ");
	bed_heard_nothing();
	answer(1, next, 200, contact(""), SDP(5004));
	bed_heard("answered 192.0.2.1:5004");
}

static void test_a_late_answer_of_the_server_that_was_left_gets_ack_and_bye(void **state)
{
	const char *first, *next, *ack, *bye;

	(void)state;
	bed_servers(2);
	first = bed_call();
	bed_advance(FAILOVER_MS);
	next = at(1, "INVITE ");
	bed.speaker = 0;
	bed_reply(first, 200, "OK", "late", contact(""), SDP(5002));
	ack = at(0, "ACK ");
	/* RFC 3261 s13.2.2.4: each 2xx gets an ACK, and a BYE where it is not wanted | that of a server that was left */
	assert_has(ack, "tag=late");
	bye = at(0, "BYE ");
	assert_has(bye, "tag=late");
	answer(0, bye, 200, "", "");
	bed_heard_nothing();
	bed_reply(first, 200, "OK", "late", contact(""), SDP(5002));
	at(0, "ACK ");
	assert_false(came_to(0, "BYE "));
	answer(1, next, 200, contact(""), SDP(5004));
	bed_heard("answered 192.0.2.1:5004");
}

static void test_a_late_answer_after_the_call_has_ended_gets_ack_and_bye(void **state)
{
	const char *first;

	(void)state;
	bed_servers(2);
	first = bed_call();
	bed_advance(FAILOVER_MS);
	answer(1, at(1, "INVITE "), 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
	bed_advance(1000);
	answer(0, first, 200, contact(""), SDP(5002));
	at(0, "ACK ");
	at(0, "BYE ");
}

static void test_a_late_answer_after_the_refusal_of_the_server_that_was_left(void **state)
{
	const char *first;

	(void)state;
	bed_servers(2);
	first = bed_call();
	bed_advance(FAILOVER_MS);
	answer(1, at(1, "INVITE "), 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
	answer(0, first, 180, "", "");
	answer(0, at(0, "CANCEL "), 200, "", "");
	answer(0, first, 487, "", "");
	at(0, "ACK ");
	bed_quiet();
	bed.speaker = 0;
	bed_reply(first, 200, "OK", "late", contact(""), SDP(5002));
	/* RFC 3261 s13.2.2.4: each 2xx gets an ACK and, where it is not wanted, a BYE | that of a server that was left, and refused before */
	assert_has(at(0, "ACK "), "tag=late");
	assert_has(at(0, "BYE "), "tag=late");
}

static void test_a_busy_server_is_left_at_once(void **state)
{
	(void)state;
	bed_servers(3);
	answer(0, bed_call(), 503, "", "");
	answer(1, at(1, "INVITE "), 503, "", "");
	answer(2, at(2, "INVITE "), 503, "", "");
	/* RFC 3263 s4.3: a 503 has the next server tried | each in turn, and the last one's is told */
	bed_heard("ended by peer, status 503, cause 0");
}

static void test_retry_after_is_kept_to(void **state)
{
	(void)state;
	bed_servers(2);
	answer(0, bed_call(), 503, "Retry-After: 20\r\n", "");
	answer(1, at(1, "INVITE "), 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
	bed_advance(19000);
	answer(1, call_at(1), 486, "", "");
	/* RFC 3261 s21.5.4: with Retry-After nothing goes to that server for so long | where another one is there */
	bed_heard("ended by peer, status 486, cause 0");
	bed_advance(2000);
	answer(0, call_at(0), 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
}

static void test_other_refusals_are_the_call_s(void **state)
{
	(void)state;
	bed_servers(2);
	answer(0, bed_call(), 500, "", "");
	bed_heard("ended by peer, status 500, cause 0");
	assert_false(came_to(1, ""));
}

static void test_giving_up_stays_with_the_server_that_was_asked(void **state)
{
	const char *first, *cancel;

	(void)state;
	bed_servers(2);
	first = bed_call();
	bed_end(0);
	bed_advance(FAILOVER_MS);
	assert_false(came_to(1, "INVITE "));
	answer(0, first, 100, "", "");
	cancel = at(0, "CANCEL ");
	answer(0, cancel, 200, "", "");
	answer(0, first, 487, "", "");
	at(0, "ACK ");
}

static void test_the_next_server_s_challenge_is_answered_there(void **state)
{
	const char *invite;

	(void)state;
	bed_servers(2);
	bed_call();
	bed_advance(FAILOVER_MS);
	answer(1, at(1, "INVITE "), 407, "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n1\"\r\n", "");
	at(1, "ACK ");
	invite = at(1, "INVITE ");
	assert_has(invite, "Proxy-Authorization: Digest ");
	answer(1, invite, 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
}

static void test_when_all_are_silent_the_last_is_waited_for(void **state)
{
	(void)state;
	bed_servers(2);
	bed_call();
	bed_advance(FAILOVER_MS);
	at(1, "INVITE ");
	bed_advance(31900);
	bed_heard_nothing();
	bed_advance(200);
	bed_heard("ended by timeout, status 408, cause 0");
}

static void test_a_registration_moves_from_a_silent_server(void **state)
{
	const char *first, *next;

	(void)state;
	bed_servers(2);
	bed_register();
	first = at(0, "REGISTER ");
	bed_advance(FAILOVER_MS);
	next = at(1, "REGISTER ");
	assert_string_equal(header(first, "Call-ID"), header(next, "Call-ID"));
	accept_binding(1, next);
}

/* The REGISTER that comes to the backup when the first server has fallen silent. */
static const char *asks_the_backup(void)
{
	start(2);
	bed_call();
	bed_advance(FAILOVER_MS);
	answer(1, at(1, "INVITE "), 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
	bed_advance(SPREAD_MS);
	return at(1, "REGISTER ");
}

static void test_the_account_registers_with_the_next_when_a_call_found_its_server_silent(void **state)
{
	(void)state;
	accept_binding(1, asks_the_backup());
	bed_heard_nothing();
}

static void test_a_request_within_a_call_tells_of_the_silent_server_and_the_call_lives_on(void **state)
{
	char route[160];
	struct ua_sdp offer;
	const char *invite;

	(void)state;
	start(2);
	invite = bed_call();
	snprintf(route, sizeof(route), "%sRecord-Route: <sip:127.0.0.1:%u;lr>\r\n", contact(""), bed.peer_port);
	answer(0, invite, 200, route, SDP(5004));
	at(0, "ACK ");
	bed_heard("answered 192.0.2.1:5004");
	ua_sdp_offer(&offer, &bed.local);
	offer.direction = UA_SENDONLY;
	assert_int_equal(ua_invite_offer(bed.invite, &offer), 0);
	at(0, "INVITE ");
	bed_advance(FAILOVER_MS);
	bed_advance(SPREAD_MS);
	accept_binding(1, at(1, "REGISTER "));
	/* RFC 3261 s12.2.1.1: a request within a dialog follows its route set | it does not go to another server */
	assert_false(came_to(1, "INVITE "));
	bed_heard_nothing();
	bed_advance(100);
	bed.invite = NULL;
}

static void test_a_telephone_that_is_silent_does_not_cost_its_server(void **state)
{
	char route[160];
	const char *invite;

	(void)state;
	start(2);
	invite = bed_call();
	snprintf(route, sizeof(route), "%sRecord-Route: <sip:127.0.0.1:%u;lr>\r\n", contact(""), bed.peer_port);
	answer(0, invite, 200, route, SDP(5004));
	at(0, "ACK ");
	bed_heard("answered 192.0.2.1:5004");
	bed_end(0);
	bed.invite = NULL;
	at(0, "BYE ");
	for (int i = 0; i < 12; i++) {
		bed_advance(FAILOVER_MS);
		/* RFC 3261 s16.2: a proxy says no 100 to what is no INVITE | a BYE that nobody answers leaves the server in its place */
		assert_false(came_to(1, ""));
	}
}

/* Its next OPTIONS is answered; repetitions of the one before are not. */
static void come_back(unsigned server)
{
	const char *request = NULL;

	bed_advance(FAILBACK_MS / 2);
	while (bed_has_message()) {
		const char *message = bed_receive();

		if (bed_receiver() == server && !strncmp(message, "OPTIONS ", 8))
			request = message;
	}
	assert_non_null(request);
	answer(server, request, 404, "", "");
	bed_advance(0);
}

static void test_a_server_that_answers_again_has_its_accounts_back_in_time(void **state)
{
	(void)state;
	start(2);
	bed_call();
	bed_advance(FAILOVER_MS);
	answer(1, at(1, "INVITE "), 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
	bed_advance(SPREAD_MS);
	accept_binding(1, at(1, "REGISTER "));
	come_back(0);
	bed_advance(FAILBACK_MS / 2);
	accept_binding(0, at(0, "REGISTER "));
	answer(0, call_at(0), 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
}

static void test_a_lost_server_is_asked_until_it_answers_with_more_than_that_it_cannot(void **state)
{
	static const unsigned cannot[] = {503, 403};

	(void)state;
	start(2);
	bed_call();
	bed_advance(FAILOVER_MS);
	answer(1, at(1, "INVITE "), 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
	bed_advance(SPREAD_MS);
	accept_binding(1, at(1, "REGISTER "));
	bed_advance(FAILBACK_MS / 2);
	for (size_t i = 0; i < sizeof(cannot) / sizeof(cannot[0]); i++) {
		answer(0, at(0, "OPTIONS "), cannot[i], "", "");
		if (cannot[i] < 500)
			answer(0, at(0, "REGISTER "), cannot[i], "", "");
		bed_advance(0);
		bed_advance((FAILBACK_MS << i) - 100);
		assert_false(came_to(0, "OPTIONS ")); /* less and less often */
		bed_advance(100);
	}
	answer(0, at(0, "OPTIONS "), 500, "Retry-After: 200\r\n", "");
	bed_advance(0);
	bed_advance(199900);
	/* RFC 3261 s20.33: Retry-After may stand in a 500 | a lost server that answers OPTIONS so is not asked before */
	assert_false(came_to(0, "OPTIONS "));
	bed_advance(100);
	answer(0, at(0, "OPTIONS "), 501, "", "");
	bed_advance(0);
	bed_advance(FAILBACK_MS / 2);
	accept_binding(0, at(0, "REGISTER "));
	(void)came_to(0, ""); /* the last repetition of an OPTIONS that was not answered */
	bed_advance(FAILBACK_MS);
	assert_false(came_to(0, "OPTIONS "));
}

/* Up to where the first server has been lost and is asked. */
static void lose_the_first(void)
{
	start(2);
	bed_call();
	bed_advance(FAILOVER_MS);
	answer(1, at(1, "INVITE "), 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
	bed_advance(SPREAD_MS);
	accept_binding(1, at(1, "REGISTER "));
	bed_advance(FAILBACK_MS / 2);
}

static void test_a_server_that_refuses_options_for_ever_is_asked_as_a_registrar(void **state)
{
	const char *question;

	(void)state;
	lose_the_first();
	answer(0, at(0, "OPTIONS "), 403, "", "");
	question = at(0, "REGISTER ");
	/* RFC 3261 s10.2.3: a REGISTER without Contact asks for the bindings and changes none | so a server is asked that refuses OPTIONS, without credentials */
	assert_string_equal(header(question, "Contact"), "");
	assert_string_equal(header(question, "Authorization"), "");
	assert_has(header(question, "To"), "sip:100@example.org");
	answer(0, question, 401, "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\"\r\n", "");
	bed_advance(0);
	bed_advance(FAILBACK_MS / 2);
	question = at(0, "REGISTER ");
	assert_has(question, "Contact: ");
	accept_binding(0, question);
}

static void test_each_of_its_servers_may_call_the_account(void **state)
{
	char headers[160];

	(void)state;
	start(2);
	bed.speaker = 1;
	snprintf(headers, sizeof(headers), "%sP-Asserted-Identity: <sip:300@example.org>\r\n", contact(""));
	bed_invite("a", headers, SDP(5006));
	bed_heard("incoming 100 from 300 \"The \"Peer\"\" offering 192.0.2.1:5006");
}

static void test_the_account_may_go_while_its_servers_are_lost(void **state)
{
	(void)state;
	start(2);
	bed_call();
	bed_advance(FAILOVER_MS);
	answer(1, at(1, "INVITE "), 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
	ua_account_free(bed.account);
	bed.account = NULL;
	bed_advance(FAILBACK_MS / 2);
	bed_advance(FAILBACK_MS / 2);
	assert_false(came_to(0, "OPTIONS "));
}

/* until: what is waited for while nobody uses the server any more that is being asked. */
static void forget_account_while_asking(uint64_t until_ms)
{
	start(2);
	bed_call();
	bed_advance(FAILOVER_MS);
	answer(1, at(1, "INVITE "), 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
	bed_advance(FAILBACK_MS / 2);
	at(0, "OPTIONS ");
	ua_account_free(bed.account);
	bed.account = NULL;
	bed_advance(until_ms);
}

static void test_the_account_may_go_while_its_server_is_asked(void **state)
{
	(void)state;
	forget_account_while_asking(FAILBACK_MS / 2);
	bed_advance(33000);
}

static void test_the_agent_may_go_while_a_server_of_nobody_is_asked(void **state)
{
	(void)state;
	forget_account_while_asking(0);
}

static void test_a_server_of_nobody_may_answer(void **state)
{
	const char *request;

	(void)state;
	start(2);
	bed_call();
	bed_advance(FAILOVER_MS);
	answer(1, at(1, "INVITE "), 486, "", "");
	bed_heard("ended by peer, status 486, cause 0");
	bed_advance(FAILBACK_MS / 2);
	request = at(0, "OPTIONS ");
	ua_account_free(bed.account);
	bed.account = NULL;
	answer(0, request, 200, "", "");
	bed_advance(FAILBACK_MS);
}

static const char *challenge_at(unsigned server, const char *request, const char *nonce)
{
	char text[96];

	snprintf(text, sizeof(text), "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"%s\"\r\n", nonce);
	answer(server, request, 401, text, "");
	return at(server, "REGISTER ");
}

static void test_another_server_s_challenge_is_no_wrong_password(void **state)
{
	const char *request;

	(void)state;
	bed_servers(2);
	bed_register();
	assert_has(challenge_at(0, at(0, "REGISTER "), "n1"), "nonce=\"n1\"");
	bed_advance(FAILOVER_MS);
	request = challenge_at(1, at(1, "REGISTER "), "n2");
	/* RFC 3261 s22.2: credentials were rejected if the server that they were for challenges again | another server's first challenge is answered */
	assert_has(request, "nonce=\"n2\"");
	accept_binding(1, request);
}

static void test_servers_that_take_turns_at_challenging_are_not_answered_for_ever(void **state)
{
	unsigned requests = 0;

	(void)state;
	bed_servers(2);
	bed_register();
	bed_advance(0);
	while (bed_has_message() && requests < 40) {
		char text[96];
		const char *request = bed_receive();

		snprintf(text, sizeof(text), "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n%u\"\r\n", requests);
		answer(requests++ % 2, request, 401, text, "");
		for (int i = 0; i < 4; i++)
			bed_advance(0);
	}
	assert_in_range(requests, 3, 12);
	bed_heard("registration failed 401");
}

static void test_a_refusal_at_the_backup_does_not_bar_the_way_back(void **state)
{
	(void)state;
	answer(1, asks_the_backup(), 403, "", "");
	bed_heard("registration registered 403");
	come_back(0);
	bed_advance(FAILBACK_MS / 2);
	accept_binding(0, at(0, "REGISTER "));
}

static void test_what_refused_is_not_asked_again_because_another_server_came_back(void **state)
{
	(void)state;
	answer(1, asks_the_backup(), 403, "", "");
	bed_heard("registration registered 403");
	bed_advance(FAILBACK_MS);
	assert_false(came_to(1, "REGISTER "));
}

static void test_a_server_that_comes_back_while_the_backup_is_being_asked_has_its_accounts_back(void **state)
{
	char request[2048];

	(void)state;
	snprintf(request, sizeof(request), "%s", asks_the_backup());
	answer(1, request, 100, "", "");
	come_back(0);
	accept_binding(1, request);
	bed_advance(FAILBACK_MS);
	accept_binding(0, at(0, "REGISTER "));
}

static void test_a_server_that_asked_to_be_left_alone_has_its_accounts_back_after_that(void **state)
{
	(void)state;
	bed_servers(2);
	bed_register();
	answer(0, at(0, "REGISTER "), 503, "Retry-After: 60\r\n", "");
	accept_binding(1, at(1, "REGISTER "));
	bed_advance(59000);
	assert_false(came_to(0, "REGISTER "));
	bed_advance(1000);
	bed_advance(FAILBACK_MS / 2);
	accept_binding(0, at(0, "REGISTER "));
}

static void test_a_server_that_says_for_long_that_it_is_busy_is_asked_less_and_less_often(void **state)
{
	static const unsigned stays_s[] = {30, 60, 120, 240};
	unsigned asked = 0;

	(void)state;
	bed_servers(2);
	bed_register();
	for (size_t i = 0; i < sizeof(stays_s) / sizeof(stays_s[0]); i++) {
		answer(0, at(0, "REGISTER "), 503, "", "");
		accept_binding(1, at(1, "REGISTER "));
		bed_advance(0);
		bed_advance(1000 * stays_s[i] - 100);
		asked += came_to(0, "REGISTER ");
		bed_advance(100);
	}
	/* RFC 3261 s21.5.4: a 503 without Retry-After is as a 500 | the next server is asked at once, the busy one again after failback_s, doubled each time */
	assert_int_equal(asked, 0);
	accept_binding(0, at(0, "REGISTER "));
	bed_advance(400000); /* a whole interval: it has its account back */
	assert_false(came_to(1, "REGISTER "));
}

static void test_a_registrar_that_cannot_is_left_for_the_next(void **state)
{
	static const unsigned statuses[] = {500, 504, 302};
	const char *next;

	(void)state;
	bed_servers(2);
	bed_register();
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		answer(0, at(0, "REGISTER "), statuses[i], "Contact: <sip:elsewhere.example.org>\r\n", "");
		next = at(1, "REGISTER ");
		/* RFC 3261 s8.1.3.4: a 3xx may be followed | of REGISTER to the next configured server, as a 5xx, never to where it says */
		assert_memory_equal(next, "REGISTER sip:", 13);
		accept_binding(1, next);
		ua_account_register(bed.account, 0);
		bed_advance(0);
	}
	accept_binding(0, at(0, "REGISTER "));
}

static void test_a_call_that_fails_at_one_server_is_not_made_at_the_next(void **state)
{
	(void)state;
	start(2);
	answer(0, bed_call(), 500, "", "");
	bed_heard("ended by peer, status 500, cause 0");
	assert_false(came_to(1, "INVITE "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_an_invite_to_a_silent_server_goes_on_to_the_next),
		bed_test(test_a_registrar_that_cannot_is_left_for_the_next),
		bed_test(test_a_call_that_fails_at_one_server_is_not_made_at_the_next),
		bed_test(test_only_the_first_call_waits),
		bed_test(test_a_server_that_says_trying_is_waited_for),
		bed_test(test_the_only_server_is_waited_for),
		bed_test(test_who_hurries_does_not_wait_for_the_only_server),
		bed_test(test_who_hurries_waits_for_a_server_that_has_spoken),
		bed_test(test_a_late_ringing_of_the_server_that_was_left_is_cancelled),
		bed_test(test_a_late_answer_of_the_server_that_was_left_gets_ack_and_bye),
		bed_test(test_a_late_answer_after_the_call_has_ended_gets_ack_and_bye),
		bed_test(test_a_late_answer_after_the_refusal_of_the_server_that_was_left),
		bed_test(test_a_busy_server_is_left_at_once),
		bed_test(test_retry_after_is_kept_to),
		bed_test(test_other_refusals_are_the_call_s),
		bed_test(test_giving_up_stays_with_the_server_that_was_asked),
		bed_test(test_the_next_server_s_challenge_is_answered_there),
		bed_test(test_when_all_are_silent_the_last_is_waited_for),
		bed_test(test_a_registration_moves_from_a_silent_server),
		bed_test(test_the_account_registers_with_the_next_when_a_call_found_its_server_silent),
		bed_test(test_a_request_within_a_call_tells_of_the_silent_server_and_the_call_lives_on),
		bed_test(test_a_telephone_that_is_silent_does_not_cost_its_server),
		bed_test(test_a_server_that_answers_again_has_its_accounts_back_in_time),
		bed_test(test_a_lost_server_is_asked_until_it_answers_with_more_than_that_it_cannot),
		bed_test(test_a_server_that_refuses_options_for_ever_is_asked_as_a_registrar),
		bed_test(test_each_of_its_servers_may_call_the_account),
		bed_test(test_the_account_may_go_while_its_servers_are_lost),
		bed_test(test_the_account_may_go_while_its_server_is_asked),
		bed_test(test_the_agent_may_go_while_a_server_of_nobody_is_asked),
		bed_test(test_a_server_of_nobody_may_answer),
		bed_test(test_another_server_s_challenge_is_no_wrong_password),
		bed_test(test_servers_that_take_turns_at_challenging_are_not_answered_for_ever),
		bed_test(test_a_refusal_at_the_backup_does_not_bar_the_way_back),
		bed_test(test_what_refused_is_not_asked_again_because_another_server_came_back),
		bed_test(test_a_server_that_comes_back_while_the_backup_is_being_asked_has_its_accounts_back),
		bed_test(test_a_server_that_asked_to_be_left_alone_has_its_accounts_back_after_that),
		bed_test(test_a_server_that_says_for_long_that_it_is_busy_is_asked_less_and_less_often),
	};

	return cmocka_run_group_tests_name("sip failover", tests, NULL, NULL);
}
