/* SPDX-License-Identifier: BSD-3-Clause */
/* The caller's side of a call, against a peer of plain text. */
#include "sip/digest.h"
#include "tests/unit/sip_peer.h"

#define CHALLENGE "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"%s\", qop=\"auth\"%s\r\n"

/* Where the peer wants in-dialog requests. */
static void challenge(const char *request, const char *nonce, const char *more)
{
	char text[256];

	snprintf(text, sizeof(text), CHALLENGE, nonce, more);
	bed_reply(request, 407, "Proxy Authentication Required", "x", text, "");
}

/* A call that is up; returns the INVITE. */
static const char *talk(void)
{
	const char *invite = bed_call();

	bed_talk(invite, contact(""));
	return invite;
}

/* A request of the peer's within the call. */
static void send_in_dialog(const char *invite, const char *method, unsigned cseq, const char *more)
{
	bed_send("%s sip:100@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-%s%u\r\n"
		"From: %s;tag=b\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u %s\r\n%sContent-Length: 0\r\n\r\n",
		method, bed.agent_port, bed.peer_port, method, cseq, header(invite, "To"),
		header(invite, "From"), header(invite, "Call-ID"), cseq, method, more);
}

static void test_a_call_is_made_answered_and_hung_up(void **state)
{
	const char *invite = bed_call(), *ack, *bye;

	(void)state;
	/* RFC 3261 s8.1.1.1: the Request-URI of a call is where it shall go | the dialled number at the account's domain */
	assert_starts(invite, "INVITE sip:200@example.org SIP/2.0\r\n");
	/* RFC 3261 s8.1.1.3: From names the caller and has a tag | the account, with its display name and a random tag */
	assert_has(invite, "From: \"Line One\" <sip:100@example.org>;tag=");
	/* RFC 3261 s8.1.1.2: a request outside a dialog has no tag in To | To is the dialled address, bare */
	assert_has(invite, "To: <sip:200@example.org>\r\n");
	/* RFC 3261 s8.1.1.8: an INVITE has one Contact, where later requests reach the caller | the account's user at our address */
	assert_has(invite, "Contact: <sip:100@127.0.0.1:");
	/* RFC 3261 s13.2.1: an INVITE may carry the offer | it always does */
	assert_has(invite, "m=audio 40000 RTP/AVP 8 101\r\n");
	bed_reply(invite, 100, "Trying", NULL, "", "");
	bed_reply(invite, 180, "Ringing", "b", contact(""), "");
	bed_heard("progress 180 nothing");
	bed_reply(invite, 200, "OK", "b", contact(""), SDP(5004));
	ack = bed_receive();
	/* RFC 3261 s12.2.1.1: requests in a dialog go to the remote target | to the Contact of the 200 */
	assert_starts(ack, "ACK sip:200@127.0.0.1:");
	/* RFC 3261 s12.1.2: the remote tag of the dialog is the tag of the response | it stands in To of the ACK */
	assert_has(ack, ";tag=b\r\n");
	/* RFC 3261 s13.2.2.4: the ACK of a 2xx has the CSeq number of its INVITE | it has */
	assert_int_equal(atoi(header(ack, "CSeq")), atoi(header(invite, "CSeq")));
	bed_heard("answered 192.0.2.1:5004");

	bed_end(16);
	bye = bed_receive();
	/* RFC 3261 s15.1.1: a call that is up is ended with BYE in its dialog | hanging up sends it */
	assert_starts(bye, "BYE sip:200@127.0.0.1:");
	/* RFC 3326 s2: a request may say in Reason why it is sent | a BYE says the Q.850 cause */
	assert_has(bye, "Reason: Q.850;cause=16\r\n");
	/* RFC 3261 s12.2.1.1: each new request of a dialog has the next CSeq number | it has */
	assert_int_equal(atoi(header(bye, "CSeq")), atoi(header(invite, "CSeq")) + 1);
	bed_reply(bye, 200, "OK", NULL, "", "");
	bed_quiet();
	bed_heard_nothing();
}

static void test_the_peers_bye_ends_the_call_with_its_cause(void **state)
{
	const char *invite = talk();

	(void)state;
	send_in_dialog(invite, "BYE", 7, "Reason: SIP;cause=200, Q.850;cause=17;text=\"busy\"\r\n");
	/* RFC 3261 s15.1.2: a BYE that matches a dialog is answered 2xx | 200, and the call is over */
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	/* RFC 3326 s2: several Reason values may come, of different protocols | the Q.850 cause decides the tone, beside others too */
	bed_heard("ended by peer, status 0, cause 17, after answer");
}

