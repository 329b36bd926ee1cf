/* SPDX-License-Identifier: BSD-3-Clause */
/* The called one's side of a call, and re-INVITEs, against a peer of plain text. */
#include "tests/unit/sip_peer.h"

/* The peer's place in the dialog: the To of the agent's answers. */
static const char *our_to;

static void in_dialog(const char *id, const char *method, unsigned cseq, const char *headers,
	const char *body)
{
	static unsigned branch;

	bed_send("%s sip:100@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-d%u\r\n"
		"From: <sip:200@example.org>;tag=peer\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u %s\r\n"
		"%s%sContent-Length: %zu\r\n\r\n%s", method, bed.agent_port, bed.peer_port, ++branch, our_to,
		id, cseq, method, headers, body[0] ? "Content-Type: application/sdp\r\n" : "", strlen(body),
		body);
}

static const struct ua_sdp *bed_offer(void)
{
	static struct ua_sdp offer;

	ua_sdp_offer(&offer, &bed.local);
	return &offer;
}

static void answer(void)
{
	struct ua_sdp offer, sdp;

	assert_non_null(bed.invite); /* no memory: it was refused */
	assert_int_equal(ua_sdp_parse(&offer, SDP(5004), strlen(SDP(5004))), 0);
	assert_int_equal(ua_sdp_answer(&sdp, &offer, &bed.local), 0);
	assert_int_equal(ua_invite_answer(bed.invite, &sdp), 0);
}

#define INCOMING "incoming 100 from 200 \"The \"Peer\"\" offering "

