/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens between an INVITE and its answer: early dialogs, reliable responses, UPDATE; against a peer of plain text. */
#include "tests/unit/sip_peer.h"

#define RELIABLE(rseq) "Require: 100rel\r\nRSeq: " #rseq "\r\n"

/* Where the peer wants in-dialog requests. */
/* ---- the caller's side ---- */

static void expect_prack(const char *rack, const char *tag)
{
	const char *prack = bed_receive();

	assert_starts(prack, "PRACK sip:200@127.0.0.1:");
	assert_string_equal(header(prack, "RAck"), rack);
	assert_string_equal(parameter(header(prack, "To"), "tag"), tag);
	bed_reply(prack, 200, "OK", NULL, "", "");
}

static const char *rack(const char *invite, unsigned rseq)
{
	static char text[64];

	snprintf(text, sizeof(text), "%u %d INVITE", rseq, atoi(header(invite, "CSeq")));
	return text;
}

/* A reliable 183 with sound, of the early dialog b. */
static void announce(const char *invite)
{
	bed_reply(invite, 183, "Session Progress", "b", contact(RELIABLE(7)), SDP(5004));
	expect_prack(rack(invite, 7), "b");
	bed_heard("progress 183 192.0.2.1:5004");
}

/* An UPDATE of the peer's in the early dialog with that tag. */
static void update(const char *invite, const char *tag, unsigned cseq, const char *body)
{
	char from[128];

	snprintf(from, sizeof(from), "%s;tag=%s", header(invite, "To"), tag);
	bed_in_dialog(from, header(invite, "From"), header(invite, "Call-ID"), cseq, "UPDATE", contact(""), body);
}

static void test_a_reliable_response_gets_its_prack_once(void **state)
{
	const char *invite = bed_call();

	(void)state;
	/* RFC 3262 s4: an INVITE says that it knows reliable responses | Supported: 100rel */
	assert_has(invite, "Supported: replaces, norefersub, 100rel, timer, 199\r\n");
	bed_reply(invite, 180, "Ringing", "b", contact(RELIABLE(7)), "");
	/* RFC 3262 s4: a reliable response gets a PRACK with its RSeq and CSeq in RAck | it does */
	expect_prack(rack(invite, 7), "b");
	bed_heard("progress 180 nothing");
	bed_reply(invite, 180, "Ringing", "b", contact(RELIABLE(7)), "");
	/* RFC 3262 s4: a reliable response that comes again gets no second PRACK | it does not */
	bed_quiet();
	bed_heard_nothing();
}

static void test_a_reliable_response_out_of_turn_waits_for_the_one_before(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed_reply(invite, 180, "Ringing", "b", contact(RELIABLE(7)), "");
	expect_prack(rack(invite, 7), "b");
	bed_heard("progress 180 nothing");
	bed_reply(invite, 183, "Session Progress", "b", contact(RELIABLE(9)), SDP(5004));
	/* RFC 3262 s4: a reliable response out of order is neither acknowledged nor processed | it waits for the one before */
	bed_quiet();
	bed_heard_nothing();
	bed_reply(invite, 183, "Session Progress", "b", contact(RELIABLE(8)), "");
	expect_prack(rack(invite, 8), "b");
	bed_heard("progress 183 nothing");
	bed_reply(invite, 183, "Session Progress", "b", contact(RELIABLE(9)), SDP(5004));
	expect_prack(rack(invite, 9), "b");
	bed_heard("progress 183 192.0.2.1:5004");
}

static void test_each_early_dialog_counts_for_itself(void **state)
{
	const char *invite = bed_call();

	(void)state;
	announce(invite);
	bed_reply(invite, 183, "Session Progress", "c", contact(RELIABLE(100)), SDP(6004));
	/* RFC 3262 s4: each early dialog has RSeq numbers of its own | it has */
	expect_prack(rack(invite, 100), "c");
	bed_heard("progress 183 192.0.2.1:6004");
	bed_reply(invite, 180, "Ringing", "b", contact(RELIABLE(8)), "");
	expect_prack(rack(invite, 8), "b");
	bed_heard("progress 180 nothing");
}