static void test_every_repeated_200_gets_its_ack_again(void **state)
{
	const char *invite = talk(), *again;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		bed_reply(invite, 200, "OK", "b", contact(""), SDP(5004));
		again = bed_receive();
		/* RFC 3261 s13.2.2.4: each 2xx that comes again gets the ACK again | it does */
		assert_starts(again, "ACK ");
		assert_has(again, ";tag=b\r\n");
	}
	bed_end(0);
	bed_reply(bed_receive(), 200, "OK", NULL, "", "");
	bed_reply(invite, 200, "OK", "b", contact(""), SDP(5004));
	/* RFC 3261 s13.2.2.4: a 2xx may come again as long as its server repeats it, and gets the ACK so long | also after the BYE */
	assert_starts(bed_receive(), "ACK ");
	bed_quiet();
	bed_heard_nothing();
}

static void test_the_200_of_a_second_fork_gets_ack_and_bye(void **state)
{
	const char *invite = talk(), *first, *second;

	(void)state;
	bed_reply(invite, 200, "OK", "c", contact(""), SDP(6004));
	first = bed_receive();
	second = bed_receive();
	/* RFC 3261 s13.2.2.4: a 2xx of another fork makes a dialog of its own, with an ACK of its own | it gets one */
	assert_starts(first, "ACK ");
	assert_has(first, ";tag=c\r\n");
	/* RFC 3261 s13.2.2.4: who does not want that dialog ends it with BYE | one telephone wants one call */
	assert_starts(second, "BYE ");
	assert_has(second, ";tag=c\r\n");
	bed_reply(second, 200, "OK", NULL, "", "");
	bed_reply(invite, 200, "OK", "c", contact(""), SDP(6004));
	assert_starts(bed_receive(), "ACK ");
	bed_quiet();
	bed_heard_nothing();
}

static void test_the_answer_of_the_fork_that_picks_up_counts(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed_reply(invite, 183, "Session Progress", "b", contact(""), SDP(5004));
	bed_heard("progress 183 192.0.2.1:5004");
	bed_reply(invite, 183, "Session Progress", "c", contact(""), SDP(6004));
	bed_heard("progress 183 192.0.2.1:6004");
	bed_reply(invite, 200, "OK", "b", contact(""), "");
	assert_has(bed_receive(), ";tag=b\r\n");
	/* RFC 3261 s12.1.2: each To tag is a dialog with a session of its own | the session of the fork that answered is the one heard */
	bed_heard("answered 192.0.2.1:5004");
}

static void test_cancel_waits_for_a_provisional_response(void **state)
{
	const char *invite = bed_call(), *cancel, *ack;

	(void)state;
	bed_end(0);
	/* RFC 3261 s9.1: no CANCEL before a provisional response has come | it waits */
	bed_quiet();
	bed_reply(invite, 100, "Trying", NULL, "", "");
	cancel = bed_receive();
	/* RFC 3261 s9.1: a CANCEL has the Request-URI of what it cancels | the same */
	assert_starts(cancel, "CANCEL sip:200@example.org SIP/2.0\r\n");
	/* RFC 3261 s9.1: a CANCEL has the one Via of what it cancels, branch and all | the same */
	assert_string_equal(header(cancel, "Via"), header(invite, "Via"));
	bed_reply(cancel, 200, "OK", NULL, "", "");
	bed_reply(invite, 487, "Request Terminated", "b", "", "");
	ack = bed_receive();
	/* RFC 3261 s17.1.1.3: the ACK of a refusal goes where the INVITE went | the same Request-URI */
	assert_starts(ack, "ACK sip:200@example.org");
	bed_quiet();
	bed_heard_nothing();
}