static void ring(const char *id)
{
	bed_invite(id, contact(""), SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 100 Trying");
	bed_heard(INCOMING "192.0.2.1:5004");
}

static void early(void)
{
	struct ua_sdp offer, sdp;

	assert_int_equal(ua_sdp_parse(&offer, SDP(5004), strlen(SDP(5004))), 0);
	assert_int_equal(ua_sdp_answer(&sdp, &offer, &bed.local), 0);
	assert_int_equal(ua_invite_progress(bed.invite, &sdp), 0);
}

static void test_sound_before_the_answer(void **state)
{
	const char *progress, *ok;
	char told[2000];

	(void)state;
	ring("a");
	early();
	progress = bed_receive();
	/* RFC 3960 s3.1: early media is announced with a description before the answer | 183 with the answer */
	assert_starts(progress, "SIP/2.0 183 Session Progress");
	snprintf(told, sizeof(told), "%s", strstr(progress, "\r\n\r\n"));
	assert_has(told, "m=audio");
	bed_advance(60000);
	assert_starts(bed_receive(), "SIP/2.0 183 Session Progress");
	answer();
	ok = bed_receive();
	assert_starts(ok, "SIP/2.0 200 OK");
	/* RFC 3261 s13.2.1: the 200 repeats the description that a 183 previewed | byte for byte */
	assert_string_equal(strstr(ok, "\r\n\r\n"), told);
}

static void test_no_sound_before_an_answer_that_offers(void **state)
{
	struct ua_sdp sdp;

	(void)state;
	bed_invite("a", contact(""), "");
	assert_starts(bed_receive(), "SIP/2.0 100 Trying");
	ua_sdp_offer(&sdp, &bed.local);
	bed_heard(INCOMING "nothing");
	assert_int_equal(ua_invite_progress(bed.invite, &sdp), EINVAL);
}

/* A call that is up; returns the agent's 200. */
static const char *talk(const char *id)
{
	const char *ok;

	ring(id);
	answer();
	ok = bed_receive();
	assert_starts(ok, "SIP/2.0 200 OK");
	our_to = header(ok, "To");
	in_dialog(id, "ACK", 1, "", "");
	bed_quiet();
	return ok;
}

static void cancel(const char *id)
{
	bed_send("CANCEL sip:100@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-%s\r\n"
		"From: <sip:200@example.org>;tag=peer\r\nTo: <sip:100@example.org>\r\nCall-ID: %s\r\n"
		"CSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n", bed.agent_port, bed.peer_port, id, id);
}

static void test_a_call_that_waits_is_told_so_while_it_rings(void **state)
{
	(void)state;
	ring("a");
	assert_int_equal(ua_invite_ring(bed.invite, true, bed_offer()), 0);
	/* RFC 7462 s5: 180 may say in Alert-Info that the call waits | urn:alert:service:call-waiting */
	assert_string_equal(header(bed_receive(), "Alert-Info"), "<urn:alert:service:call-waiting>");
	answer();
	assert_string_equal(header(bed_receive(), "Alert-Info"), "");
}

static void test_a_call_rings_is_answered_and_hung_up_by_the_peer(void **state)
{
	const char *ringing, *ok;

	(void)state;
	ring("a");
	assert_int_equal(ua_invite_ring(bed.invite, false, bed_offer()), 0);
	ringing = bed_receive();
	/* RFC 3261 s13.3.1.1: a callee that alerts says 180 | when the telephone rings */
	assert_starts(ringing, "SIP/2.0 180 Ringing");
	/* RFC 3261 s12.1.1: a response that makes a dialog has a Contact | it has */
	assert_has(ringing, "Contact: <sip:100@127.0.0.1:");
	answer();
	ok = bed_receive();
	assert_starts(ok, "SIP/2.0 200 OK");
	/* RFC 3261 s8.2.6.2: all responses to a request have the same To tag | they have */
	assert_string_equal(header(ok, "To"), header(ringing, "To"));
	/* RFC 3261 s13.3.1.4: a 2xx to an INVITE with offer holds the answer | it does */
	assert_has(ok, "m=audio 40000 RTP/AVP 8 101\r\n");
	our_to = header(ok, "To");
	in_dialog("a", "ACK", 1, "", "");
	in_dialog("a", "BYE", 2, "Reason: Q.850;cause=16\r\n", "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard("ended by peer, status 0, cause 16, after answer");
	in_dialog("a", "BYE", 3, "", "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_advance(32100);
	in_dialog("a", "BYE", 4, "", "");
	/* RFC 3261 s15.1.2: a BYE that matches no dialog is refused 481 | it is */
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_quiet();
}

static void test_180_is_repeated_every_60_s(void **state)
{
	(void)state;
	ring("a");
	ua_invite_ring(bed.invite, false, bed_offer());
	for (unsigned i = 0; i < 3; i++) {
		/* RFC 3261 s13.3.1.1: a callee that alerts for long repeats its provisional response each minute | every 60 s */
		assert_starts(bed_receive(), "SIP/2.0 180 ");
		bed_quiet();
		bed_advance(60000);
	}
	assert_starts(bed_receive(), "SIP/2.0 180 ");
	answer();
	assert_starts(bed_receive(), "SIP/2.0 200 ");
}

static void test_200_is_repeated_until_its_ack_comes(void **state)
{
	static const unsigned intervals_ms[] = {500, 1000, 2000, 4000, 4000};
	const char *ok;

	(void)state;
	ring("a");
	answer();
	ok = bed_receive();
	our_to = header(ok, "To");
	for (size_t i = 0; i < sizeof(intervals_ms) / sizeof(intervals_ms[0]); i++) {
		bed_advance(intervals_ms[i] - 100);
		bed_quiet();
		bed_advance(110);
		/* RFC 3261 s13.3.1.4: a 2xx is sent again from T1 on, doubling up to T2, whatever the transport | at 0.5, 1, 2, 4, 4 s */
		assert_string_equal(bed_receive(), ok);
	}
	in_dialog("a", "ACK", 9, "", ""); /* to something else */
	bed_advance(4000);
	/* RFC 3261 s13.2.2.4: an ACK belongs to the 2xx of its CSeq number alone | another one does not end the repetition */
	assert_string_equal(bed_receive(), ok);
	in_dialog("a", "ACK", 1, "", "");
	bed_quiet();
	bed_advance(40000);
	bed_quiet();
	bed_heard_nothing();
}

static void test_a_200_that_is_never_acknowledged_ends_the_call_with_bye(void **state)
{
	const char *message = "";

	(void)state;
	ring("a");
	answer();
	for (unsigned i = 0; strncmp(message, "BYE ", 4); i++) {
		assert_in_range(i, 0, 20);
		if (i)
			bed_advance(4000);
		message = bed_receive();
	}
	/* RFC 3261 s13.3.1.4: a 2xx without ACK for 64*T1 leaves a dialog that is ended with BYE | it is */
	bed_heard("ended by timeout, status 0, cause 0, after answer");
}

static void test_bye_waits_for_the_ack(void **state)
{
	const char *ok;

	(void)state;
	ring("a");
	answer();
	ok = bed_receive();
	our_to = header(ok, "To");
	bed_end(16);
	/* RFC 3261 s15: a callee sends no BYE before the ACK has come | hanging up at once waits for it */
	bed_quiet();
	in_dialog("a", "ACK", 1, "", "");
	assert_has(bed_receive(), "Reason: Q.850;cause=16\r\n");
	bed_heard_nothing();
}

static void test_a_bye_that_comes_instead_of_the_ack_is_not_told_who_let_go(void **state)
{
	const char *ok;

	(void)state;
	ring("a");
	answer();
	ok = bed_receive();
	our_to = header(ok, "To");
	bed_end(16);
	in_dialog("a", "BYE", 2, "", "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_quiet();
	bed_heard_nothing();
}

static void test_cancel_is_answered_and_the_invite_refused_487(void **state)
{
	const char *refusal;

	(void)state;
	ring("a");
	ua_invite_ring(bed.invite, false, bed_offer());
	bed_receive();
	cancel("a");
	/* RFC 3261 s9.2: a CANCEL that matches is answered 200 | it is */
	assert_has(bed_receive(), "CSeq: 1 CANCEL\r\n");
	refusal = bed_receive();
	/* RFC 3261 s9.2: an INVITE that is cancelled is refused 487 | it is, and the telephone stops ringing */
	assert_starts(refusal, "SIP/2.0 487 ");
	bed_acknowledge(refusal);
	bed_heard("ended by peer, status 0, cause 0");
	bed_advance(60000);
	bed_quiet();
}

static void test_cancel_after_200_changes_nothing(void **state)
{
	const char *ok;

	(void)state;
	ring("a");
	answer();
	ok = bed_receive();
	cancel("a");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	our_to = header(ok, "To");
	in_dialog("a", "ACK", 1, "", "");
	bed_quiet();
	/* RFC 3261 s9.2: a CANCEL after the final response has no effect | the call goes on */
	bed_heard_nothing();
}

static void test_a_cancel_that_comes_with_the_invite_is_heard_after_it(void **state)
{
	(void)state;
	bed_invite("a", contact(""), SDP(5004));
	cancel("a");
	bed_heard(INCOMING "192.0.2.1:5004");
	bed_heard("ended by peer, status 0, cause 0");
}

static void test_the_users_refusal_is_repeated_until_its_ack(void **state)
{
	const char *refusal;

	(void)state;
	bed.refuse_calls = true;
	ring("a");
	refusal = bed_receive();
	assert_starts(refusal, "SIP/2.0 486 Busy Here");
	bed_advance(510);
	/* RFC 3261 s17.2.1: over UDP a refusal is sent again until its ACK | first after 500 ms */
	assert_string_equal(bed_receive(), refusal);
	bed_acknowledge(refusal);
	bed_advance(5000);
	bed_quiet();
	bed_heard_nothing();
}

static void test_ending_an_unanswered_call_refuses_it_480(void **state)
{
	(void)state;
	ring("a");
	bed_end(0);
	/* RFC 3665 s3.10: a callee that does not answer in its time refuses 480 | it does */
	assert_starts(bed_receive(), "SIP/2.0 480 ");
	bed_heard_nothing();
}

static void test_the_invites_expires_ends_it(void **state)
{
	(void)state;
	bed_invite("a", contact("Expires: 20\r\n"), SDP(5004));
	bed_receive();
	bed_heard(INCOMING "192.0.2.1:5004");
	bed_advance(19900);
	bed_quiet();
	bed_advance(200);
	/* RFC 3261 s13.3.1: an INVITE whose Expires is over is refused 487 | it is */
	assert_starts(bed_receive(), "SIP/2.0 487 ");
	bed_heard("ended by timeout, status 0, cause 0");
}

static void test_a_repeated_invite_gets_the_last_response_again(void **state)
{
	(void)state;
	ring("a");
	bed_invite("a", contact(""), SDP(5004));
	/* RFC 3261 s17.2.1: 100 is sent within 200 ms | at once */
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	ua_invite_ring(bed.invite, false, bed_offer());
	bed_receive();
	bed_invite("a", contact(""), SDP(5004));
	/* RFC 3261 s17.2.1: a repeated INVITE gets the last provisional response again | it does, and rings once */
	assert_starts(bed_receive(), "SIP/2.0 180 ");
	bed_heard_nothing();
}

static void test_an_invite_without_description_gets_an_offer_and_the_ack_the_answer(void **state)
{
	struct ua_sdp offer;
	const char *ok;

	(void)state;
	bed_invite("a", contact(""), "");
	bed_receive();
	bed_heard(INCOMING "nothing");
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_answer(bed.invite, &offer), 0);
	ok = bed_receive();
	/* RFC 3261 s13.2.1: an INVITE without offer gets one in the first reliable response | in the 200 */
	assert_has(ok, "m=audio 40000 RTP/AVP 8 101\r\n");
	our_to = header(ok, "To");
	in_dialog("a", "ACK", 1, "", SDP(5004));
	/* RFC 3261 s13.2.2.4: the answer to an offer of a 2xx comes in the ACK | the session is what it says */
	bed_heard("changed 192.0.2.1:5004");
}

static void test_an_offer_that_the_ack_leaves_unanswered_ends_the_call(void **state)
{
	struct ua_sdp offer;

	(void)state;
	bed_invite("a", contact(""), "");
	bed_receive();
	bed_heard(INCOMING "nothing");
	ua_sdp_offer(&offer, &bed.local);
	ua_invite_answer(bed.invite, &offer);
	our_to = header(bed_receive(), "To");
	in_dialog("a", "ACK", 1, "", "");
	/* RFC 3261 s13.3.1.4: without the answer there is no session | BYE */
	assert_starts(bed_receive(), "BYE ");
	bed_heard("ended by error, status 0, cause 0, after answer");
}

static void test_a_description_that_does_not_do_is_refused(void **state)
{
	static const struct {
		const char *body, *status;
	} rows[] = {
		/* RFC 3261 s21.4.1: a body that cannot be read is refused 400 | it is */
		{"v=0\r\nnonsense\r\n", "SIP/2.0 400 "},
		/* RFC 3261 s13.3.1.3: an offer that cannot be accepted is refused 488 | it is */
		{"v=0\r\ns=-\r\nm=image 1 udptl t38\r\n", "SIP/2.0 488 "},
		{"v=0\r\nc=IN IP4 host.example\r\nm=audio 5004 RTP/AVP 0\r\n", "SIP/2.0 488 "},
	};
	char id[8];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(id, sizeof(id), "%zu", i);
		bed_invite(id, contact(""), rows[i].body);
		assert_starts(bed_receive(), rows[i].status);
	}
	bed_quiet();
	bed_heard_nothing();
}

static void test_a_reinvite_is_answered_by_the_handler(void **state)
{
	const char *first = talk("a"), *ok, *bye;
	char moved[64];

	(void)state;
	in_dialog("a", "INVITE", 2, contact(""), SDP(5006));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("offered 192.0.2.1:5006");
	ok = bed_receive();
	assert_starts(ok, "SIP/2.0 200 OK");
	/* RFC 3264 s8: the o= version stays while the description does | byte for byte */
	assert_string_equal(body_of(ok), body_of(first)); /* the o= version stays with the text */
	bed_advance(510);
	assert_string_equal(bed_receive(), ok);
	in_dialog("a", "ACK", 2, "", "");
	bed.local.port = 41000;
	snprintf(moved, sizeof(moved), "Contact: <sip:moved@127.0.0.1:%u>\r\n", bed.peer_port);
	in_dialog("a", "INVITE", 3, moved, SDP(5008));
	bed_receive();
	bed_heard("offered 192.0.2.1:5008");
	ok = bed_receive();
	/* RFC 3264 s8: the o= version grows by one when the description changes | it does */
	assert_has(ok, " 2 IN IP4 127.0.0.1\r\n");
	in_dialog("a", "ACK", 3, "", "");
	bed_quiet();
	bed_end(0);
	bye = bed_receive();
	/* RFC 3261 s12.2.2: a re-INVITE may move the remote target | the next request goes to the new Contact */
	assert_starts(bye, "BYE sip:moved@127.0.0.1:");
}

static void test_a_reinvite_that_does_not_do_leaves_the_call_as_it_was(void **state)
{
	(void)state;
	talk("a");
	bed.offered_result = ENOTSUP;
	in_dialog("a", "INVITE", 2, contact(""), SDP(5006));
	bed_receive();
	bed_heard("offered 192.0.2.1:5006");
	/* RFC 3261 s14.2: a re-INVITE that does not do is refused 488, and the session stays | it does */
	assert_starts(bed_receive(), "SIP/2.0 488 ");
	in_dialog("a", "BYE", 3, "", "");
	bed_heard("ended by peer, status 0, cause 0, after answer");
}

static void test_a_reinvite_without_description_gets_an_offer(void **state)
{
	const char *ok;

	(void)state;
	talk("a");
	in_dialog("a", "INVITE", 2, contact(""), "");
	bed_receive();
	bed_heard("offered nothing");
	ok = bed_receive();
	/* RFC 3261 s14.2: a re-INVITE without offer gets one in the 2xx | it does */
	assert_has(ok, "m=audio 40000 RTP/AVP 8 101\r\n");
	in_dialog("a", "ACK", 2, "", SDP(5010));
	bed_heard("changed 192.0.2.1:5010");
}

static void test_lines_of_the_first_offer_stay_in_later_ones(void **state)
{
	const char *ok;

	(void)state;
	bed_invite("a", contact(""), "v=0\r\nc=IN IP4 192.0.2.1\r\nm=video 6000 RTP/AVP 31\r\n"
		"m=audio 5004 RTP/AVP 8\r\n");
	bed_receive();
	bed_heard(INCOMING "192.0.2.1:5004");
	answer();
	ok = bed_receive();
	/* RFC 3264 s6: an answer has as many m= lines as its offer, refused ones with port 0 | it has */
	assert_has(ok, "m=video 0 RTP/AVP 31\r\nm=audio 40000 ");
	our_to = header(ok, "To");
	in_dialog("a", "ACK", 1, "", "");
	in_dialog("a", "INVITE", 2, contact(""), "");
	bed_receive();
	bed_heard("offered nothing");
	/* RFC 3264 s8: later offers keep all m= lines | they do */
	assert_has(bed_receive(), "m=video 0 RTP/AVP 31\r\nm=audio 40000 ");
}

static void test_one_offer_at_a_time(void **state)
{
	const char *ok;

	(void)state;
	ring("a");
	answer();
	ok = bed_receive();
	our_to = header(ok, "To");
	in_dialog("a", "INVITE", 2, contact(""), SDP(5006));
	/* RFC 3261 s14.2: a second INVITE before the first was answered is refused 500 with Retry-After | it is */
	assert_has(bed_receive(), "Retry-After: ");
	in_dialog("a", "ACK", 1, "", "");
	bed_quiet();
	bed_heard_nothing();
	in_dialog("a", "INVITE", 3, contact(""), SDP(5006));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("offered 192.0.2.1:5006");
	assert_starts(bed_receive(), "SIP/2.0 200 ");
	in_dialog("a", "INVITE", 4, contact(""), SDP(5008));
	assert_has(bed_receive(), "Retry-After: ");
	bed_heard_nothing();
}

static void test_hanging_up_when_offered_refuses_the_offer(void **state)
{
	(void)state;
	talk("a");
	bed.end_when_offered = true;
	in_dialog("a", "INVITE", 2, contact(""), SDP(5006));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("offered 192.0.2.1:5006");
	assert_starts(bed_receive(), "BYE ");
	assert_starts(bed_receive(), "SIP/2.0 487 ");
}

static void test_a_call_that_nobody_takes_is_refused_480(void **state)
{
	(void)state;
	bed.ignore_calls = true;
	ring("a");
	assert_starts(bed_receive(), "SIP/2.0 480 ");
}

static void test_a_bye_ends_a_reinvite_that_waits(void **state)
{
	const char *message;

	(void)state;
	talk("a");
	in_dialog("a", "INVITE", 2, contact(""), SDP(5006));
	in_dialog("a", "BYE", 3, "", "");
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("offered 192.0.2.1:5006");
	message = bed_receive();
	/* RFC 3261 s15.1.2: a BYE is answered also while a request waits | 200 */
	assert_starts(message, "SIP/2.0 200 OK");
	bed_heard("ended by peer, status 0, cause 0, after answer");
}

/* RFC 3261 s14.1: who did not give the Call-ID waits 0 to 2 s. */
static void test_offers_that_meet_are_refused_491_and_ours_is_made_again_soon(void **state)
{
	struct ua_sdp offer;
	const char *again, *refusal;

	(void)state;
	talk("a");
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_offer(bed.invite, &offer), 0);
	again = bed_receive();
	in_dialog("a", "INVITE", 2, contact(""), SDP(5006));
	refusal = bed_receive();
	assert_starts(refusal, "SIP/2.0 491 ");
	bed_acknowledge(refusal);
	bed_reply(again, 491, "Request Pending", NULL, "", "");
	assert_starts(bed_receive(), "ACK ");
	bed_advance(2010);
	again = bed_receive_now();
	/* RFC 3261 s14.1: after a 491 who does not own the Call-ID tries again within 0 to 2 s | it does */
	assert_starts(again, "INVITE ");
	bed_reply(again, 200, "OK", NULL, contact(""), SDP(5006));
	assert_starts(bed_receive(), "ACK ");
	bed_heard("changed 192.0.2.1:5006");
}

/* RFC 3261 s13.3.1.4, s14.1: no offer while the ACK is due. */
static void test_an_offer_that_comes_before_the_ack_may_be_made_after_it(void **state)
{
	struct ua_sdp offer;

	(void)state;
	ring("a");
	answer();
	our_to = header(bed_receive(), "To");
	ua_sdp_offer(&offer, &bed.local);
	/* RFC 3261 s14.1: no re-INVITE while an INVITE transaction is under way | it waits for the ACK */
	assert_int_equal(ua_invite_offer(bed.invite, &offer), ENOTCONN);
	in_dialog("a", "ACK", 1, "", "");
	bed_heard("changed nothing");
	assert_int_equal(ua_invite_offer(bed.invite, &offer), 0);
	assert_starts(bed_receive(), "INVITE ");
}

static void test_an_offer_that_comes_before_the_ack_to_a_reinvite_may_be_made_after_it(void **state)
{
	struct ua_sdp offer;

	(void)state;
	talk("a");
	in_dialog("a", "INVITE", 2, contact(""), SDP(5006));
	bed_receive();
	bed_heard("offered 192.0.2.1:5006");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_offer(bed.invite, &offer), EBUSY);
	in_dialog("a", "ACK", 2, "", "");
	bed_heard("changed nothing");
	in_dialog("a", "INVITE", 3, contact(""), SDP(5008));
	bed_receive();
	bed_heard("offered 192.0.2.1:5008");
	bed_receive();
	in_dialog("a", "ACK", 3, "", "");
	bed_quiet();
}

