/* SPDX-License-Identifier: BSD-3-Clause */
/* Session timers (RFC 4028), against a peer of plain text. */
#include "tests/unit/sip_peer.h"

/* Where the peer wants in-dialog requests. */
/* A call from here whose 200 has these headers too; returns the INVITE. */
static const char *talk(const char *headers)
{
	const char *invite;

	bed_session_timer(600);
	invite = bed_call();
	bed_talk(invite, contact(headers));
	return invite;
}

static void peer_asks(const char *invite, unsigned cseq, const char *method, const char *headers)
{
	char from[128];

	snprintf(from, sizeof(from), "%s;tag=b", header(invite, "To"));
	bed_in_dialog(from, header(invite, "From"), header(invite, "Call-ID"), cseq, method, contact(headers), "");
}

static void expect_over(void)
{
	const char *bye = bed_receive();

	assert_starts(bye, "BYE ");
	bed_reply(bye, 200, "OK", NULL, "", "");
	bed_heard("ended by timeout, status 0, cause 0, after answer");
	bed_advance(700000);
	bed_quiet();
}

static void test_a_call_asks_for_what_the_account_wants(void **state)
{
	const char *invite;

	(void)state;
	assert_string_equal(header(bed_call(), "Session-Expires"), "");
	bed_end(0);
	bed_session_timer(600);
	invite = bed_call();
	/* RFC 4028 s7.1: an INVITE may ask for a session interval | the account's session_expires_s */
	assert_string_equal(header(invite, "Session-Expires"), "600");
	/* RFC 4028 s7.1: Min-SE is at least 90 | 90 */
	assert_string_equal(header(invite, "Min-SE"), "90");
}

static void test_422_is_answered_with_what_it_asks_for(void **state)
{
	const char *invite, *again;

	(void)state;
	bed_session_timer(600);
	invite = bed_call();
	bed_reply(invite, 422, "Session Interval Too Small", "x", "Min-SE: 1000\r\n", "");
	assert_starts(bed_receive(), "ACK ");
	again = bed_receive();
	assert_starts(again, "INVITE ");
	/* RFC 4028 s7.2: 422 is answered with an interval of its Min-SE | once */
	assert_string_equal(header(again, "Session-Expires"), "1000");
	assert_string_equal(header(again, "Min-SE"), "1000");
	assert_int_equal(atoi(header(again, "CSeq")), atoi(header(invite, "CSeq")) + 1);
	bed_reply(again, 422, "Session Interval Too Small", "x", "Min-SE: 1000\r\n", "");
	assert_starts(bed_receive(), "ACK ");
	bed_heard("ended by peer, status 422, cause 0");
}

static void test_the_call_is_refreshed_by_update_at_half_time(void **state)
{
	const char *update;

	(void)state;
	talk("Session-Expires: 200;refresher=uac\r\nRequire: timer\r\nAllow: INVITE, UPDATE\r\n");
	for (unsigned i = 0; i < 3; i++) {
		bed_advance(99000);
		bed_quiet();
		bed_advance(1000);
		update = bed_receive();
		/* RFC 4028 s7.2: the refresher refreshes at half the interval | by UPDATE where the peer allows it */
		assert_starts(update, "UPDATE sip:200@");
		/* RFC 4028 s7.4: a refresh keeps the refresher | it does */
		assert_string_equal(header(update, "Session-Expires"), "200;refresher=uac");
		/* RFC 4028 s7.4: a refresh by UPDATE need not have an offer | it has none */
		assert_string_equal(body_of(update), "");
		bed_reply(update, 200, "OK", NULL, "Session-Expires: 200;refresher=uac\r\n", "");
		bed_quiet();
	}
	bed_heard_nothing();
}

static void test_a_peer_without_update_is_refreshed_by_the_same_offer(void **state)
{
	const char *invite = talk("Session-Expires: 200;refresher=uac\r\n"), *offer;

	(void)state;
	bed_advance(100000);
	offer = bed_receive();
	assert_starts(offer, "INVITE sip:200@");
	/* RFC 4028 s7.4: a re-INVITE that refreshes repeats the description, o= unchanged | byte for byte */
	assert_string_equal(body_of(offer), body_of(invite)); /* o= and all */
	assert_string_equal(header(offer, "Session-Expires"), "200;refresher=uac");
	bed_reply(offer, 200, "OK", NULL, contact("Session-Expires: 200;refresher=uac\r\n"), SDP(5004));
	assert_starts(bed_receive(), "ACK ");
	bed_heard("changed 192.0.2.1:5004");
	bed_advance(99000);
	bed_quiet();
	bed_advance(1000);
	assert_starts(bed_receive(), "INVITE sip:200@");
}