static void test_a_200_that_crosses_the_cancel_gets_ack_and_bye(void **state)
{
	const char *invite = bed_call(), *bye;

	(void)state;
	bed_reply(invite, 180, "Ringing", "b", contact(""), "");
	bed_heard("progress 180 nothing");
	bed_end(16);
	assert_starts(bed_receive(), "CANCEL ");
	bed_reply(invite, 200, "OK", "b", contact(""), SDP(5004));
	/* RFC 3665 s3.8: a 200 that crosses the CANCEL is acknowledged | ACK */
	assert_starts(bed_receive(), "ACK ");
	bye = bed_receive();
	/* RFC 3261 s9.1: a CANCEL has no effect on an INVITE that was answered: BYE ends the call | BYE follows the ACK */
	assert_starts(bye, "BYE ");
	assert_has(bye, "Reason: Q.850;cause=16\r\n");
	bed_reply(bye, 200, "OK", NULL, "", "");
	bed_quiet();
	bed_heard_nothing();
}

static void test_who_only_gives_up_hears_when_that_is_done(void **state)
{
	const char *invite = bed_call(), *cancel;

	(void)state;
	bed_reply(invite, 180, "Ringing", "b", contact(""), "");
	bed_heard("progress 180 nothing");
	assert_int_equal(ua_invite_give_up(bed.invite), 0);
	assert_int_equal(ua_invite_give_up(bed.invite), ENOTCONN);
	cancel = bed_receive();
	assert_starts(cancel, "CANCEL ");
	bed_reply(cancel, 200, "OK", NULL, "", "");
	bed_quiet();
	bed_heard_nothing();
	bed_reply(invite, 487, "Request Terminated", "b", "", "");
	assert_starts(bed_receive(), "ACK ");
	bed_heard("ended by peer, status 487, cause 0");
	bed_quiet();
}

static void test_an_answer_that_crosses_giving_up_is_hung_up_on(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed_reply(invite, 180, "Ringing", "b", contact(""), "");
	bed_heard("progress 180 nothing");
	assert_int_equal(ua_invite_give_up(bed.invite), 0);
	assert_starts(bed_receive(), "CANCEL ");
	bed_reply(invite, 200, "OK", "b", contact(""), SDP(5004));
	assert_starts(bed_receive(), "ACK ");
	assert_starts(bed_receive(), "BYE ");
	bed_heard("ended by peer, status 487, cause 0");
}

static void test_a_call_that_is_up_cannot_be_given_up(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed_talk(invite, contact(""));
	assert_int_equal(ua_invite_give_up(bed.invite), ENOTCONN);
	bed_quiet();
}

static void test_a_challenge_is_answered_once(void **state)
{
	const char *invite = bed_call(), *again, *ack;

	(void)state;
	challenge(invite, "n1", "");
	ack = bed_receive();
	assert_starts(ack, "ACK ");
	again = bed_receive();
	assert_starts(again, "INVITE ");
	/* RFC 3261 s22.3: a 407 is answered with the INVITE once more and Proxy-Authorization | for the realm that asked */
	assert_has(again, "Proxy-Authorization: Digest username=\"100\", realm=\"example.org\", nonce=\"n1\"");
	/* RFC 7616 s3.4: nc counts the requests with a nonce | from 1 */
	assert_has(again, "nc=00000001");
	/* RFC 3261 s8.1.3.5: a request that is sent again has the next CSeq number | it has */
	assert_int_equal(atoi(header(again, "CSeq")), atoi(header(invite, "CSeq")) + 1);
	/* RFC 3261 s8.1.3.5: a request that is sent again with credentials keeps its Call-ID | it has */
	assert_string_equal(header(again, "Call-ID"), header(invite, "Call-ID"));
	assert_string_equal(body_of(again), body_of(invite));
	challenge(again, "n2", "");
	assert_starts(bed_receive(), "ACK ");
	bed_quiet();
	/* RFC 3261 s22.1: credentials that were refused are not tried again | the call ends after one try */
	bed_heard("ended by peer, status 407, cause 0");
}

static void test_a_stale_nonce_is_replaced_once(void **state)
{
	const char *invite = bed_call();

	(void)state;
	challenge(invite, "n1", "");
	bed_receive();
	invite = bed_receive();
	challenge(invite, "n2", ", stale=true");
	bed_receive();
	invite = bed_receive();
	/* RFC 7616 s3.3: stale=true asks for the same credentials with another nonce | they are computed anew */
	assert_has(invite, "nonce=\"n2\"");
	challenge(invite, "n3", ", stale=true");
	assert_starts(bed_receive(), "ACK ");
	bed_quiet();
	bed_heard("ended by peer, status 407, cause 0");
}