static void unacknowledged(const char *id)
{
	talk(id);
	in_dialog(id, "INVITE", 2, contact(""), SDP(5006));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("offered 192.0.2.1:5006");
	for (unsigned i = 0; i < 9; i++)
		bed_advance(4000);
	bed_heard("unreachable");
}

static void test_a_200_to_a_reinvite_without_ack_does_not_end_the_call(void **state)
{
	(void)state;
	unacknowledged("a");
	in_dialog("a", "INVITE", 3, contact(""), SDP(5008));
	bed_heard("offered 192.0.2.1:5008");
	in_dialog("a", "BYE", 4, "", "");
	bed_heard("ended by peer, status 0, cause 0, after answer");
}

static void test_a_200_to_a_reinvite_without_ack_ends_a_call_that_is_silent(void **state)
{
	(void)state;
	bed.silent = true;
	unacknowledged("a");
	while (strncmp(bed_receive(), "BYE ", 4))
		;
	bed_heard_nothing();
}

static void test_a_reinvite_that_crosses_our_bye_is_refused_481(void **state)
{
	const char *bye;

	(void)state;
	talk("a");
	bed_end(16);
	bye = bed_receive();
	assert_starts(bye, "BYE ");
	in_dialog("a", "INVITE", 2, contact(""), SDP(5006));
	/* RFC 3261 s12.2.2: a request of a dialog that there is no more is refused 481 | it is */
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_reply(bye, 200, "OK", NULL, "", "");
	bed_quiet();
	bed_heard_nothing();
}

