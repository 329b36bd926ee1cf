/* SPDX-License-Identifier: BSD-3-Clause */
/* sips: URIs: what they ask of both ends, against a server over TLS. */
#include "tests/unit/sip_tls_peer.h"

#define FAR "<sips:200@127.0.0.1:5999>"

static void open_secure(void)
{
	struct ua_account_config account = tls_peer_account();

	account.sips = true;
	tls_peer_agent_anew(NULL, &account);
}

static const char *our_contact(const char *scheme)
{
	static char text[80];

	snprintf(text, sizeof(text), "Contact: <%s:100@127.0.0.1:%u", scheme, bed.agent_port + 1);
	return text;
}

static const char *call(const char *uri)
{
	const struct ua_call_to to = {.uri = uri, .replaces = "", .referred_by = ""};
	struct ua_sdp offer;

	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), 0);
	return bed_receive();
}

/* A request from the server outside any dialog. */
static void request(const char *method, const char *uri, const char *via, const char *headers)
{
	bed_send("%s %s:100@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/%s 127.0.0.1:%u;branch=z9hG4bK-%s\r\n"
		"From: <sip:200@example.org>;tag=peer\r\nTo: <sip:100@example.org>\r\nCall-ID: %s\r\nCSeq: 1 %s\r\n"
		"Max-Forwards: 70\r\n%sContent-Length: 0\r\n\r\n", method, uri, bed.agent_port, via, bed.peer_port, via, via, method, headers);
}

static void request_by_udp(const char *method, const char *uri, const char *headers)
{
	bed_send_by(NULL);
	request(method, uri, "UDP", headers);
}

static void test_such_an_account_says_so_everywhere(void **state)
{
	const char *message;

	(void)state;
	open_secure();
	bed_register();
	message = bed_receive();
	/* RFC 5630 s5.1.1.1: a sips: address of record is registered over TLS, with a sips: Contact | Request-URI, To and From are sips: too */
	assert_starts(message, "REGISTER sips:example.org SIP/2.0\r\nVia: SIP/2.0/TLS ");
	assert_has(message, our_contact("sips"));
	assert_has(message, "To: <sips:100@example.org>\r\n");
	/* RFC 5630 s3.1.4: transport=tls does not stand in a sips: URI | in none of ours */
	assert_has_not(message, "transport=");
}

static void register_with(const char *headers)
{
	char lines[300];
	const char *message;

	bed_register();
	message = bed_receive();
	snprintf(lines, sizeof(lines), "%s>;expires=600\r\n%s", our_contact("sips"), headers);
	bed_reply(message, 200, "OK", "r", lines, "");
	bed_heard("registration registered 200");
}

static void test_whom_it_dials_is_called_so(void **state)
{
	char service_routes[120];
	const char *message;

	(void)state;
	open_secure();
	snprintf(service_routes, sizeof(service_routes), "Service-Route: <sip:" TLS_PEER_ADDR ":%u;lr>, <sips:b.example.org;lr>\r\n", tls_peer_port());
	register_with(service_routes);
	message = bed_call();
	/* RFC 5630 s5.1.1: who is addressed by sips: is called by it, over TLS | numbers too, where the account is one */
	assert_starts(message, "INVITE sips:200@example.org SIP/2.0\r\nVia: SIP/2.0/TLS ");
	assert_has(message, "To: <sips:200@example.org>\r\n");
	/* RFC 5630 s5.1.1: a Route of sip: becomes sips: when the Request-URI is one | each Service-Route */
	assert_has(message, "Route: <sips:" TLS_PEER_ADDR ":");
	assert_has(message, "Route: <sips:b.example.org;lr>\r\n");
}