static void test_a_remembered_nonce_is_used_and_may_be_refused(void **state)
{
	const char *invite = bed_call(), *ack, *bye;

	(void)state;
	challenge(invite, "n1", "");
	bed_receive();
	invite = bed_receive();
	bed_reply(invite, 200, "OK", "b", contact(""), SDP(5004));
	ack = bed_receive();
	/* RFC 3261 s22.1: the ACK has the credentials of its INVITE | the same */
	assert_string_equal(header(ack, "Proxy-Authorization"), header(invite, "Proxy-Authorization"));
	bed_heard("answered 192.0.2.1:5004");
	bed_end(0);
	bye = bed_receive();
	assert_has(bye, "nonce=\"n1\"");
	/* RFC 7616 s3.4: a nonce may be used again, with the next nc | the next request in the dialog uses it */
	assert_has(bye, "nc=00000002");
	challenge(bye, "n2", "");
	bye = bed_receive();
	assert_starts(bye, "BYE ");
	assert_has(bye, "nonce=\"n2\"");
	challenge(bye, "n3", "");
	bed_quiet();
}

static void test_a_refusal_is_told_with_its_cause(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed_reply(invite, 486, "Busy Here", "b", "Reason: Q.850;cause=17\r\n", "");
	/* RFC 3261 s17.1.1.3: a final response of 300 to 699 gets an ACK | it does */
	assert_starts(bed_receive(), "ACK ");
	/* RFC 3665 s3.9: 486 says that the callee is busy | busy tone; a Reason decides before the code */
	bed_heard("ended by peer, status 486, cause 17");
	bed_quiet();
}

static void test_silence_is_a_timeout(void **state)
{
	(void)state;
	bed_call();
	bed_advance(500);
	/* RFC 3261 s17.1.1.2: over UDP an INVITE is sent again after T1, 500 ms | it is */
	assert_starts(bed_receive(), "INVITE ");
	bed_advance(32000);
	/* RFC 3261 s17.1.1.2: an INVITE without any response is given up after 64*T1, as if 408 had come | after 32 s */
	bed_heard("ended by timeout, status 408, cause 0");
}

static void test_a_200_without_usable_answer_gets_ack_and_bye(void **state)
{
	const char *invite = bed_call(), *bye;

	(void)state;
	bed_reply(invite, 200, "OK", "b", contact(""), "v=0\r\nc=IN IP4 host.example\r\nm=audio 5004 RTP/AVP 0\r\n");
	assert_starts(bed_receive(), "ACK ");
	bye = bed_receive();
	/* RFC 3261 s13.2.2.4: a 2xx whose session cannot be is acknowledged, then the dialog ended | ACK, BYE */
	assert_starts(bye, "BYE ");
	assert_string_equal(header(bye, "Reason"), "Q.850;cause=111");
	bed_heard("ended by error, status 488, cause 0");
}

static void test_a_bye_that_crosses_ours_is_answered(void **state)
{
	const char *invite = talk(), *bye;

	(void)state;
	bed_end(0);
	bye = bed_receive();
	assert_starts(bye, "BYE ");
	send_in_dialog(invite, "BYE", 3, "");
	/* RFC 3261 s15.1.2: a BYE that crosses ours is answered | 200 */
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_reply(bye, 481, "Call/Transaction Does Not Exist", NULL, "", "");
	bed_quiet();
	bed_heard_nothing();
}

static void test_requests_in_the_call_follow_its_route(void **state)
{
	const char *invite = bed_call(), *ack, *bye;
	char headers[256];

	(void)state;
	snprintf(headers, sizeof(headers), "Record-Route: <sip:far.example;lr>, <sip:127.0.0.1:%u;lr>\r\n"
		"Contact: <sip:200@192.0.2.7:5099>\r\n", bed.peer_port);
	bed_reply(invite, 200, "OK", "b", headers, SDP(5004));
	ack = bed_receive();
	/* RFC 3261 s12.2.1.1: with loose routers the Request-URI is the remote target | it is */
	assert_starts(ack, "ACK sip:200@192.0.2.7:5099 SIP/2.0\r\n");
	/* RFC 3261 s12.1.2: the caller's route set is Record-Route of the response, reversed | it is */
	assert_has(strstr(ack, "Route: <sip:127.0.0.1:"), "Route: <sip:far.example;lr>\r\n");
	bed_end(0);
	bye = bed_receive();
	assert_starts(bye, "BYE sip:200@192.0.2.7:5099 SIP/2.0\r\n");
}