static void test_a_peer_that_does_not_know_update_after_all_gets_an_offer(void **state)
{
	(void)state;
	talk("Session-Expires: 200;refresher=uac\r\nAllow: INVITE, UPDATE\r\n");
	bed_advance(100000);
	bed_reply(bed_receive(), 501, "Not Implemented", NULL, "", "");
	assert_starts(bed_receive(), "INVITE sip:200@");
}

static void test_a_call_that_nobody_refreshes_ends_in_time(void **state)
{
	(void)state;
	talk("Session-Expires: 300;refresher=uas\r\n");
	bed_advance(267000);
	bed_quiet();
	bed_heard_nothing();
	bed_advance(1000);
	/* RFC 4028 s10: without refresh BYE is sent before the session expires, by the smaller of 32 s and a third | at 268 s of 300 */
	expect_over();
}

static void test_a_refresh_of_the_peers_begins_the_time_anew(void **state)
{
	const char *invite = talk("Session-Expires: 300;refresher=uas\r\n"), *ok;

	(void)state;
	bed_advance(200000);
	peer_asks(invite, 3, "UPDATE", "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n");
	ok = bed_receive();
	assert_starts(ok, "SIP/2.0 200 OK");
	/* RFC 4028 s9: the 2xx of a refresh says the interval and the refresher | it does */
	assert_string_equal(header(ok, "Session-Expires"), "300;refresher=uac");
	/* RFC 4028 s9: the 2xx has Require: timer where its receiver refreshes | it does */
	assert_string_equal(header(ok, "Require"), "timer");
	bed_advance(200000);
	bed_quiet();
	bed_heard_nothing();
	bed_advance(68000);
	expect_over();
}

static void test_a_refresh_that_nobody_answers_ends_the_call_when_its_time_is_over(void **state)
{
	const char *update;

	(void)state;
	talk("Session-Expires: 200;refresher=uac\r\nAllow: UPDATE\r\n");
	bed_advance(70000);
	for (unsigned i = 0; i < 4; i++) {
		bed_advance(30000);
		update = bed_receive();
		assert_starts(update, "UPDATE ");
		bed_reply(update, 408, "Request Timeout", NULL, "", "");
		bed_heard("unreachable");
	}
	bed_advance(10000);
	expect_over();
}

static void test_a_busy_peer_is_asked_again_soon(void **state)
{
	(void)state;
	talk("Session-Expires: 200;refresher=uac\r\nAllow: UPDATE\r\n");
	bed_advance(100000);
	bed_reply(bed_receive(), 491, "Request Pending", NULL, "", "");
	bed_quiet();
	bed_advance(2000);
	assert_starts(bed_receive(), "UPDATE ");
	bed_heard_nothing();
}

static void test_a_peer_that_likes_no_refresh_is_not_asked_over_and_over(void **state)
{
	(void)state;
	talk("Session-Expires: 200;refresher=uac\r\nAllow: UPDATE\r\n");
	bed_advance(100000);
	bed_reply(bed_receive(), 403, "Forbidden", NULL, "", "");
	bed_quiet();
	bed_advance(29000);
	bed_quiet();
	bed_advance(1000);
	assert_starts(bed_receive(), "UPDATE ");
	bed_heard_nothing();
}

static void test_481_to_a_refresh_ends_the_call(void **state)
{
	(void)state;
	talk("Session-Expires: 200;refresher=uac\r\nAllow: UPDATE\r\n");
	bed_advance(100000);
	bed_reply(bed_receive(), 481, "Call Does Not Exist", NULL, "", "");
	/* RFC 4028 s10: a refresh answered 481 ends the call | it does */
	bed_heard("ended by peer, status 481, cause 0, after answer");
}