static void test_what_is_sips_stays_so_within_a_dialog(void **state)
{
	const char *invite, *message;
	char contact[64];

	(void)state;
	invite = call("sips:200@example.org");
	/* RFC 3261 s8.1.1.8: with a sips: Request-URI Contact is a sips: URI | also where the account is a sip: one */
	assert_has(invite, our_contact("sips"));
	snprintf(contact, sizeof(contact), "Contact: <sip:200@" TLS_PEER_ADDR ":%u>\r\n", tls_peer_port());
	bed_reply(invite, 200, "OK", "b", contact, SDP(5004));
	message = bed_receive();
	/* RFC 3261 s12.1.2: the dialog of a sips: call is secure | its target is one, though the far end said sip: */
	assert_starts(message, "ACK sips:200@" TLS_PEER_ADDR ":");
	bed_heard("answered 192.0.2.1:5004");
	assert_int_equal(ua_invite_offer(bed.invite, &(struct ua_sdp){.addr = "192.0.2.9", .port = 4000, .direction = UA_SENDRECV}), 0);
	message = bed_receive();
	/* RFC 5630 s5.1.1.2: a request that may move the target of such a dialog has a sips: Contact | it has */
	assert_has(message, our_contact("sips"));
	bed_reply(message, 488, "Not Here", NULL, "", "");
	bed_receive_new("ACK ");
	bed_end(16);
	message = bed_receive();
	assert_starts(message, "BYE sips:200@" TLS_PEER_ADDR ":");
	assert_has(message, "Via: SIP/2.0/TLS ");
}

static void test_a_refusal_is_no_reason_to_try_without(void **state)
{
	(void)state;
	bed_reply(call("sips:200@example.org"), 480, "Temporarily Unavailable", "b", "Warning: 380 h \"SIPS Not Allowed\"\r\n", "");
	bed_receive_new("ACK ");
	/* RFC 5630 s5.1.1: after 480 with warning 380, or 416, nothing is tried again by sip: | nothing is */
	bed_heard("ended by peer, status 480, cause 0");
	bed_quiet();
	bed_reply(call("sips:200@example.org"), 416, "Unsupported URI Scheme", "b", "", "");
	bed_receive_new("ACK ");
	bed_heard("ended by peer, status 416, cause 0");
	bed_quiet();
}

static void test_who_has_no_tls_calls_nobody_so(void **state)
{
	const struct ua_call_to to = {.uri = "sips:200@example.org", .replaces = "", .referred_by = ""};
	struct ua_account_config account = tls_peer_account();
	struct ua_sdp offer;

	(void)state;
	ua_sdp_offer(&offer, &bed.local);
	for (enum ua_protocol protocol = UA_UDP; protocol <= UA_TCP; protocol++) {
		account.transport = protocol;
		tls_peer_agent_anew(NULL, &account);
		/* RFC 3261 s26.2.2: a sips: URI is never called over anything but TLS | without it the call is not made */
		assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), EPROTONOSUPPORT);
		account.sips = true;
		ua_account_free(bed.account);
		bed.account = NULL;
		assert_int_equal(ua_account_alloc(&bed.account, bed.agent, &account, NULL, NULL), EINVAL);
		account.sips = false;
	}
	bed_quiet();
}

static void open_without_tls(void)
{
	struct ua_account_config account = tls_peer_account();

	account.transport = UA_UDP;
	account.server_addr = "127.0.0.1";
	account.server_port = bed.peer_port;
	tls_peer_agent_anew(NULL, &account);
	bed_send_by(NULL);
}

static void test_a_sips_contact_is_not_reached_in_the_clear(void **state)
{
	static const char *const answers[] = {
		"Contact: " FAR "\r\n",
		"Record-Route: <sips:far.example.org;lr>\r\nContact: <sip:200@127.0.0.1:5999>\r\n",
	};
	const char *message;

	(void)state;
	open_without_tls();
	for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const char *invite = bed_call();

		bed_reply(invite, 200, "OK", "b", answers[i], SDP(5004));
		message = bed_receive();
		/* RFC 3261 s26.2.2: a sips: Contact or Record-Route is sent nothing but over TLS | without it the ACK goes where the INVITE went, and so does the BYE */
		assert_starts(message, "ACK sip:200@example.org SIP/2.0\r\n");
		assert_has_not(message, "sips:");
		message = bed_receive();
		assert_starts(message, "BYE sip:200@example.org SIP/2.0\r\n");
		assert_has_not(message, "sips:");
		assert_string_equal(parameter(header(message, "To"), "tag"), "b");
		bed_heard("ended by error, status 488, cause 0");
		bed_reply(message, 200, "OK", NULL, "", "");
		bed_reply(invite, 200, "OK", "b", answers[i], SDP(5004));
		/* RFC 3261 s13.2.2.4: a 2xx that comes again gets its ACK again | that one too */
		assert_starts(bed_receive(), "ACK sip:200@example.org SIP/2.0\r\n");
		bed_quiet();
	}
}