static const char *offer_again(uint16_t port)
{
	struct ua_sdp offer;

	bed.local.port = port;
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_offer(bed.invite, &offer), 0);
	assert_int_equal(ua_invite_offer(bed.invite, &offer), EBUSY);
	return bed_receive();
}

static void test_an_offer_in_the_call_is_made_challenged_and_answered(void **state)
{
	const char *invite = talk(), *again, *ack;

	(void)state;
	again = offer_again(41000);
	assert_starts(again, "INVITE sip:200@127.0.0.1:");
	assert_has(again, ";tag=b\r\n");
	/* RFC 3264 s8: a changed description has the next version in its o= line | it has */
	assert_has(again, " 2 IN IP4 127.0.0.1\r\n");
	challenge(again, "n1", "");
	assert_starts(bed_receive(), "ACK ");
	again = bed_receive();
	assert_has(again, "nonce=\"n1\"");
	bed_reply(again, 200, "OK", NULL, contact(""), SDP(5006));
	ack = bed_receive();
	assert_starts(ack, "ACK ");
	assert_int_equal(atoi(header(ack, "CSeq")), atoi(header(invite, "CSeq")) + 2);
	/* RFC 3261 s14.1: the answer in the 200 of a re-INVITE changes the session | it does */
	bed_heard("changed 192.0.2.1:5006");
	bed_reply(again, 200, "OK", NULL, contact(""), SDP(5006));
	assert_string_equal(bed_receive(), ack);
	bed_reply(invite, 200, "OK", "b", contact(""), SDP(5004));
	assert_int_equal(atoi(header(bed_receive(), "CSeq")), atoi(header(invite, "CSeq")));
}

/* The text in quotes after a name, a static buffer. */
static const char *quoted(const char *text, const char *name)
{
	static char value[64];
	const char *start = strstr(text, name);

	assert_non_null(start);
	start += strlen(name);
	snprintf(value, sizeof(value), "%.*s", (int)strcspn(start, "\""), start);
	return value;
}

static void assert_covers_body(const char *request, const char *uri)
{
	const char *authorization = header(request, "Authorization");
	struct ua_digest_input input = {
		.user = "100", .password = "secret", .method = "INVITE", .uri = uri,
		.body = body_of(request), .nonce_count = 1,
	};
	char text[128], cnonce[64], response[UA_DIGEST_HEX + 1];
	struct ua_challenge challenge;

	snprintf(cnonce, sizeof(cnonce), "%s", quoted(authorization, "cnonce=\""));
	input.cnonce = cnonce;
	snprintf(text, sizeof(text), "Digest realm=\"example.org\", nonce=\"%s\", qop=\"auth-int\", "
		"algorithm=SHA-256", quoted(authorization, " nonce=\""));
	assert_int_equal(ua_challenge_parse(&challenge, text, strlen(text)), 0);
	assert_int_equal(ua_digest_response(response, &challenge, &input), 0);
	assert_has(authorization, response);
}

/* The far end's own 401, with a body that the credentials cover. */
static void test_a_401_is_answered_for_the_body_too(void **state)
{
	static const char asks[] = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n%u\", "
		"qop=\"auth-int\", algorithm=SHA-256\r\n";
	const char *invite = bed_call(), *request;
	char text[160];

	(void)state;
	snprintf(text, sizeof(text), asks, 1);
	bed_reply(invite, 401, "Unauthorized", "b", text, "");
	assert_starts(bed_receive(), "ACK ");
	invite = bed_receive();
	/* RFC 3261 s22.2: a 401 of the far end is answered with Authorization | for the account's realm */
	assert_has(invite, "\r\nAuthorization: Digest username=\"100\"");
	/* RFC 7616 s3.4.3: auth-int covers the body of the request | the hash of the offer is in it */
	assert_covers_body(invite, "sip:200@example.org");
	bed_talk(invite, contact(""));
	request = offer_again(41000);
	snprintf(text, sizeof(text), asks, 2);
	bed_reply(request, 401, "Unauthorized", NULL, text, "");
	assert_starts(bed_receive(), "ACK ");
	request = bed_receive();
	assert_has(request, "nonce=\"n2\"");
	bed_reply(request, 200, "OK", NULL, contact(""), SDP(5004));
	assert_starts(bed_receive(), "ACK ");
	bed_heard("changed 192.0.2.1:5004");
	bed_end(0);
	request = bed_receive();
	snprintf(text, sizeof(text), asks, 3);
	bed_reply(request, 401, "Unauthorized", NULL, text, "");
	request = bed_receive();
	assert_starts(request, "BYE ");
	assert_has(request, "nonce=\"n3\"");
}

