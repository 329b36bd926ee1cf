/* SPDX-License-Identifier: BSD-3-Clause */
/* Asking the server whether it is there, every 30 s, against a server of plain text. */
#include "tests/unit/sip_peer.h"

#define INTERVAL_MS 30000
#define CHALLENGE   "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"%s\"\r\n"

static void accept_binding(const char *request)
{
	char text[64];

	assert_starts(request, "REGISTER ");
	snprintf(text, sizeof(text), "Contact: <sip:100@127.0.0.1:%u>;expires=86400\r\n", bed.agent_port);
	bed_reply(request, 200, "OK", "r", text, "");
	bed_heard("registration registered 200");
}

/* The next request that is no repetition of one that was received here. */
static const char *fresh(const char *method)
{
	static char last[80];
	const char *request, *cseq;

	do {
		request = bed_receive();
		cseq = header(request, "CSeq");
	} while (!strcmp(cseq, last));
	snprintf(last, sizeof(last), "%s", cseq);
	assert_starts(request, method);
	return request;
}

/* The OPTIONS of the next interval. */
static const char *options(void)
{
	bed_advance(INTERVAL_MS);
	return fresh("OPTIONS ");
}

static void reply(const char *request, unsigned status)
{
	bed_reply(request, status, "Said", "s", "", "");
}

static void challenge(const char *request, const char *nonce)
{
	char text[128];

	snprintf(text, sizeof(text), CHALLENGE, nonce);
	bed_reply(request, 407, "Proxy Authentication Required", "s", text, "");
}

static void start(void)
{
	bed_qualify(INTERVAL_MS / 1000);
	bed_register();
	accept_binding(bed_receive());
}

static void test_the_server_is_asked_once_in_each_interval(void **state)
{
	const char *request;

	(void)state;
	start();
	for (unsigned i = 0; i < 4; i++) {
		request = options();
		assert_starts(request, "OPTIONS sip:example.org SIP/2.0\r\n");
		assert_has(request, "From: \"Line One\" <sip:100@example.org>;tag=");
		assert_has(request, "To: <sip:example.org>\r\n");
		assert_has(request, "Accept: application/sdp\r\n");
		reply(request, i ? 404 : 200); /* whatever it says, it is there */
		bed_quiet();
	}
	bed_heard_nothing();
}

static void test_a_server_that_comes_back_is_registered_with_again_and_calls_live_on(void **state)
{
	char contact[64];

	(void)state;
	start();
	reply(options(), 200);
	snprintf(contact, sizeof(contact), "Contact: <sip:200@127.0.0.1:%u>\r\n", bed.peer_port);
	bed_reply(bed_call(), 200, "OK", "b", contact, SDP(5004));
	fresh("ACK ");
	bed_heard("answered 192.0.2.1:5004");
	options();
	bed_advance(INTERVAL_MS);
	bed_heard("registration registered 408");
	reply(options(), 200);
	accept_binding(fresh("REGISTER "));
	bed_heard_nothing();
	reply(options(), 200);
	bed_quiet();
	bed_end(0);
	fresh("BYE ");
}

static void test_a_server_that_comes_back_and_refuses_options_is_registered_with_again(void **state)
{
	(void)state;
	start();
	options();
	bed_advance(INTERVAL_MS);
	bed_heard("registration registered 408");
	reply(options(), 403);
	accept_binding(fresh("REGISTER "));
	reply(options(), 403);
	bed_quiet();
}

static void test_a_server_that_comes_back_shortens_the_pause_after_a_failure(void **state)
{
	(void)state;
	bed_qualify(INTERVAL_MS / 1000);
	bed_register();
	bed_reply(bed_receive(), 503, "Service Unavailable", "r", "Retry-After: 3000\r\n", "");
	bed_heard("registration failed 503");
	reply(options(), 503);
	reply(options(), 408);
	reply(options(), 500); /* it is there, and does not serve */
	bed_quiet();
	reply(options(), 483);
	bed_heard("registration trying 0");
	accept_binding(fresh("REGISTER "));
}

static void test_an_answer_to_a_repetition_tells_that_the_server_is_back(void **state)
{
	const char *request;

	(void)state;
	start();
	request = options();
	bed_advance(INTERVAL_MS);
	bed_heard("registration registered 408");
	reply(request, 200);
	accept_binding(fresh("REGISTER "));
}

static void test_a_503_to_options_is_told_once(void **state)
{
	(void)state;
	start();
	reply(options(), 503);
	bed_heard("registration registered 503");
	reply(options(), 503);
	bed_quiet();
	bed_heard_nothing();
}