static void test_a_challenged_prack_is_sent_again(void **state)
{
	const char *invite = bed_call(), *prack;

	(void)state;
	bed_reply(invite, 180, "Ringing", "b", contact(RELIABLE(7)), "");
	prack = bed_receive();
	bed_reply(prack, 407, "Proxy Authentication Required", NULL,
		"Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n\", qop=\"auth\"\r\n", "");
	prack = bed_receive();
	assert_starts(prack, "PRACK ");
	/* RFC 3262 s4: PRACK is a request like others in a dialog | challenged, it is sent again */
	assert_has(prack, "Proxy-Authorization: Digest ");
	assert_string_equal(header(prack, "RAck"), rack(invite, 7));
}

static void test_the_next_request_follows_the_prack(void **state)
{
	const char *invite = bed_call(), *bye;

	(void)state;
	bed_reply(invite, 180, "Ringing", "b", contact(RELIABLE(7)), "");
	expect_prack(rack(invite, 7), "b");
	bed_reply(invite, 200, "OK", "b", contact(""), SDP(5004));
	assert_starts(bed_receive(), "ACK ");
	bed_end(0);
	bye = bed_receive();
	assert_starts(bye, "BYE ");
	/* RFC 3262 s4: a PRACK takes a CSeq number of its dialog | the BYE has the one after */
	assert_int_equal(atoi(header(bye, "CSeq")), atoi(header(invite, "CSeq")) + 2);
}

/* RFC 3261 s13.2.1: the first answer that is sure counts. */
static void test_what_was_answered_reliably_counts_whatever_the_200_says(void **state)
{
	const char *invite = bed_call();

	(void)state;
	announce(invite);
	bed_reply(invite, 200, "OK", "b", contact(""), SDP(6004));
	assert_starts(bed_receive(), "ACK ");
	/* RFC 3261 s13.2.1: the first reliable description is the answer, others are ignored | they are */
	bed_heard("answered 192.0.2.1:5004");
}

static void test_an_unreliable_description_only_previews_the_answer(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed_reply(invite, 183, "Session Progress", "b", contact(""), SDP(5004));
	bed_heard("progress 183 192.0.2.1:5004");
	bed_reply(invite, 183, "Session Progress", "b", contact(RELIABLE(7)), SDP(6004));
	expect_prack(rack(invite, 7), "b");
	/* RFC 3262 s5: an answer in an unreliable response is a preview | the reliable one counts */
	bed_heard("progress 183 192.0.2.1:6004");
}

static void test_the_newest_description_is_heard_and_a_repetition_is_not_newer(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed_reply(invite, 183, "Session Progress", "b", contact(""), SDP(5004));
	bed_heard("progress 183 192.0.2.1:5004");
	bed_reply(invite, 183, "Session Progress", "c", contact(""), SDP(6004));
	bed_heard("progress 183 192.0.2.1:6004");
	bed_reply(invite, 183, "Session Progress", "b", contact(""), SDP(5004));
	bed_heard("progress 183 nothing");
}

static void test_199_ends_an_early_dialog(void **state)
{
	const char *invite = bed_call();

	(void)state;
	/* RFC 6228 s4: who understands 199 says so in the INVITE | Supported: 199 */
	assert_has(header(invite, "Supported"), "199");
	bed_reply(invite, 183, "Session Progress", "b", contact(""), SDP(5004));
	bed_heard("progress 183 192.0.2.1:5004");
	bed_reply(invite, 183, "Session Progress", "c", contact(""), SDP(6004));
	bed_heard("progress 183 192.0.2.1:6004");
	bed_reply(invite, 199, "Early Dialog Terminated", "c", contact(""), "");
	/* RFC 6228 s4: 199 ends the early dialog of its tag | the one before is heard again */
	bed_heard("progress 199 192.0.2.1:5004");
	bed_reply(invite, 199, "Early Dialog Terminated", "d", contact(""), "");
	/* RFC 6228 s4: 199 of an unknown dialog means nothing | it is ignored */
	bed_heard_nothing();
	bed_reply(invite, 199, "Early Dialog Terminated", "b", contact(""), "");
	/* RFC 6228 s4: when the last one ends the call still goes on | ringback is made here */
	bed_heard("progress 199 nothing");
}