static void test_a_challenged_refresh_is_sent_again(void **state)
{
	(void)state;
	talk("Session-Expires: 200;refresher=uac\r\nAllow: UPDATE\r\n");
	bed_advance(100000);
	bed_reply(bed_receive(), 407, "Proxy Authentication Required", NULL,
		"Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n\", qop=\"auth\"\r\n", "");
	assert_has(bed_receive(), "Proxy-Authorization: Digest ");
}

static void test_422_to_a_refresh_raises_the_interval(void **state)
{
	const char *update;

	(void)state;
	talk("Session-Expires: 200;refresher=uac\r\nAllow: UPDATE\r\n");
	bed_advance(100000);
	bed_reply(bed_receive(), 422, "Session Interval Too Small", NULL, "Min-SE: 400\r\n", "");
	update = bed_receive();
	/* RFC 4028 s7.4: 422 to a refresh raises the interval | it does */
	assert_string_equal(header(update, "Session-Expires"), "400;refresher=uac");
	assert_string_equal(header(update, "Min-SE"), "400");
}

/* An offer of ours is a refresh too (RFC 4028 s7.4): one without the header would end the timer. */
static void test_an_offer_of_ours_carries_the_timer(void **state)
{
	const char *offer;
	struct ua_sdp sdp;

	(void)state;
	talk("Session-Expires: 200;refresher=uas\r\n");
	ua_sdp_offer(&sdp, &bed.local);
	assert_int_equal(ua_invite_offer(bed.invite, &sdp), 0);
	offer = bed_receive();
	/* RFC 4028 s7.4: every re-INVITE carries the session interval | also one that changes the session */
	assert_string_equal(header(offer, "Session-Expires"), "200;refresher=uas");
}

static void test_an_interval_that_is_too_short_is_not_taken_from_an_answer(void **state)
{
	const char *update;

	(void)state;
	talk("Session-Expires: 1;refresher=uac\r\nAllow: INVITE, UPDATE\r\n");
	bed_advance(44000);
	bed_quiet();
	bed_heard_nothing();
	bed_advance(1000);
	update = bed_receive();
	/* RFC 4028 s5: no interval is below 90 s | a 2xx that says less is taken for 90, and refreshed after 45 */
	assert_starts(update, "UPDATE ");
	assert_string_equal(header(update, "Session-Expires"), "90;refresher=uac");
	bed_reply(update, 200, "OK", NULL, "Session-Expires: 1;refresher=uas\r\n", "");
	bed_quiet();
	bed_advance(59000);
	bed_quiet();
	bed_heard_nothing();
	bed_advance(1000);
	expect_over();
}

static void test_a_refresh_that_finds_nobody_is_told_as_one_that_nobody_answers(void **state)
{
	(void)state;
	talk("Session-Expires: 200;refresher=uac\r\nAllow: INVITE, UPDATE\r\n");
	bed_advance(100000);
	bed_reply(bed_receive(), 404, "Not Found", NULL, "", "");
	/* RFC 5057 s5.1: 404 to a refresh says that the dialog is lost | a call that is silent ends, two people who talk go on until it expires */
	bed_heard("unreachable");
	bed_quiet();
}

static void test_a_peer_without_timers_is_left_alone(void **state)
{
	(void)state;
	talk("");
	bed_advance(100000000);
	/* RFC 4028 s7.2: a 2xx without Session-Expires: no session timer | none */
	bed_quiet();
	bed_heard_nothing();
}

/* ---- calls to here ---- */