static void test_an_offer_that_is_refused_leaves_the_call_as_it_was(void **state)
{
	const char *again;

	(void)state;
	talk();
	again = offer_again(41000);
	bed_reply(again, 488, "Not Acceptable Here", NULL, "", "");
	assert_starts(bed_receive(), "ACK ");
	/* RFC 3261 s14.1: a re-INVITE that is refused leaves the session as it was | it does */
	bed_heard("changed nothing");
	again = offer_again(40000);
	assert_has(again, " 3 IN IP4 127.0.0.1\r\n");
}

static void test_offers_that_meet_are_refused_491_and_ours_is_made_again(void **state)
{
	const char *invite = talk(), *again, *refusal;

	(void)state;
	again = offer_again(41000);
	send_in_dialog(invite, "INVITE", 9, "");
	refusal = bed_receive();
	/* RFC 3261 s14.2: a re-INVITE that meets ours is refused 491 | it is */
	assert_starts(refusal, "SIP/2.0 491 ");
	bed_acknowledge(refusal);
	bed_reply(again, 491, "Request Pending", NULL, "", "");
	assert_starts(bed_receive(), "ACK ");
	bed_advance(2000);
	bed_quiet();
	bed_advance(2100);
	/* RFC 3261 s14.1: after a 491 the owner of the Call-ID tries again after 2.1 to 4 s | it does */
	assert_starts(bed_receive(), "INVITE ");
	bed_heard_nothing();
}

static void test_408_to_an_offer_ends_a_call_only_when_the_user_says_so(void **state)
{
	const char *again;

	(void)state;
	talk();
	again = offer_again(41000);
	bed_reply(again, 408, "Request Timeout", NULL, "", "");
	assert_starts(bed_receive(), "ACK ");
	bed_heard("changed nothing");
	bed_heard("unreachable");
	bed_quiet();
	bed.silent = true;
	again = offer_again(42000);
	bed_reply(again, 408, "Request Timeout", NULL, "", "");
	assert_starts(bed_receive(), "ACK ");
	bed_heard("changed nothing");
	bed_heard("unreachable");
	assert_starts(bed_receive(), "BYE ");
	bed_heard_nothing();
}

static void test_an_offer_that_nobody_answers_does_not_end_the_call(void **state)
{
	const char *invite = talk();

	(void)state;
	offer_again(41000);
	bed_advance(32100);
	bed_heard("changed nothing");
	/* RFC 5057 s5.1: a request that nobody answers need not end the other usages of a dialog | only a call that is silent too ends: two people who talk go on */
	bed_heard("unreachable");
	while (strncmp(bed_receive(), "INVITE ", 7))
		;
	send_in_dialog(invite, "BYE", 3, "");
	bed_heard("ended by peer, status 0, cause 0, after answer");
}

/* Its 487 still gets an ACK. */
static void test_the_peers_bye_crosses_our_offer(void **state)
{
	const char *invite = talk(), *again;

	(void)state;
	again = offer_again(41000);
	send_in_dialog(invite, "BYE", 3, "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard("ended by peer, status 0, cause 0, after answer");
	bed_reply(again, 487, "Request Terminated", NULL, "", "");
	assert_starts(bed_receive(), "ACK ");
	bed_quiet();
	bed_heard_nothing();
}

static void test_481_to_an_offer_ends_the_call(void **state)
{
	const char *again;

	(void)state;
	talk();
	again = offer_again(41000);
	bed_reply(again, 481, "Call/Transaction Does Not Exist", NULL, "", "");
	assert_starts(bed_receive(), "ACK ");
	/* RFC 3261 s12.2.1.2: 481 to a request ends its dialog | the call is over */
	bed_heard("ended by peer, status 481, cause 0, after answer");
	bed_quiet();
}

static void test_dialled_text_is_escaped(void **state)
{
	struct ua_sdp offer;

	(void)state;
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send(&bed.invite, bed.account, "*21*#", &offer, &bed_handlers, NULL), 0);
	/* RFC 3261 s19.1.2: what a user part may not hold is escaped | # is %23, * stays */
	assert_starts(bed_receive(), "INVITE sip:*21*%23@example.org SIP/2.0\r\n");
	assert_int_equal(ua_invite_send(&bed.invite, bed.account, "", &offer, &bed_handlers, NULL), EINVAL);
}