static void test_requests_out_of_order_are_refused(void **state)
{
	(void)state;
	talk("a");
	in_dialog("a", "BYE", 1, "", "");
	/* RFC 3261 s12.2.2: a request with a CSeq number that is not higher than the last is refused 500 | it is */
	assert_starts(bed_receive(), "SIP/2.0 500 ");
	in_dialog("a", "OPTIONS", 5, "", "");
	/* RFC 3261 s11: OPTIONS within a dialog is answered, and changes nothing | 200 with Allow */
	assert_has(bed_receive(), "Allow: INVITE, ACK, ");
	in_dialog("a", "BYE", 4, "", "");
	assert_starts(bed_receive(), "SIP/2.0 500 ");
	bed_heard_nothing();
}

/* Each kind of request in a call that is refused: its repetition, which says that the refusal was lost, gets it again. */
static void test_a_refusal_that_was_lost_comes_again(void **state)
{
	static const struct {
		const char *method, *headers, *body, *refusal;
	} rows[] = {
		{"INVITE", "Session-Expires: 10\r\nSupported: timer\r\n", SDP(5006), "SIP/2.0 422 "},
		{"INVITE", "", "v=0\r\ns=-\r\nm=image 1 udptl t38\r\n", "SIP/2.0 488 "},
		{"UPDATE", "Session-Expires: 10\r\nSupported: timer\r\n", "", "SIP/2.0 422 "},
		{"UPDATE", "", "v=0\r\ns=-\r\nm=image 1 udptl t38\r\n", "SIP/2.0 488 "},
		{"INFO", "Content-Type: text/odd\r\n", "v", "SIP/2.0 415 "},
		{"PRACK", "RAck: 1 1 INVITE\r\n", "", "SIP/2.0 481 "},
		{"NOTIFY", "Event: refer\r\nSubscription-State: active\r\n", "", "SIP/2.0 481 "},
		{"OPTIONS", "", "", "SIP/2.0 200 "},
	};

	(void)state;
	talk("a");
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char via[64], request[1024];
		const char *refusal;

		snprintf(via, sizeof(via), "SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-lost%u", bed.peer_port, i);
		snprintf(request, sizeof(request), "%s sip:100@127.0.0.1:%u SIP/2.0\r\nVia: %s\r\n"
			"From: <sip:200@example.org>;tag=peer\r\nTo: %s\r\nCall-ID: a\r\nCSeq: %u %s\r\n%s%s"
			"%sContent-Length: %zu\r\n\r\n%s", rows[i].method, bed.agent_port, via, our_to, i + 2, rows[i].method,
			contact(""), rows[i].headers, rows[i].body[0] == 'v' && rows[i].body[1] ? "Content-Type: application/sdp\r\n" : "",
			strlen(rows[i].body), rows[i].body);
		bed_send("%s", request);
		refusal = bed_receive();
		assert_starts(refusal, rows[i].refusal);
		bed_send("%s", request);
		/* RFC 3261 s17.2.2: a request in a dialog that comes again gets the same final response again | also a refusal, not 500 for its CSeq */
		assert_string_equal(bed_receive(), refusal);
		if (strcmp(rows[i].method, "INVITE") != 0)
			continue;
		bed_advance(510);
		/* RFC 3261 s17.2.1: a refused re-INVITE too is refused again until its ACK | it is */
		assert_string_equal(bed_receive(), refusal);
		bed_acknowledge(refusal);
		bed_advance(5000);
		bed_quiet();
	}
	bed_heard_nothing();
}