static void test_the_network_may_silence_early_media(void **state)
{
	const char *invite = bed_call();

	(void)state;
	/* RFC 5009 s5: an INVITE may say that P-Early-Media is understood | it does */
	assert_has(invite, "P-Early-Media: supported\r\n");
	bed_reply(invite, 183, "Session Progress", "b", contact("P-Early-Media: inactive, gated\r\n"), SDP(5004));
	/* RFC 5009 s5: inactive: early media is not to be heard | ringback is made here */
	bed_heard("progress 183 nothing");
	bed_reply(invite, 183, "Session Progress", "b", contact("P-Early-Media: sendonly\r\n"), "");
	bed_heard("progress 183 192.0.2.1:5004");
	bed_reply(invite, 183, "Session Progress", "c", contact("P-Early-Media: recvonly\r\n"), SDP(6004));
	bed_heard("progress 183 nothing");
	bed_reply(invite, 180, "Ringing", "b", contact("P-Early-Media: inactive\r\n"), "");
	bed_heard("progress 199 nothing");
	bed_reply(invite, 200, "OK", "c", contact(""), "");
	bed_heard("answered 192.0.2.1:6004");
}

static void test_a_200_of_another_fork_switches_to_it(void **state)
{
	const char *invite = bed_call();

	(void)state;
	announce(invite);
	bed_reply(invite, 200, "OK", "c", contact(""), SDP(6004));
	assert_starts(bed_receive(), "ACK ");
	/* RFC 3960 s3.1: early media ends when the call is answered elsewhere | the sound is that of the fork that answered */
	bed_heard("answered 192.0.2.1:6004");
}

/* More have rung than are followed. */
static void test_the_200_of_one_of_very_many_forks_counts(void **state)
{
	const char *invite = bed_call();
	char tag[8];

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		snprintf(tag, sizeof(tag), "f%u", i);
		bed_reply(invite, 183, "Session Progress", tag, contact(""), i ? "" : SDP(5004));
		bed_heard(i ? "progress 183 nothing" : "progress 183 192.0.2.1:5004");
	}
	bed_reply(invite, 200, "OK", "f9", contact(""), SDP(6004));
	assert_starts(bed_receive(), "ACK ");
	bed_heard("answered 192.0.2.1:6004");
	for (unsigned i = 0; i < 8; i++) {
		snprintf(tag, sizeof(tag), "f%u", i);
		bed_reply(invite, 200, "OK", tag, contact(""), SDP(6004));
		if (i == 7) /* all that are followed have answered */
			break;
		assert_starts(bed_receive(), "ACK ");
		bed_reply(bed_receive(), 200, "OK", NULL, "", "");
	}
	bed_quiet();
	bed_heard_nothing();
}

static void test_a_200_that_nothing_can_be_sent_to_gets_ack_and_bye(void **state)
{
	static const char *const answers[] = {
		"Record-Route: <nonsense\r\n",
		"Record-Route: <sip:far.example;lr>, non sense\r\n",
		"Contact: <sip:200@255.255.255.255>\r\n",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const char *invite = bed_call(), *bye;

		bed_reply(invite, 200, "OK", "b", answers[i], SDP(5004));
		/* RFC 3261 s12.1.2: Record-Route and Contact of a 2xx say where all else goes | where they name nothing that can be reached ACK and BYE go where the INVITE went */
		assert_starts(bed_receive(), "ACK sip:200@example.org SIP/2.0\r\n");
		bye = bed_receive();
		assert_starts(bye, "BYE sip:200@example.org SIP/2.0\r\n");
		bed_heard("ended by error, status 488, cause 0");
		bed_reply(bye, 200, "OK", NULL, "", "");
	}
}