static void test_no_handler_comes_after_the_user_let_go(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed_reply(invite, 180, "Ringing", "b", contact(""), "");
	bed_heard("progress 180 nothing");
	bed_end(0);
	bed_reply(bed_receive(), 200, "OK", NULL, "", "");
	bed_reply(invite, 183, "Session Progress", "b", contact(""), SDP(5004));
	bed_reply(invite, 487, "Request Terminated", "b", "", "");
	assert_starts(bed_receive(), "ACK ");
	bed_heard_nothing();
}

static void test_what_was_posted_is_not_heard_after_the_user_let_go(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed.end_in_round = true;
	bed_reply(invite, 180, "Ringing", "b", contact(""), "");
	assert_starts(bed_receive(), "CANCEL ");
	bed_heard_nothing();
}

static void test_a_handler_may_free_the_agent(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed.free_in_handler = true;
	bed_reply(invite, 603, "Decline", "b", "", "");
	assert_starts(bed_receive(), "ACK ");
	bed_heard("ended by peer, status 603, cause 0");
	assert_null(bed.agent);
}

static void test_the_agent_may_go_in_the_middle_of_everything(void **state)
{
	const char *invite = talk();

	(void)state;
	bed_reply(invite, 200, "OK", "c", contact(""), SDP(6004));
	bed_receive();
	bed_receive();
	bed_call();
	bed_close_agent();
	bed_heard_nothing();
}