static void test_a_reliable_response_from_one_is_not_waited_for_in_vain(void **state)
{
	const char *invite, *prack;

	(void)state;
	open_without_tls();
	invite = bed_call();
	bed_reply(invite, 183, "Session Progress", "b", "Contact: " FAR "\r\nRequire: 100rel\r\nRSeq: 7\r\n", SDP(5004));
	prack = bed_receive();
	assert_starts(prack, "PRACK sip:200@example.org SIP/2.0\r\n");
	bed_reply(prack, 200, "OK", NULL, "", "");
	bed_reply(invite, 200, "OK", "b", "Contact: " FAR "\r\n", "");
	assert_starts(bed_receive(), "ACK sip:200@example.org SIP/2.0\r\n");
	assert_starts(bed_receive(), "BYE sip:200@example.org SIP/2.0\r\n");
	bed_heard("progress 183 192.0.2.1:5004");
	bed_heard("ended by error, status 488, cause 0");
}

static void test_a_call_does_not_move_to_where_it_could_not_be_ended(void **state)
{
	const char *again;

	(void)state;
	open_without_tls();
	bed_talk(bed_call(), contact(""));
	assert_int_equal(ua_invite_offer(bed.invite, &(struct ua_sdp){.addr = "192.0.2.9", .port = 4000, .direction = UA_SENDRECV}), 0);
	again = bed_receive();
	bed_reply(again, 200, "OK", NULL, "Contact: " FAR "\r\n", SDP(5004));
	/* RFC 3261 s12.2.1.2: a 2xx within a call may move its target | not to a sips: one that did not come over TLS: the ACK and all else would be lost */
	assert_starts(bed_receive(), "ACK sip:200@127.0.0.1:");
	bed_heard("changed 192.0.2.1:5004");
	bed_end(16);
	assert_starts(bed_receive(), "BYE sip:200@127.0.0.1:");
}

static void test_a_call_to_one_is_taken_over_tls(void **state)
{
	const char *ringing, *answer;
	struct ua_sdp sdp;

	(void)state;
	tls_peer_speaks_by(tls_peer_connects("server.pem"));
	request("INVITE", "sips", "TLS", "Contact: " FAR "\r\n");
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 200 \"\" offering nothing");
	ua_sdp_offer(&sdp, &bed.local);
	assert_int_equal(ua_invite_ring(bed.invite, false, &sdp), 0);
	ringing = bed_receive();
	/* RFC 3261 s12.1.1: who was called by sips: answers with a sips: Contact | he does, from 180 on */
	assert_has(ringing, our_contact("sips"));
	assert_int_equal(ua_invite_answer(bed.invite, &sdp), 0);
	answer = bed_receive();
	assert_starts(answer, "SIP/2.0 200 ");
	assert_has(answer, our_contact("sips"));
	bed_send_by(NULL);
	bed_in_dialog("<sip:200@example.org>;tag=peer", header(answer, "To"), "TLS", 2, "BYE", "", "");
	/* RFC 3261 s12.1.1: the dialog of a sips: call is secure | what comes to it by UDP is not of it: 481 */
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_heard_nothing();
}