static void test_an_update_in_an_early_dialog_is_answered(void **state)
{
	const char *invite = bed_call(), *ok;

	(void)state;
	announce(invite);
	update(invite, "b", 3, SDP(5008));
	bed_heard("offered 192.0.2.1:5008");
	ok = bed_receive();
	/* RFC 3311 s5.2: an UPDATE in an early dialog may change the session | it is answered at once */
	assert_starts(ok, "SIP/2.0 200 OK");
	/* RFC 3311 s5.2: the 200 to an UPDATE with offer has the answer | it has */
	assert_has(ok, "m=audio 40000 ");
	/* RFC 3311 s5.2: the 200 to an UPDATE has a Contact | it has */
	assert_has(ok, "Contact: <sip:100@");
	bed_reply(invite, 200, "OK", "b", contact(""), "");
	assert_starts(bed_receive(), "ACK ");
	bed_heard("answered 192.0.2.1:5008");
}

static void test_an_update_makes_its_early_dialog_the_heard_one(void **state)
{
	const char *invite = bed_call();

	(void)state;
	announce(invite);
	bed_reply(invite, 183, "Session Progress", "c", contact(""), SDP(6004));
	bed_heard("progress 183 192.0.2.1:6004");
	update(invite, "b", 3, SDP(5008));
	bed_heard("offered 192.0.2.1:5008");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard("progress 183 192.0.2.1:5008");
}

static void test_an_update_that_meets_our_offer_is_refused_491(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed_reply(invite, 183, "Session Progress", "b", contact(""), SDP(5004));
	bed_heard("progress 183 192.0.2.1:5004");
	update(invite, "b", 3, SDP(5008));
	/* RFC 3311 s5.2: an UPDATE with offer while ours is open is refused 491 | it is */
	assert_starts(bed_receive(), "SIP/2.0 491 ");
	update(invite, "b", 3, SDP(5008));
	assert_starts(bed_receive(), "SIP/2.0 500 ");
	update(invite, "unknown", 3, SDP(5008));
	/* RFC 3311 s5.2: an UPDATE of an unknown dialog is refused 481 | it is */
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_heard_nothing();
}

static void test_an_update_that_cannot_be_agreed_upon_is_refused_488(void **state)
{
	const char *invite = bed_call();

	(void)state;
	announce(invite);
	bed.offered_result = ENOTSUP;
	update(invite, "b", 3, SDP(5008));
	bed_heard("offered 192.0.2.1:5008");
	/* RFC 3311 s5.2: an UPDATE whose offer does not do is refused 488 | and the session stays */
	assert_starts(bed_receive(), "SIP/2.0 488 ");
	update(invite, "b", 4, "nonsense");
	assert_starts(bed_receive(), "SIP/2.0 400 ");
}

static void test_an_update_that_waits_ends_with_the_call(void **state)
{
	const char *invite = bed_call(), *first, *second;

	(void)state;
	announce(invite);
	bed.end_when_offered = true;
	update(invite, "b", 3, SDP(5008));
	bed_heard("offered 192.0.2.1:5008");
	first = bed_receive();
	second = bed_receive();
	assert_true(strstr(first, "CANCEL sip:") == first || strstr(second, "CANCEL sip:") == second);
	assert_non_null(strstr(strstr(first, "SIP/2.0 ") == first ? first : second, "UPDATE\r\n"));
}

/* ---- the called one's side ---- */

static const char *our_to; /* of the 180 */

static void from_caller(const char *id, unsigned cseq, const char *method, const char *headers, const char *body)
{
	bed_in_dialog("<sip:200@example.org>;tag=peer", our_to, id, cseq, method, headers, body);
}

static void pick_up(void)
{
	struct ua_sdp sdp;

	ua_sdp_offer(&sdp, &bed.local);
	assert_int_equal(ua_invite_answer(bed.invite, &sdp), 0);
}