static void test_a_3xx_says_where_the_called_one_is_and_is_not_followed(void **state)
{
	static const struct {
		unsigned status;
		const char *headers, *heard;
	} rows[] = {
		/* RFC 3261 s19.1.5: headers in a Contact are not taken over without thought | none is */
		{302, "Contact: <sip:300@example.org?Route=x>, <sip:301@example.org>\r\n",
			"ended by peer, status 302, cause 0, is at sip:300@example.org, sip:301@example.org"},
		/* RFC 3261 s8.1.3.4: places are tried by their q, equals in any order | told so, equals as they came; none is 1 */
		{300, "Contact: <sip:1@a>;q=0.25, <sip:2@a>;q=0.3\r\nContact: <sip:3@a>;q=0.25, sip:4@a\r\nContact: <sip:5@a>;q=1.000\r\n",
			"ended by peer, status 300, cause 0, is at sip:4@a, sip:5@a, sip:2@a, sip:1@a, sip:3@a"},
		{302, "Contact: <sip:1@a>;q=0.0, <sip:2@a>;q=0.001, <sip:3@a>;q=.5, <sip:4@a>;q=0.4x, <sip:5@a>;q=0, <sip:6@a>;q=0.1, <sip:7@a>\r\n",
			"ended by peer, status 302, cause 0, is at sip:3@a, sip:4@a, sip:7@a, sip:6@a, sip:2@a"}, /* the least wanted have no room */
		/* RFC 3261 s21.3.4: after 305 the same request is repeated by the proxy in Contact | told as such, with where the call went */
		{305, "Contact: <sip:proxy.example.org:5070;lr>, <tel:1>\r\n",
			"ended by peer, status 305, cause 0, is at sip:200@example.org by sip:proxy.example.org:5070;lr"},
		/* RFC 3261 s21.3.5: 380 describes other services in its body | it names no place, and ends the call */
		{380, "Contact: <sip:300@example.org>\r\n", "ended by peer, status 380, cause 0"},
		/* RFC 3261 s8.1.3.4: a 3xx names other places in Contact | they are told; whether one is called is the line's policy */
		{301, "Contact: tel:+1-201-5550123\r\n", "ended by peer, status 301, cause 0, is at tel:+1-201-5550123"},
		/* RFC 3261 s8.1.3.4: of other schemes than can be called | none is called */
		{302, "Contact: <mailto:a@b>\r\n", "ended by peer, status 302, cause 0"},
		{302, "Contact: <sip:a b>\r\n", "ended by peer, status 302, cause 0"},
		{300, "", "ended by peer, status 300, cause 0"},
		{404, "Contact: <sip:300@example.org>\r\n", "ended by peer, status 404, cause 0"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bed_reply(bed_call(), rows[i].status, "There", "x", rows[i].headers, "");
		assert_starts(bed_receive(), "ACK ");
		bed_heard(rows[i].heard);
		bed_quiet();
	}
}

static void test_a_call_goes_by_a_proxy_that_was_named(void **state)
{
	static const char *const bad[] = {"tel:1", "sips:a", "sip:a\r\nX: y", "sip:a b", "sip:a>"};
	struct ua_call_to to = {.user = "200", .proxy = "sip:proxy.example.org", .replaces = "", .referred_by = ""};
	struct ua_sdp offer;
	const char *request;

	(void)state;
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), 0);
	request = bed_receive();
	assert_starts(request, "INVITE sip:200@example.org SIP/2.0\r\n");
	/* RFC 3261 s8.1.2: a request goes by the Route that was named for it | behind our own server, as a loose router */
	assert_string_equal(header(request, "Route"), "<sip:proxy.example.org;lr>");
	bed_reply(request, 407, "Who", "x", "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n1\"\r\n", "");
	assert_starts(bed_receive(), "ACK ");
	assert_string_equal(header(bed_receive(), "Route"), "<sip:proxy.example.org;lr>");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ua_invite *invite;

		to.proxy = bad[i];
		assert_int_equal(ua_invite_send_to(&invite, bed.account, &to, &offer, &bed_handlers, NULL), EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_a_call_is_made_answered_and_hung_up),
		bed_test(test_the_peers_bye_ends_the_call_with_its_cause),
		bed_test(test_every_repeated_200_gets_its_ack_again),
		bed_test(test_the_200_of_a_second_fork_gets_ack_and_bye),
		bed_test(test_the_answer_of_the_fork_that_picks_up_counts),
		bed_test(test_cancel_waits_for_a_provisional_response),
		bed_test(test_a_200_that_crosses_the_cancel_gets_ack_and_bye),
		bed_test(test_who_only_gives_up_hears_when_that_is_done),
		bed_test(test_an_answer_that_crosses_giving_up_is_hung_up_on),
		bed_test(test_a_call_that_is_up_cannot_be_given_up),
		bed_test(test_a_challenge_is_answered_once),
		bed_test(test_a_stale_nonce_is_replaced_once),
		bed_test(test_a_remembered_nonce_is_used_and_may_be_refused),
		bed_test(test_a_refusal_is_told_with_its_cause),
		bed_test(test_silence_is_a_timeout),
		bed_test(test_a_200_without_usable_answer_gets_ack_and_bye),
		bed_test(test_a_bye_that_crosses_ours_is_answered),
		bed_test(test_requests_in_the_call_follow_its_route),
		bed_test(test_an_offer_in_the_call_is_made_challenged_and_answered),
		bed_test(test_a_401_is_answered_for_the_body_too),
		bed_test(test_an_offer_that_is_refused_leaves_the_call_as_it_was),
		bed_test(test_offers_that_meet_are_refused_491_and_ours_is_made_again),
		bed_test(test_408_to_an_offer_ends_a_call_only_when_the_user_says_so),
		bed_test(test_an_offer_that_nobody_answers_does_not_end_the_call),
		bed_test(test_the_peers_bye_crosses_our_offer),
		bed_test(test_481_to_an_offer_ends_the_call),
		bed_test(test_dialled_text_is_escaped),
		bed_test(test_no_handler_comes_after_the_user_let_go),
		bed_test(test_what_was_posted_is_not_heard_after_the_user_let_go),
		bed_test(test_a_handler_may_free_the_agent),
		bed_test(test_the_agent_may_go_in_the_middle_of_everything),
		bed_test(test_a_3xx_says_where_the_called_one_is_and_is_not_followed),
		bed_test(test_a_call_goes_by_a_proxy_that_was_named),
	};

	return cmocka_run_group_tests_name("sip uac", tests, NULL, NULL);
}