static const char *answer_with(const char *id, const char *headers)
{
	struct ua_sdp sdp;
	const char *ok;

	bed_invite(id, contact(headers), SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 100 Trying");
	bed_heard("incoming 100 from 200 \"The \"Peer\"\" offering 192.0.2.1:5004");
	ua_sdp_offer(&sdp, &bed.local);
	assert_int_equal(ua_invite_answer(bed.invite, &sdp), 0);
	ok = bed_receive();
	assert_starts(ok, "SIP/2.0 200 OK");
	bed_in_dialog("<sip:200@example.org>;tag=peer", header(ok, "To"), id, 1, "ACK", "", "");
	return ok;
}

static void test_too_short_an_interval_is_refused_422(void **state)
{
	const char *refusal;

	(void)state;
	bed_invite("a", contact("Supported: timer\r\nSession-Expires: 89\r\n"), SDP(5004));
	refusal = bed_receive();
	/* RFC 4028 s9: an interval below our minimum is refused 422 | it is */
	assert_starts(refusal, "SIP/2.0 422 ");
	/* RFC 4028 s9: a 422 says in Min-SE what would do | 90 */
	assert_string_equal(header(refusal, "Min-SE"), "90");
	bed_heard_nothing();
	assert_string_equal(header(answer_with("b", "Session-Expires: 89\r\n"), "Session-Expires"), "90;refresher=uas");
}

static void test_who_refreshes_is_for_the_caller_to_say(void **state)
{
	const char *ok;

	(void)state;
	ok = answer_with("a", "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n");
	/* RFC 4028 s9: a refresher that the caller chose stays | it does */
	assert_string_equal(header(ok, "Session-Expires"), "300;refresher=uac");
	assert_string_equal(header(ok, "Require"), "timer");
	ok = answer_with("b", "Supported: timer\r\nSession-Expires: 300;refresher=uas\r\n");
	/* RFC 4028 s9: a refresher that the caller chose stays, also where it is the callee | it does */
	assert_string_equal(header(ok, "Session-Expires"), "300;refresher=uas");
	assert_string_equal(header(ok, "Require"), "");
	ok = answer_with("c", "Supported: timer\r\nSession-Expires: 300\r\n");
	assert_string_equal(header(ok, "Session-Expires"), "300;refresher=uac");
	ok = answer_with("d", "Supported: timer\r\n");
	assert_string_equal(header(ok, "Session-Expires"), "");
	ok = answer_with("e", "Session-Expires: nonsense\r\n");
	assert_string_equal(header(ok, "Session-Expires"), "");
	bed_session_timer(600);
	ok = answer_with("f", "Supported: timer\r\n");
	assert_string_equal(header(ok, "Session-Expires"), "600;refresher=uac");
	ok = answer_with("g", "");
	assert_string_equal(header(ok, "Session-Expires"), "");
	ok = answer_with("h", "Supported: timer\r\nMin-SE: 1000\r\n");
	assert_string_equal(header(ok, "Session-Expires"), "1000;refresher=uac");
}

static void test_a_called_one_refreshes_too(void **state)
{
	const char *update;

	(void)state;
	answer_with("a", "Supported: timer\r\nSession-Expires: 300;refresher=uas\r\nAllow: INVITE, UPDATE\r\n");
	bed_advance(150000);
	update = bed_receive();
	/* RFC 4028 s9: a callee that is the refresher refreshes | it does */
	assert_starts(update, "UPDATE ");
	assert_string_equal(header(update, "Session-Expires"), "300;refresher=uac");
	bed_advance(150000);
	while (strstr(update, "UPDATE ") == update)
		update = bed_receive();
	assert_starts(update, "BYE ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_a_call_asks_for_what_the_account_wants),
		bed_test(test_422_is_answered_with_what_it_asks_for),
		bed_test(test_the_call_is_refreshed_by_update_at_half_time),
		bed_test(test_a_peer_without_update_is_refreshed_by_the_same_offer),
		bed_test(test_a_peer_that_does_not_know_update_after_all_gets_an_offer),
		bed_test(test_a_call_that_nobody_refreshes_ends_in_time),
		bed_test(test_a_refresh_of_the_peers_begins_the_time_anew),
		bed_test(test_a_refresh_that_nobody_answers_ends_the_call_when_its_time_is_over),
		bed_test(test_a_busy_peer_is_asked_again_soon),
		bed_test(test_a_peer_that_likes_no_refresh_is_not_asked_over_and_over),
		bed_test(test_481_to_a_refresh_ends_the_call),
		bed_test(test_a_challenged_refresh_is_sent_again),
		bed_test(test_422_to_a_refresh_raises_the_interval),
		bed_test(test_an_offer_of_ours_carries_the_timer),
		bed_test(test_an_interval_that_is_too_short_is_not_taken_from_an_answer),
		bed_test(test_a_refresh_that_finds_nobody_is_told_as_one_that_nobody_answers),
		bed_test(test_a_peer_without_timers_is_left_alone),
		bed_test(test_too_short_an_interval_is_refused_422),
		bed_test(test_who_refreshes_is_for_the_caller_to_say),
		bed_test(test_a_called_one_refreshes_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