/* A call that rings with a reliable 180, which is returned. */
static const char *ring(const char *id, const char *body)
{
	struct ua_sdp offer;
	const char *ringing;

	bed_invite(id, contact("Require: 100rel\r\n"), body);
	assert_starts(bed_receive(), "SIP/2.0 100 Trying");
	bed_heard(body[0] ? "incoming 100 from 200 \"The \"Peer\"\" offering 192.0.2.1:5004"
			  : "incoming 100 from 200 \"The \"Peer\"\" offering nothing");
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_ring(bed.invite, false, &offer), 0);
	ringing = bed_receive();
	assert_starts(ringing, "SIP/2.0 180 Ringing");
	assert_string_equal(header(ringing, "Require"), "100rel");
	our_to = header(ringing, "To");
	return ringing;
}

static const char *acknowledges(const char *ringing, int offset)
{
	static char text[64];

	snprintf(text, sizeof(text), "RAck: %d 1 INVITE\r\n", atoi(header(ringing, "RSeq")) + offset);
	return text;
}

static void test_a_reliable_180_is_repeated_until_its_prack(void **state)
{
	const char *ringing = ring("a", SDP(5004)), *again;

	(void)state;
	/* RFC 3262 s3: RSeq is between 1 and 2^31-1 | it is */
	assert_true(atoi(header(ringing, "RSeq")) > 0);
	assert_string_equal(body_of(ringing), "");
	for (unsigned ms = 500; ms <= 2000; ms *= 2) {
		bed_advance(ms - 1);
		bed_quiet();
		bed_advance(1);
		again = bed_receive();
		/* RFC 3262 s3: a reliable response is sent again from T1 on, doubling, until its PRACK | it is */
		assert_string_equal(again, ringing);
	}
	from_caller("a", 2, "PRACK", acknowledges(ringing, 0), "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_advance(20000);
	bed_quiet();
	pick_up();
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
}

static void test_the_next_reliable_180_has_the_next_number(void **state)
{
	const char *ringing = ring("a", SDP(5004)), *again;

	(void)state;
	from_caller("a", 2, "PRACK", acknowledges(ringing, 0), "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_advance(60000);
	again = bed_receive();
	/* RFC 3262 s3: the next reliable response has the next RSeq | it has */
	assert_int_equal(atoi(header(again, "RSeq")), atoi(header(ringing, "RSeq")) + 1);
	from_caller("a", 3, "PRACK", acknowledges(ringing, 1), "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_quiet();
}

/* A 183 with the answer that comes while the 180 has no PRACK yet waits for it. */
static void test_a_reliable_183_follows_the_180(void **state)
{
	const char *ringing = ring("a", SDP(5004)), *progress;
	struct ua_sdp offer, answer;

	(void)state;
	assert_int_equal(ua_sdp_parse(&offer, SDP(5004), strlen(SDP(5004))), 0);
	assert_int_equal(ua_sdp_answer(&answer, &offer, &bed.local), 0);
	assert_int_equal(ua_invite_progress(bed.invite, &answer), 0);
	/* RFC 3262 s3: no second reliable response before the PRACK of the first | it waits */
	bed_quiet();
	from_caller("a", 2, "PRACK", acknowledges(ringing, 0), "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	progress = bed_receive();
	assert_starts(progress, "SIP/2.0 183 Session Progress");
	assert_int_equal(atoi(header(progress, "RSeq")), atoi(header(ringing, "RSeq")) + 1);
	assert_has(body_of(progress), "m=audio");
	from_caller("a", 3, "PRACK", acknowledges(ringing, 1), "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_quiet();
	assert_int_equal(ua_invite_answer(bed.invite, &answer), 0);
	progress = bed_receive();
	assert_starts(progress, "SIP/2.0 200 OK");
	assert_string_equal(body_of(progress), ""); /* the answer was given, and received */
}

/* A reliable 183 with our answer, which is returned; its PRACK would be the caller's third request. */
static const char *ring_early(struct ua_sdp *answer)
{
	const char *ringing = ring("a", SDP(5004)), *progress;
	struct ua_sdp offer;

	assert_int_equal(ua_sdp_parse(&offer, SDP(5004), strlen(SDP(5004))), 0);
	assert_int_equal(ua_sdp_answer(answer, &offer, &bed.local), 0);
	from_caller("a", 2, "PRACK", acknowledges(ringing, 0), "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	assert_int_equal(ua_invite_progress(bed.invite, answer), 0);
	progress = bed_receive();
	assert_starts(progress, "SIP/2.0 183 ");
	return progress;
}

/* RFC 3262 s3 */
static void test_the_200_waits_for_the_prack_of_our_answer(void **state)
{
	struct ua_sdp answer;
	const char *progress = ring_early(&answer), *ok;

	(void)state;
	assert_int_equal(ua_invite_answer(bed.invite, &answer), 0);
	/* RFC 3262 s3: a 2xx waits while a reliable response with description has no PRACK | it does */
	bed_quiet();
	from_caller("a", 3, "PRACK", acknowledges(progress, 0), "");
	assert_has(bed_receive(), "PRACK\r\n");
	ok = bed_receive();
	assert_starts(ok, "SIP/2.0 200 OK");
	assert_has(ok, "INVITE\r\n");
	assert_string_equal(body_of(ok), "");
	from_caller("a", 1, "ACK", "", "");
	bed_quiet();
	bed_heard_nothing();
}

/* RFC 3311 s5.2: the first offer has its answer. */
static void test_an_update_after_our_early_answer_is_answered(void **state)
{
	struct ua_sdp answer;
	const char *progress = ring_early(&answer), *ok;

	(void)state;
	from_caller("a", 3, "PRACK", acknowledges(progress, 0), "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	from_caller("a", 4, "UPDATE", contact(""), SDP(5008));
	bed_heard("offered 192.0.2.1:5008");
	ok = bed_receive();
	/* RFC 3311 s5.1: after offer and answer in early dialog either side may send UPDATE | the caller's is answered */
	assert_starts(ok, "SIP/2.0 200 OK");
	assert_has(body_of(ok), "m=audio 40000 ");
}

static void test_a_prack_for_something_else_is_refused_481(void **state)
{
	const char *ringing = ring("a", SDP(5004));

	(void)state;
	from_caller("a", 2, "PRACK", acknowledges(ringing, 1), "");
	/* RFC 3262 s3: a PRACK that matches no unacknowledged response is refused 481 | it is */
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	from_caller("a", 3, "PRACK", "RAck: nonsense\r\n", "");
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	from_caller("a", 4, "PRACK", "", "");
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	from_caller("a", 5, "PRACK", acknowledges(ringing, 0), "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	from_caller("a", 6, "PRACK", acknowledges(ringing, 0), "");
	assert_starts(bed_receive(), "SIP/2.0 481 ");
}

static void test_without_prack_the_call_is_refused_after_32_s(void **state)
{
	(void)state;
	ring("a", SDP(5004));
	for (unsigned ms = 500; ms <= 16000; ms *= 2) {
		bed_advance(ms);
		assert_starts(bed_receive(), "SIP/2.0 180 ");
	}
	bed_advance(500);
	/* RFC 3262 s3: without PRACK for 64*T1 the INVITE is refused with a 5xx | 504 */
	assert_starts(bed_receive(), "SIP/2.0 504 ");
	bed_heard("ended by timeout, status 0, cause 0");
}

static void test_the_200_does_not_wait_for_a_prack_without_description(void **state)
{
	const char *ringing = ring("a", SDP(5004));

	(void)state;
	pick_up();
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	from_caller("a", 2, "PRACK", acknowledges(ringing, 0), "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	from_caller("a", 1, "ACK", "", "");
	bed_advance(40000);
	bed_quiet();
	bed_heard_nothing();
}

/* RFC 3262 s5: offer in the reliable response, answer in the PRACK. */
static void test_an_invite_without_offer_gets_it_in_the_reliable_180(void **state)
{
	const char *ringing = ring("a", ""), *ok;

	(void)state;
	/* RFC 3262 s5: an INVITE without offer gets one in the first reliable response | in the 180 */
	assert_has(body_of(ringing), "m=audio 40000 ");
	from_caller("a", 2, "PRACK", acknowledges(ringing, 0), SDP(5004));
	ok = bed_receive();
	assert_starts(ok, "SIP/2.0 200 OK");
	assert_string_equal(body_of(ok), "");
	/* RFC 3262 s5: the answer to an offer of a reliable response comes in its PRACK | it is taken */
	bed_heard("changed 192.0.2.1:5004");
	pick_up();
	ok = bed_receive();
	assert_starts(ok, "SIP/2.0 200 OK");
	assert_has(ok, "INVITE\r\n");
	assert_string_equal(body_of(ok), "");
	from_caller("a", 1, "ACK", "", "");
	bed_quiet();
	bed_heard_nothing();
}

static void test_the_200_waits_for_the_answer_in_the_prack(void **state)
{
	const char *ringing = ring("a", "");

	(void)state;
	pick_up();
	bed_quiet();
	from_caller("a", 2, "PRACK", acknowledges(ringing, 0), SDP(5004));
	assert_has(bed_receive(), "PRACK\r\n");
	assert_has(bed_receive(), "INVITE\r\n");
	bed_heard("changed 192.0.2.1:5004");
}

static void test_a_prack_without_the_answer_ends_the_call(void **state)
{
	const char *ringing = ring("a", "");

	(void)state;
	from_caller("a", 2, "PRACK", acknowledges(ringing, 0), "");
	assert_starts(bed_receive(), "SIP/2.0 400 ");
	assert_starts(bed_receive(), "SIP/2.0 500 ");
	bed_heard("ended by error, status 0, cause 0");
}

static void test_an_offer_in_a_prack_is_answered_in_its_200(void **state)
{
	const char *ringing = ring("a", ""), *again, *ok;

	(void)state;
	from_caller("a", 2, "PRACK", acknowledges(ringing, 0), SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard("changed 192.0.2.1:5004");
	bed_advance(60000);
	again = bed_receive();
	assert_string_equal(body_of(again), "");
	from_caller("a", 3, "PRACK", acknowledges(again, 0), SDP(5008));
	bed_heard("offered 192.0.2.1:5008");
	ok = bed_receive();
	assert_starts(ok, "SIP/2.0 200 OK");
	assert_has(ok, "PRACK\r\n");
	/* RFC 3262 s5: an offer in a PRACK is answered in its 2xx | it is */
	assert_has(body_of(ok), "m=audio 40000 ");
}

static void test_an_update_before_the_answer_is_answered_where_nothing_is_open(void **state)
{
	const char *ringing = ring("a", "");

	(void)state;
	from_caller("a", 2, "UPDATE", contact(""), SDP(5008));
	assert_starts(bed_receive(), "SIP/2.0 491 ");
	from_caller("a", 3, "PRACK", acknowledges(ringing, 0), SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard("changed 192.0.2.1:5004");
	from_caller("a", 4, "UPDATE", contact(""), SDP(5008));
	bed_heard("offered 192.0.2.1:5008");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
}

static void test_an_update_while_the_invites_offer_is_open_is_refused_500(void **state)
{
	const char *refusal;

	(void)state;
	ring("a", SDP(5004));
	from_caller("a", 2, "UPDATE", contact(""), SDP(5008));
	refusal = bed_receive();
	assert_starts(refusal, "SIP/2.0 500 ");
	/* RFC 3311 s5.2: an UPDATE while the INVITE's offer is open is refused 500 with Retry-After | it is */
	assert_true(header(refusal, "Retry-After")[0]);
	from_caller("a", 3, "UPDATE", contact(""), "");
	/* RFC 3311 s5.2: an UPDATE without offer is answered at any time | 200 */
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard_nothing();
}

static void test_an_update_changes_a_call_that_is_up(void **state)
{
	const char *ringing = ring("a", SDP(5004)), *ok;

	(void)state;
	pick_up();
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	from_caller("a", 2, "PRACK", acknowledges(ringing, 0), "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	from_caller("a", 1, "ACK", "", "");
	from_caller("a", 3, "UPDATE", contact(""), SDP(5008));
	bed_heard("offered 192.0.2.1:5008");
	ok = bed_receive();
	assert_starts(ok, "SIP/2.0 200 OK");
	assert_has(ok, "UPDATE\r\n");
	/* RFC 3311 s5.2: an UPDATE may change a call that is up | it is answered */
	assert_has(body_of(ok), "m=audio 40000 ");
}

static void test_a_caller_that_does_not_want_it_gets_no_reliable_180(void **state)
{
	struct ua_sdp offer;
	const char *ringing;

	(void)state;
	bed_invite("a", contact("Supported: 100rel\r\n"), "");
	assert_starts(bed_receive(), "SIP/2.0 100 Trying");
	bed_heard("incoming 100 from 200 \"The \"Peer\"\" offering nothing");
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_ring(bed.invite, false, &offer), 0);
	ringing = bed_receive();
	/* RFC 3262 s3: reliable responses are sent where the INVITE requires them | where it only supports them, 180 is plain */
	assert_has_not(ringing, "RSeq");
	assert_string_equal(body_of(ringing), "");
	bed_advance(10000);
	bed_quiet();
}

static void test_requests_of_no_call_are_refused_481(void **state)
{
	(void)state;
	bed_in_dialog("<sip:200@example.org>;tag=x", "<sip:100@example.org>", "none", 1, "UPDATE", contact(""), SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_in_dialog("<sip:200@example.org>;tag=x", "<sip:100@example.org>;tag=y", "none", 2, "PRACK", "RAck: 1 1 INVITE\r\n", "");
	/* RFC 3262 s3: a PRACK of an unknown dialog is refused 481 | it is */
	assert_starts(bed_receive(), "SIP/2.0 481 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_a_reliable_response_gets_its_prack_once),
		bed_test(test_a_reliable_response_out_of_turn_waits_for_the_one_before),
		bed_test(test_each_early_dialog_counts_for_itself),
		bed_test(test_a_challenged_prack_is_sent_again),
		bed_test(test_the_next_request_follows_the_prack),
		bed_test(test_what_was_answered_reliably_counts_whatever_the_200_says),
		bed_test(test_an_unreliable_description_only_previews_the_answer),
		bed_test(test_the_newest_description_is_heard_and_a_repetition_is_not_newer),
		bed_test(test_199_ends_an_early_dialog),
		bed_test(test_the_network_may_silence_early_media),
		bed_test(test_a_200_of_another_fork_switches_to_it),
		bed_test(test_the_200_of_one_of_very_many_forks_counts),
		bed_test(test_a_200_that_nothing_can_be_sent_to_gets_ack_and_bye),
		bed_test(test_an_update_in_an_early_dialog_is_answered),
		bed_test(test_an_update_makes_its_early_dialog_the_heard_one),
		bed_test(test_an_update_that_meets_our_offer_is_refused_491),
		bed_test(test_an_update_that_cannot_be_agreed_upon_is_refused_488),
		bed_test(test_an_update_that_waits_ends_with_the_call),
		bed_test(test_a_reliable_180_is_repeated_until_its_prack),
		bed_test(test_the_next_reliable_180_has_the_next_number),
		bed_test(test_a_reliable_183_follows_the_180),
		bed_test(test_the_200_waits_for_the_prack_of_our_answer),
		bed_test(test_an_update_after_our_early_answer_is_answered),
		bed_test(test_a_prack_for_something_else_is_refused_481),
		bed_test(test_without_prack_the_call_is_refused_after_32_s),
		bed_test(test_the_200_does_not_wait_for_a_prack_without_description),
		bed_test(test_an_invite_without_offer_gets_it_in_the_reliable_180),
		bed_test(test_the_200_waits_for_the_answer_in_the_prack),
		bed_test(test_a_prack_without_the_answer_ends_the_call),
		bed_test(test_an_offer_in_a_prack_is_answered_in_its_200),
		bed_test(test_an_update_before_the_answer_is_answered_where_nothing_is_open),
		bed_test(test_an_update_while_the_invites_offer_is_open_is_refused_500),
		bed_test(test_an_update_changes_a_call_that_is_up),
		bed_test(test_a_caller_that_does_not_want_it_gets_no_reliable_180),
		bed_test(test_requests_of_no_call_are_refused_481),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