static void test_silence_is_known_after_32_s_in_a_long_interval(void **state)
{
	(void)state;
	bed_qualify(3600);
	bed_register();
	accept_binding(bed_receive());
	bed_advance(3600000);
	fresh("OPTIONS ");
	bed_advance(31900);
	bed_heard_nothing();
	bed_advance(200);
	bed_heard("registration registered 408");
}

static void test_a_challenge_to_options_is_answered(void **state)
{
	const char *request;

	(void)state;
	start();
	challenge(options(), "n1");
	request = fresh("OPTIONS ");
	assert_has(request, "Proxy-Authorization: Digest username=\"100\", realm=\"example.org\", nonce=\"n1\"");
	reply(request, 200);
	request = options();
	assert_has(request, "nonce=\"n1\"");
	challenge(request, "n2");
	request = fresh("OPTIONS ");
	assert_has(request, "nonce=\"n2\"");
	reply(request, 503);
	bed_heard("registration registered 503");
}

static void test_credentials_that_options_were_refused_with_are_shown_no_more(void **state)
{
	const char *request;

	(void)state;
	start();
	reply(options(), 503);
	bed_heard("registration registered 503");
	challenge(options(), "n1");
	challenge(fresh("OPTIONS "), "n2");
	accept_binding(fresh("REGISTER ")); /* it is there all the same */
	request = options();
	assert_has_not(request, "Authorization");
	challenge(request, "n3");
	bed_quiet();
}

static void test_a_wrong_password_is_not_tried_earlier_because_the_server_came_back(void **state)
{
	(void)state;
	bed_qualify(INTERVAL_MS / 1000);
	bed_register();
	bed_reply(bed_receive(), 403, "Forbidden", "r", "", "");
	bed_heard("registration failed 403");
	reply(options(), 503);
	reply(options(), 200);
	bed_quiet();
	bed_heard_nothing();
}

/* What fail2ban and its like would count. */
static void test_a_wrong_password_is_shown_rarely_over_two_hours(void **state)
{
	unsigned registers = 0, shown = 0, asked = 0;
	char nonce[16];

	(void)state;
	bed_qualify(60);
	ua_account_register(bed.account, 0);
	for (unsigned s = 0, n = 0; s <= 7200; s += 30) {
		for (unsigned i = 0; i < 3 && bed_has_message(); i++) {
			const char *request = bed_receive();

			snprintf(nonce, sizeof(nonce), "n%u", ++n);
			registers += !strncmp(request, "REGISTER ", 9);
			asked += !strncmp(request, "OPTIONS ", 8);
			shown += header(request, "Proxy-Authorization")[0] != '\0';
			challenge(request, nonce);
		}
		bed_advance(30000);
	}
	assert_in_range(asked, 119, 121);
	assert_int_equal(registers, 10); /* two at 0, 5, 15, 35 and 75 minutes; the first of all shows nothing */
	assert_int_equal(shown, registers - 1);
}

static void test_nothing_is_asked_after_unregistering(void **state)
{
	(void)state;
	start();
	reply(options(), 200);
	ua_account_unregister(bed.account);
	reply(fresh("REGISTER "), 200);
	bed_heard("registration none 200");
	bed_advance(INTERVAL_MS);
	bed_quiet();
	bed_register();
	accept_binding(fresh("REGISTER "));
	options();
	ua_account_free(bed.account);
	bed_advance(INTERVAL_MS);
	bed_heard_nothing();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_the_server_is_asked_once_in_each_interval),
		bed_test(test_a_server_that_comes_back_is_registered_with_again_and_calls_live_on),
		bed_test(test_a_server_that_comes_back_and_refuses_options_is_registered_with_again),
		bed_test(test_a_server_that_comes_back_shortens_the_pause_after_a_failure),
		bed_test(test_an_answer_to_a_repetition_tells_that_the_server_is_back),
		bed_test(test_a_503_to_options_is_told_once),
		bed_test(test_silence_is_known_after_32_s_in_a_long_interval),
		bed_test(test_a_challenge_to_options_is_answered),
		bed_test(test_credentials_that_options_were_refused_with_are_shown_no_more),
		bed_test(test_a_wrong_password_is_not_tried_earlier_because_the_server_came_back),
		bed_test(test_a_wrong_password_is_shown_rarely_over_two_hours),
		bed_test(test_nothing_is_asked_after_unregistering),
	};

	return cmocka_run_group_tests_name("sip qualify", tests, NULL, NULL);
}