static void test_record_routes_are_kept_in_order(void **state)
{
	const char *ok, *bye;
	char routes[200];

	(void)state;
	snprintf(routes, sizeof(routes), "Record-Route: <sip:127.0.0.1:%u;lr>\r\n"
		"Record-Route: <sip:far.example;lr>\r\nContact: <sip:200@192.0.2.7>\r\n", bed.peer_port);
	bed_invite("a", routes, SDP(5004));
	bed_receive();
	bed_heard(INCOMING "192.0.2.1:5004");
	answer();
	ok = bed_receive();
	/* RFC 3261 s12.1.1: Record-Route of the INVITE comes back in the response, in order | it does */
	assert_has(strstr(ok, "Record-Route: <sip:127.0.0.1"), "Record-Route: <sip:far.example;lr>");
	our_to = header(ok, "To");
	in_dialog("a", "ACK", 1, "", "");
	bed_quiet();
	bed_end(0);
	bye = bed_receive();
	assert_starts(bye, "BYE sip:200@192.0.2.7 SIP/2.0\r\n");
	/* RFC 3261 s12.1.1: the callee's route set is Record-Route in its order | it is */
	assert_has(strstr(bye, "Route: <sip:127.0.0.1:"), "Route: <sip:far.example;lr>");
}

static void test_a_strict_router_gets_its_way(void **state)
{
	const char *bye;
	char routes[200];

	(void)state;
	snprintf(routes, sizeof(routes), "Record-Route: <sip:strict@127.0.0.1:%u>\r\n"
		"Contact: <sip:200@192.0.2.7>\r\n", bed.peer_port);
	bed_invite("a", routes, SDP(5004));
	bed_receive();
	bed_heard(INCOMING "192.0.2.1:5004");
	answer();
	our_to = header(bed_receive(), "To");
	in_dialog("a", "ACK", 1, "", "");
	bed_quiet();
	bed_end(0);
	bye = bed_receive();
	/* RFC 3261 s12.2.1.1: a first route without lr becomes the Request-URI | it does */
	assert_starts(bye, "BYE sip:strict@127.0.0.1:");
	/* RFC 3261 s12.2.1.1: before a strict router the remote target becomes the last Route | it does */
	assert_has(bye, "Route: <sip:200@192.0.2.7>\r\n");
}