static void test_a_call_to_one_that_did_not_come_over_tls_is_refused(void **state)
{
	const char *message;

	(void)state;
	request_by_udp("INVITE", "sips", "Contact: " FAR "\r\n");
	message = bed_receive();
	/* RFC 5630 s5.1.2: who does not want to be reached by sips: in such a way answers 480 with warning 380 | what came by UDP or TCP */
	assert_starts(message, "SIP/2.0 480 ");
	assert_has(message, "Warning: 380 tipring \"SIPS Not Allowed\"\r\n");
	request_by_udp("OPTIONS", "sips", "");
	assert_starts(bed_receive(), "SIP/2.0 480 ");
	bed_heard_nothing();
}

static void test_a_sips_account_is_not_called_in_the_clear(void **state)
{
	const char *message;

	(void)state;
	open_secure();
	request_by_udp("INVITE", "sip", "Contact: <sip:200@127.0.0.1>\r\n");
	message = bed_receive();
	/* RFC 5630 s5.1.2: who wants to be reached by sips: alone answers 480 with warning 381 | what came by UDP or TCP */
	assert_starts(message, "SIP/2.0 480 ");
	assert_has(message, "Warning: 381 tipring \"SIPS Required\"\r\n");
	bed_heard_nothing();
	tls_peer_speaks_by(tls_peer_connects("server.pem"));
	bed_send_by(tls_peer_send);
	request("INVITE", "sip", "TLS", "Contact: <sip:200@127.0.0.1>\r\n");
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	/* RFC 5630 s5.3: a proxy sends a call to the sip: address on to the sips: Contact as sip: | over TLS it is taken */
	bed_heard("incoming 100 from 200 \"\" offering nothing");
}

static void test_an_account_without_tls_begins_no_secure_dialog(void **state)
{
	struct ua_account_config account = tls_peer_account(), plain = account;
	struct ua_account *other;
	const char *message;

	(void)state;
	plain.transport = UA_UDP;
	tls_peer_agent_anew(NULL, &plain);
	account.user = "101";
	assert_int_equal(ua_account_alloc(&other, bed.agent, &account, NULL, NULL), 0);
	request_by_udp("INVITE", "sip", "Contact: " FAR "\r\n");
	message = bed_receive();
	/* RFC 3261 s12.1.1: a sips: Contact asks for a secure dialog | an account without TLS refuses it 480 */
	assert_starts(message, "SIP/2.0 480 ");
	assert_has(message, "Warning: 380 tipring ");
	request_by_udp("INVITE", "sip", "Contact: <sip:200@127.0.0.1>\r\nRecord-Route: <sips:127.0.0.1;lr>\r\n");
	assert_starts(bed_receive(), "SIP/2.0 480 ");
	request_by_udp("INVITE", "sip", "Contact: " FAR "\r\nRecord-Route: <sip:127.0.0.1;lr>\r\n");
	/* RFC 3261 s26.2.2: what goes to a sips: Contact needs TLS, also behind a sip: proxy | refused 480: our BYE could not be sent */
	assert_starts(bed_receive(), "SIP/2.0 480 ");
	bed_heard_nothing();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tls_peer_test(test_such_an_account_says_so_everywhere),
		tls_peer_test(test_whom_it_dials_is_called_so),
		tls_peer_test(test_what_is_sips_stays_so_within_a_dialog),
		tls_peer_test(test_a_refusal_is_no_reason_to_try_without),
		tls_peer_test(test_who_has_no_tls_calls_nobody_so),
		tls_peer_test(test_a_sips_contact_is_not_reached_in_the_clear),
		tls_peer_test(test_a_reliable_response_from_one_is_not_waited_for_in_vain),
		tls_peer_test(test_a_call_does_not_move_to_where_it_could_not_be_ended),
		tls_peer_test(test_a_call_to_one_is_taken_over_tls),
		tls_peer_test(test_a_call_to_one_that_did_not_come_over_tls_is_refused),
		tls_peer_test(test_a_sips_account_is_not_called_in_the_clear),
		tls_peer_test(test_an_account_without_tls_begins_no_secure_dialog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