/* As a proxy does that finds the account registered twice. */
static void invite_by_branch(const char *branch, unsigned cseq)
{
	bed_send("INVITE sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-%s\r\n"
		"From: <sip:200@example.org>;tag=twice\r\nTo: <sip:100@example.org>\r\nCall-ID: twice\r\nCSeq: %u INVITE\r\n"
		"Contact: <sip:200@127.0.0.1:%u>\r\nContent-Length: 0\r\n\r\n", bed.peer_port, branch, cseq, bed.peer_port);
}

static void test_a_call_that_comes_by_two_ways_rings_once(void **state)
{
	struct ua_sdp offer;

	(void)state;
	invite_by_branch("first", 1);
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 200 \"\" offering nothing");
	invite_by_branch("second", 1);
	/* RFC 3261 s8.2.2.2: a request that is the same as one whose transaction is under way, but came by another way, is refused 482 | it is */
	assert_starts(bed_receive(), "SIP/2.0 482 ");
	bed_heard_nothing();
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_answer(bed.invite, &offer), 0);
	assert_starts(bed_receive(), "SIP/2.0 200 ");
	invite_by_branch("first", 1);
	/* RFC 6026 s8.7: an INVITE that comes again after its 2xx is no new one | it rings nobody: the 200 is repeated until its ACK anyway */
	bed_quiet();
	invite_by_branch("third", 1);
	assert_starts(bed_receive(), "SIP/2.0 482 ");
	bed_heard_nothing();
	invite_by_branch("fourth", 2);
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 200 \"\" offering nothing");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_a_call_that_comes_by_two_ways_rings_once),
		bed_test(test_sound_before_the_answer),
		bed_test(test_no_sound_before_an_answer_that_offers),
		bed_test(test_a_call_rings_is_answered_and_hung_up_by_the_peer),
		bed_test(test_a_call_that_waits_is_told_so_while_it_rings),
		bed_test(test_180_is_repeated_every_60_s),
		bed_test(test_200_is_repeated_until_its_ack_comes),
		bed_test(test_a_200_that_is_never_acknowledged_ends_the_call_with_bye),
		bed_test(test_bye_waits_for_the_ack),
		bed_test(test_a_bye_that_comes_instead_of_the_ack_is_not_told_who_let_go),
		bed_test(test_cancel_is_answered_and_the_invite_refused_487),
		bed_test(test_cancel_after_200_changes_nothing),
		bed_test(test_a_cancel_that_comes_with_the_invite_is_heard_after_it),
		bed_test(test_the_users_refusal_is_repeated_until_its_ack),
		bed_test(test_ending_an_unanswered_call_refuses_it_480),
		bed_test(test_the_invites_expires_ends_it),
		bed_test(test_a_repeated_invite_gets_the_last_response_again),
		bed_test(test_an_invite_without_description_gets_an_offer_and_the_ack_the_answer),
		bed_test(test_an_offer_that_the_ack_leaves_unanswered_ends_the_call),
		bed_test(test_a_description_that_does_not_do_is_refused),
		bed_test(test_a_reinvite_is_answered_by_the_handler),
		bed_test(test_a_reinvite_that_does_not_do_leaves_the_call_as_it_was),
		bed_test(test_a_reinvite_without_description_gets_an_offer),
		bed_test(test_lines_of_the_first_offer_stay_in_later_ones),
		bed_test(test_one_offer_at_a_time),
		bed_test(test_hanging_up_when_offered_refuses_the_offer),
		bed_test(test_a_call_that_nobody_takes_is_refused_480),
		bed_test(test_a_bye_ends_a_reinvite_that_waits),
		bed_test(test_offers_that_meet_are_refused_491_and_ours_is_made_again_soon),
		bed_test(test_an_offer_that_comes_before_the_ack_may_be_made_after_it),
		bed_test(test_an_offer_that_comes_before_the_ack_to_a_reinvite_may_be_made_after_it),
		bed_test(test_a_200_to_a_reinvite_without_ack_does_not_end_the_call),
		bed_test(test_a_200_to_a_reinvite_without_ack_ends_a_call_that_is_silent),
		bed_test(test_a_reinvite_that_crosses_our_bye_is_refused_481),
		bed_test(test_requests_out_of_order_are_refused),
		bed_test(test_a_refusal_that_was_lost_comes_again),
		bed_test(test_record_routes_are_kept_in_order),
		bed_test(test_a_strict_router_gets_its_way),
	};

	return cmocka_run_group_tests_name("sip uas", tests, NULL, NULL);
}
