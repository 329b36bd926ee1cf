/* SPDX-License-Identifier: BSD-3-Clause */
/* A call corner by corner: what is rare, half right or old, against a peer of plain text. */
#include "tests/unit/sip_peer.h"

#define INCOMING "incoming 100 from 200 \"The \"Peer\"\" offering "

static const char *our_to; /* To of the agent's 200 */

/* A request of the peer in the call that it made. */
static void from_caller(unsigned cseq, const char *method, const char *headers, const char *body)
{
	bed_in_dialog("<sip:200@example.org>;tag=peer", our_to, "a", cseq, method, headers, body);
}

/* ... and in the one that it was called in, in its dialog of that tag. */
static void from_called(const char *invite, const char *tag, unsigned cseq, const char *method, const char *headers, const char *body)
{
	char from[128];

	snprintf(from, sizeof(from), "%s;tag=%s", header(invite, "To"), tag);
	bed_in_dialog(from, header(invite, "From"), header(invite, "Call-ID"), cseq, method, headers, body);
}

/* A call from the peer, answered, without its ACK. */
static void be_called(const char *headers, const char *body)
{
	const char *ok;

	bed_invite("a", headers, body);
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard(body[0] ? INCOMING "192.0.2.1:5004" : INCOMING "nothing");
	ok = bed_pick_up(!body[0]);
	assert_starts(ok, "SIP/2.0 200 ");
	our_to = header(ok, "To");
}

static void talk_as_called(void)
{
	be_called(contact(""), SDP(5004));
	from_caller(1, "ACK", "", "");
	bed_quiet();
}

static const char *offer_again(void)
{
	struct ua_sdp offer;

	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_offer(bed.invite, &offer), 0);
	return bed_receive();
}

/* ---- late offers ---- */

static void test_a_late_answer_that_cannot_be_read_ends_the_call(void **state)
{
	const char *bye;

	(void)state;
	be_called(contact(""), "");
	from_caller(1, "ACK", "", "v=0\r\nnonsense\r\n");
	bye = bed_receive();
	/* RFC 3261 s13.2.2.4: an ACK has to bring a valid answer to the offer of the 2xx | BYE when it cannot be read */
	assert_starts(bye, "BYE ");
	/* RFC 3326 s2: Reason tells why a dialog is ended | Q.850 111, protocol error, after an answer that is none */
	assert_string_equal(header(bye, "Reason"), "Q.850;cause=111");
	bed_heard("ended by error, status 0, cause 0, after answer");
}

static void test_the_offer_of_a_200_is_repeated_until_its_answer_comes(void **state)
{
	const char *ok;

	(void)state;
	bed_invite("a", contact(""), "");
	bed_receive();
	bed_heard(INCOMING "nothing");
	ok = bed_pick_up(true);
	our_to = header(ok, "To");
	for (unsigned i = 0; i < 3; i++) {
		bed_advance(4010);
		/* RFC 3261 s13.3.1.4: a 2xx with an offer is repeated too until its ACK | byte for byte: one offer */
		assert_string_equal(bed_receive_now(), ok);
		while (bed_has_message())
			assert_string_equal(bed_receive(), ok);
	}
	from_caller(1, "ACK", "", SDP(5010));
	bed_heard("changed 192.0.2.1:5010");
	from_caller(1, "ACK", "", SDP(5012));
	/* RFC 3261 s13.2.2.4: an ACK that comes again says nothing new | the first answer counts */
	bed_heard_nothing();
	bed_advance(5000);
	bed_quiet();
}

static void test_a_late_answer_to_a_reinvite_that_does_not_come_changes_nothing(void **state)
{
	(void)state;
	talk_as_called();
	from_caller(2, "INVITE", contact(""), "");
	bed_receive();
	bed_heard("offered nothing");
	assert_has(bed_receive(), "m=audio 40000 ");
	from_caller(2, "ACK", "", "");
	bed_advance(5000);
	/* RFC 3261 s14.2: the ACK has to answer the offer that a re-INVITE without one got | when it does not, the session goes on as it was */
	bed_quiet();
	bed_heard_nothing();
	assert_starts(offer_again(), "INVITE ");
}

static void test_our_offer_to_a_reinvite_without_one_offers_all_that_we_can(void **state)
{
	(void)state;
	talk_as_called();
	from_caller(2, "INVITE", contact(""), "");
	bed_receive();
	bed_heard("offered nothing");
	/* RFC 3261 s14.2: the offer to a re-INVITE without one offers what a new call would | all codecs, keys and sendrecv */
	assert_has(bed_receive(), "m=audio 40000 RTP/AVP 8 101\r\n");
}

/* ---- the 2xx and its ACK ---- */

static void test_the_ack_of_a_reinvite_is_sent_again_with_its_200(void **state)
{
	const char *invite = bed_call(), *again, *ack;

	(void)state;
	ack = bed_talk(invite, contact(""));
	bed_reply(invite, 200, "OK", "b", contact(""), SDP(5004));
	/* RFC 3261 s13.2.2.4: a repeated 2xx gets the same ACK | byte for byte */
	assert_string_equal(bed_receive(), ack);
	again = offer_again();
	bed_reply(again, 200, "OK", NULL, contact(""), SDP(5006));
	ack = bed_receive();
	assert_int_equal(atoi(header(ack, "CSeq")), atoi(header(again, "CSeq")));
	bed_heard("changed 192.0.2.1:5006");
	for (unsigned i = 0; i < 2; i++) {
		bed_reply(again, 200, "OK", NULL, contact(""), SDP(5006));
		/* RFC 3261 s14.1: a repeated 2xx to a re-INVITE gets the same ACK too | byte for byte, and means nothing new */
		assert_string_equal(bed_receive(), ack);
	}
	bed_heard_nothing();
}

static void test_an_ack_for_another_invite_is_none(void **state)
{
	const char *ok;

	(void)state;
	be_called(contact(""), SDP(5004));
	from_caller(1, "ACK", "", "");
	from_caller(2, "INVITE", contact(""), SDP(5006));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("offered 192.0.2.1:5006");
	ok = bed_receive();
	from_caller(1, "ACK", "", ""); /* late */
	bed_advance(510);
	/* RFC 3261 s14.2: the ACK of the first INVITE does not stop the 2xx of the next | it is repeated */
	assert_string_equal(bed_receive(), ok);
}

/* ---- responses within a call ---- */

static void test_what_says_that_the_far_end_is_gone_ends_a_call_that_is_silent(void **state)
{
	static const unsigned statuses[] = {404, 410, 416, 482, 483, 484, 485, 502, 604};

	(void)state;
	bed_talk(bed_call(), contact(""));
	for (unsigned i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		bed.silent = i == sizeof(statuses) / sizeof(statuses[0]) - 1;
		bed_reply(offer_again(), statuses[i], "Gone", NULL, "", "");
		assert_starts(bed_receive(), "ACK ");
		bed_heard("changed nothing");
		/* RFC 5057 s5.1: 404, 410, 416, 482 to 485, 502 and 604 say that the dialog is lost | a call that is silent ends, two people who talk go on */
		bed_heard("unreachable");
	}
	assert_starts(bed_receive(), "BYE ");
}

static void test_other_refusals_touch_their_request_alone(void **state)
{
	static const unsigned statuses[] = {300, 302, 400, 403, 406, 413, 415, 420, 480, 486, 487, 488, 500, 503, 505, 600, 603, 606};

	(void)state;
	bed_talk(bed_call(), contact(""));
	bed.silent = true;
	for (unsigned i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		bed_reply(offer_again(), statuses[i], "No", NULL, "Contact: <sip:elsewhere@192.0.2.9>\r\n", "");
		assert_starts(bed_receive(), "ACK ");
		/* RFC 5057 s5.1: other refusals, 486, 487, 488, 500, 503 and 603 among them, are of their request alone | the call and its session stay */
		bed_heard("changed nothing");
		bed_heard_nothing();
	}
	bed_end(0);
	/* RFC 3261 s12.2.1.2: only a 2xx moves the remote target | a 3xx within the call does not */
	assert_starts(bed_receive(), "BYE sip:200@127.0.0.1:");
}

static void test_an_offer_that_meets_another_one_there_is_made_again(void **state)
{
	(void)state;
	bed_talk(bed_call(), contact(""));
	bed_reply(offer_again(), 500, "Server Internal Error", NULL, "Retry-After: 7\r\n", "");
	assert_starts(bed_receive(), "ACK ");
	bed_heard_nothing();
	bed_advance(6900);
	bed_quiet();
	bed_advance(200);
	/* RFC 3261 s14.2: an offer that meets one before it gets 500 with a Retry-After of up to 10 s | it is made again after that */
	assert_starts(bed_receive(), "INVITE ");
}

static void test_what_is_wished_meanwhile_takes_the_place_of_an_offer_that_waits(void **state)
{
	struct ua_sdp held, taken_up;
	const char *again;

	(void)state;
	bed_talk(bed_call(), contact(""));
	ua_sdp_offer(&taken_up, &bed.local);
	held = taken_up;
	held.direction = UA_SENDONLY;
	assert_int_equal(ua_invite_offer(bed.invite, &held), 0);
	again = bed_receive();
	assert_has(again, "a=sendonly\r\n");
	bed_reply(again, 491, "Request Pending", NULL, "", "");
	assert_starts(bed_receive(), "ACK ");
	assert_int_equal(ua_invite_offer(bed.invite, &taken_up), 0);
	bed_quiet();
	bed_advance(4010);
	again = bed_receive();
	/* RFC 3261 s14.1: after 491 what is still wanted is offered again | the newest wish, at its time, and once */
	assert_starts(again, "INVITE ");
	assert_has(again, "a=sendrecv\r\n");
	bed_reply(again, 200, "OK", NULL, contact(""), SDP(5004));
	assert_starts(bed_receive(), "ACK ");
	bed_heard("changed 192.0.2.1:5004");
	bed_quiet();
}

static void test_481_to_anything_ends_the_call(void **state)
{
	(void)state;
	bed_talk(bed_call(), contact(""));
	assert_int_equal(ua_invite_info(bed.invite, "application/dtmf-relay", "Signal=1\r\n"), 0);
	bed_reply(bed_receive(), 481, "Call/Transaction Does Not Exist", NULL, "", "");
	/* RFC 5057 s5.1: 481 says that the usage is gone | to INFO too */
	bed_heard("ended by peer, status 481, cause 0, after answer");
	bed_quiet();
}

static void test_a_bye_is_done_whatever_is_answered(void **state)
{
	static const unsigned statuses[] = {481, 408, 500, 603};

	(void)state;
	for (unsigned i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		bed_talk(bed_call(), contact(""));
		bed_end(0);
		bed_reply(bed_receive(), statuses[i], "No", NULL, "", "");
		/* RFC 3261 s15.1.1: the session is over once the BYE is sent | whatever it is answered with, 481 and 408 too */
		bed_quiet();
	}
}

/* ---- Contact ---- */

static void test_odd_contacts_of_an_answer(void **state)
{
	static const struct {
		const char *contact, *bye;
	} rows[] = {
		/* RFC 3261 s12.1.2: a response that makes a dialog has a Contact | without one the Request-URI of the INVITE stays the target */
		{"", "BYE sip:200@example.org SIP/2.0\r\n"},
		/* RFC 3261 s20.10: Contact * is for removing registrations | it names no target: as none */
		{"Contact: *\r\n", "BYE sip:200@example.org SIP/2.0\r\n"},
		{"Contact: nonsense\r\n", "BYE sip:200@example.org SIP/2.0\r\n"},
		/* RFC 3261 s12.1.1: one Contact is the remote target | of several the first */
		{"Contact: <sip:one@192.0.2.1>, <sip:two@192.0.2.2>\r\n", "BYE sip:one@192.0.2.1 SIP/2.0\r\n"},
		{"Contact: <sip:one@192.0.2.1>\r\nContact: <sip:two@192.0.2.2>\r\n", "BYE sip:one@192.0.2.1 SIP/2.0\r\n"},
		/* RFC 3261 s20.10: a display name, quoted or not, is no part of the address | it is not */
		{"Contact: \"<sip:no@192.0.2.9>, \\\"x\\\"\" <sip:q@192.0.2.1>\r\n", "BYE sip:q@192.0.2.1 SIP/2.0\r\n"},
		{"Contact: The Peer <sip:q@192.0.2.1>\r\n", "BYE sip:q@192.0.2.1 SIP/2.0\r\n"},
		{"m: <sip:short@192.0.2.1>\r\n", "BYE sip:short@192.0.2.1 SIP/2.0\r\n"},
		/* RFC 3261 s20: without brackets parameters belong to the header | they are not in the Request-URI */
		{"Contact: sip:bare@192.0.2.1;expires=60;q=0.5\r\n", "BYE sip:bare@192.0.2.1 SIP/2.0\r\n"},
		/* RFC 3261 s19.1.1: parameters in the brackets belong to the address | they are in the Request-URI, unknown ones too */
		{"Contact: <sip:200@192.0.2.1:5099;ob;x=%41;line=1>;+sip.instance=\"<urn:x>\"\r\n",
			"BYE sip:200@192.0.2.1:5099;ob;x=%41;line=1 SIP/2.0\r\n"},
		/* RFC 3261 s19.1.1: headers have no place in the Contact of a dialog nor in a Request-URI | they are left out */
		{"Contact: <sip:200@192.0.2.1;ob?Subject=x&Route=%3Csip:evil%3E>\r\n", "BYE sip:200@192.0.2.1;ob SIP/2.0\r\n"},
		/* RFC 3261 s19.1.1: a host may be an IPv6 reference | it is a target as others are */
		{"Contact: <sip:200@[2001:db8::1]:5062>\r\n", "BYE sip:200@[2001:db8::1]:5062 SIP/2.0\r\n"},
		{"Contact: <sip:192.0.2.1>\r\n", "BYE sip:192.0.2.1 SIP/2.0\r\n"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char headers[256], target[8];

		/* Where no proxy is on the way the target would have to be there. */
		snprintf(headers, sizeof(headers), "Record-Route: <sip:127.0.0.1:%u;lr>\r\n%s", bed.peer_port, rows[i].contact);
		snprintf(target, sizeof(target), "%u", i);
		bed_talk(bed_call(), headers);
		bed_end(0);
		assert_starts(bed_receive(), rows[i].bye);
		bed_forget();
	}
}

static void test_odd_contacts_of_a_call(void **state)
{
	static const struct {
		const char *contact, *refusal;
	} rows[] = {
		/* RFC 3261 s8.1.1.8: the Contact of an INVITE is one sip address | * or nonsense is refused 400 */
		{"Contact: *\r\n", "SIP/2.0 400 "},
		{"Contact: nonsense\r\n", "SIP/2.0 400 "},
		{"Contact: <sip:a b@192.0.2.1>\r\n", "SIP/2.0 400 "},
		{"Contact: <mailto:200@192.0.2.1>\r\n", "SIP/2.0 400 "},
	};
	char id[8];

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(id, sizeof(id), "c%u", i);
		bed_invite(id, rows[i].contact, SDP(5004));
		assert_starts(bed_receive(), rows[i].refusal);
	}
	bed_heard_nothing();
}

static void test_a_refused_offer_moves_no_target(void **state)
{
	char moved[64];

	(void)state;
	talk_as_called();
	bed.offered_result = ENOTSUP;
	snprintf(moved, sizeof(moved), "Contact: <sip:moved@127.0.0.1:%u>\r\n", bed.peer_port);
	from_caller(2, "INVITE", moved, SDP(5006));
	bed_receive();
	bed_heard("offered 192.0.2.1:5006");
	bed_acknowledge(bed_receive());
	bed_end(0);
	/* RFC 3261 s12.2.2: a re-INVITE that is refused does not move the remote target | it stays */
	assert_starts(bed_receive(), "BYE sip:200@127.0.0.1:");
}

/* ---- routes ---- */

static void test_a_strict_router_of_the_called_one_gets_its_way(void **state)
{
	char headers[256];
	const char *ack, *bye;

	(void)state;
	snprintf(headers, sizeof(headers), "Record-Route: <sip:far.example;lr>, <sip:strict@127.0.0.1:%u>\r\n"
		"Contact: <sip:200@192.0.2.7>\r\n", bed.peer_port);
	ack = bed_talk(bed_call(), headers);
	/* RFC 3261 s12.2.1.1: the ACK of a 2xx follows a strict route too | the router is its Request-URI, the target its last Route */
	assert_starts(ack, "ACK sip:strict@127.0.0.1:");
	assert_has(ack, "Route: <sip:far.example;lr>\r\nRoute: <sip:200@192.0.2.7>\r\n");
	bed_end(0);
	bye = bed_receive();
	assert_starts(bye, "BYE sip:strict@127.0.0.1:");
	/* RFC 3261 s12.2.1.1: what is in the Request-URI is no Route any more | the strict router is not said twice */
	assert_has_not(bye, "Route: <sip:strict@");
}

static void test_a_reinvite_changes_no_route(void **state)
{
	char headers[256];
	const char *invite = bed_call(), *again, *bye;

	(void)state;
	snprintf(headers, sizeof(headers), "Record-Route: <sip:127.0.0.1:%u;lr>\r\nContact: <sip:200@192.0.2.7>\r\n", bed.peer_port);
	bed_talk(invite, headers);
	again = offer_again();
	bed_reply(again, 200, "OK", NULL, "Record-Route: <sip:other.example;lr>\r\nContact: <sip:moved@192.0.2.8>\r\n", SDP(5004));
	assert_starts(bed_receive(), "ACK sip:moved@192.0.2.8 SIP/2.0\r\n");
	bed_heard("changed 192.0.2.1:5004");
	bed_end(0);
	bye = bed_receive();
	assert_has(bye, "Route: <sip:127.0.0.1:");
	/* RFC 3261 s12.2: requests within a dialog change its target, never its route set | Record-Route in the 2xx of a re-INVITE is ignored */
	assert_has_not(bye, "other.example");
}

/* ---- forks ---- */

static void test_a_6xx_ends_all_forks(void **state)
{
	static const unsigned statuses[] = {600, 603, 604, 606};

	(void)state;
	for (unsigned i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		const char *invite = bed_call();
		char word[64];

		bed_reply(invite, 183, "Session Progress", "b", contact(""), SDP(5004));
		bed_heard("progress 183 192.0.2.1:5004");
		bed_reply(invite, 180, "Ringing", "c", contact(""), "");
		bed_heard("progress 180 nothing");
		bed_reply(invite, statuses[i], "Everywhere", "c", "", "");
		assert_starts(bed_receive(), "ACK ");
		snprintf(word, sizeof(word), "ended by peer, status %u, cause 0", statuses[i]);
		/* RFC 3261 s21.6: a 6xx of one fork is the answer of all | the call is over, early sound too */
		bed_heard(word);
		from_called(invite, "b", 1, "UPDATE", contact(""), SDP(5006));
		/* RFC 3261 s12.3: a final response that is none of 2xx ends the early dialogs | what comes in them is refused 481 */
		assert_starts(bed_receive(), "SIP/2.0 481 ");
		bed_heard_nothing();
	}
}

/* ---- forks that answer when the call is over already ---- */

/* The next two messages, in that dialog. */
static void expect_ack_and_bye(const char *tag)
{
	const char *ack = bed_receive(), *bye = bed_receive();

	assert_starts(ack, "ACK ");
	assert_string_equal(parameter(header(ack, "To"), "tag"), tag);
	assert_starts(bye, "BYE ");
	assert_string_equal(parameter(header(bye, "To"), "tag"), tag);
	bed_reply(bye, 200, "OK", NULL, "", "");
}

static void expect_late_answers_are_ended(const char *invite)
{
	bed_advance(20000);
	bed_reply(invite, 200, "OK", "late", contact(""), SDP(5004));
	expect_ack_and_bye("late");
	bed_advance(20000);
	bed_reply(invite, 200, "OK", "late", contact(""), SDP(5004));
	assert_starts(bed_receive(), "ACK ");
	bed_reply(invite, 200, "OK", "later", contact(""), SDP(5004));
	expect_ack_and_bye("later");
	bed_advance(33000);
	bed_reply(invite, 200, "OK", "too late", contact(""), SDP(5004));
	bed_quiet();
	bed_heard_nothing();
}

static void test_an_answer_after_a_refusal_gets_ack_and_bye(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed_reply(invite, 486, "Busy Here", "b", "", "");
	assert_starts(bed_receive(), "ACK ");
	bed_heard("ended by peer, status 486, cause 0");
	/* RFC 3261 s13.2.2.4: every 2xx is acknowledged, and its dialog ended where it is not wanted | also when the call was refused before */
	/* RFC 3261 s13.2.2.4: a 2xx is acknowledged as often as it comes, for 64*T1 from the first on | the same ACK, no other BYE */
	expect_late_answers_are_ended(invite);
}

static void test_an_answer_after_a_refusal_by_tcp_gets_ack_and_bye(void **state)
{
	const char *invite;

	(void)state;
	bed_tcp();
	invite = bed_call();
	bed_reply(invite, 486, "Busy Here", "b", "", "");
	assert_starts(bed_receive(), "ACK ");
	bed_heard("ended by peer, status 486, cause 0");
	bed_reply(invite, 200, "OK", "late", contact(""), SDP(5004));
	expect_ack_and_bye("late");
}

static void test_an_answer_after_giving_up_gets_ack_and_bye(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed_reply(invite, 180, "Ringing", "b", contact(""), "");
	bed_heard("progress 180 nothing");
	bed_end(0);
	bed_reply(bed_receive(), 200, "OK", NULL, "", "");
	bed_reply(invite, 487, "Request Terminated", "b", "", "");
	assert_starts(bed_receive(), "ACK ");
	expect_late_answers_are_ended(invite);
}

static void test_a_refusal_that_comes_again_gets_its_ack_all_the_same(void **state)
{
	const char *invite = bed_call(), *ack;

	(void)state;
	bed_reply(invite, 486, "Busy Here", "b", "", "");
	ack = bed_receive();
	bed_heard("ended by peer, status 486, cause 0");
	bed_reply(invite, 200, "OK", "late", contact(""), SDP(5004));
	expect_ack_and_bye("late");
	bed_reply(invite, 486, "Busy Here", "b", "", "");
	/* RFC 3261 s17.1.1.2: a refusal that comes again is acknowledged again for 32 s | also when a 2xx came in between */
	assert_string_equal(bed_receive(), ack);
}

static void test_an_answer_to_another_call_is_not_mistaken_for_a_late_one(void **state)
{
	const char *refused = bed_call(), *invite;

	(void)state;
	bed_reply(refused, 486, "Busy Here", "b", "", "");
	bed_receive();
	bed_heard("ended by peer, status 486, cause 0");
	invite = bed_call();
	bed_talk(invite, contact(""));
	bed_quiet();
	bed_end(0);
	assert_starts(bed_receive(), "BYE ");
}

static void test_a_ringing_without_tag_makes_no_dialog(void **state)
{
	const char *invite = bed_call();

	(void)state;
	bed_reply(invite, 180, "Ringing", NULL, "", "");
	bed_heard("progress 180 nothing");
	bed_reply(invite, 183, "Session Progress", NULL, "", SDP(5004));
	/* RFC 3261 s12.1: a 1xx without To tag makes no early dialog | it rings and is heard all the same */
	bed_heard("progress 183 192.0.2.1:5004");
	bed_talk(invite, contact(""));
}

/* ---- agents of RFC 2543, without tags ---- */

static void test_who_answers_without_tag_is_talked_to(void **state)
{
	const char *invite = bed_call(), *bye;

	(void)state;
	bed_reply(invite, 200, "OK", NULL, contact(""), SDP(5004));
	assert_starts(bed_receive(), "ACK ");
	bed_heard("answered 192.0.2.1:5004");
	bed_end(0);
	bye = bed_receive();
	/* RFC 3261 s12.1.2: a response may lack the tag of To | the remote tag is none, and none is said */
	assert_string_equal(parameter(header(bye, "To"), "tag"), "");
}

/* Who has called without a tag, and been answered. */
static const char *talk_with_tagless(const char *call_id)
{
	const char *ok;

	bed_send("INVITE sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-%s\r\nFrom: <sip:200@example.org>\r\n"
		"To: <sip:100@example.org>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\n%sContent-Type: application/sdp\r\n"
		"Content-Length: %zu\r\n\r\n%s", bed.peer_port, call_id, call_id, contact(""), strlen(SDP(5004)), SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 200 \"\" offering 192.0.2.1:5004");
	ok = bed_pick_up(false);
	bed_in_dialog("<sip:200@example.org>", header(ok, "To"), call_id, 1, "ACK", "", "");
	bed_quiet();
	return ok;
}

static void test_who_calls_without_tag_is_talked_to(void **state)
{
	const char *bye;

	(void)state;
	talk_with_tagless("old");
	bed_end(0);
	bye = bed_receive();
	/* RFC 3261 s12.1.1: a request may lack the tag of From | the remote tag is none, and none is said */
	assert_string_equal(parameter(header(bye, "To"), "tag"), "");
}

/* ---- ends that cross ---- */

static void test_a_caller_may_end_an_early_dialog_with_bye(void **state)
{
	const char *ringing;

	(void)state;
	bed_invite("a", contact(""), SDP(5004));
	bed_receive();
	bed_heard(INCOMING "192.0.2.1:5004");
	assert_int_equal(ua_invite_ring(bed.invite, false, NULL), 0);
	ringing = bed_receive();
	assert_starts(ringing, "SIP/2.0 180 ");
	our_to = header(ringing, "To");
	from_caller(2, "BYE", "", "");
	/* RFC 3261 s15: a caller may end an early dialog with BYE | 200, and the telephone stops ringing */
	assert_starts(bed_receive(), "SIP/2.0 200 ");
	/* RFC 3261 s15.1.2: a BYE ends the INVITE that is not answered yet too | 487 */
	assert_starts(bed_receive(), "SIP/2.0 487 ");
	bed_heard("ended by peer, status 0, cause 0");
}

static void test_a_bye_crosses_our_200(void **state)
{
	(void)state;
	be_called(contact(""), SDP(5004));
	from_caller(2, "BYE", "", "");
	/* RFC 3261 s15.1.2: a BYE may come before the ACK | 200, and the 200 to the INVITE is not repeated any more */
	assert_starts(bed_receive(), "SIP/2.0 200 ");
	bed_heard("ended by peer, status 0, cause 0, after answer");
	bed_advance(5000);
	bed_quiet();
}

static void test_a_487_without_cancel_is_a_refusal(void **state)
{
	(void)state;
	bed_reply(bed_call(), 487, "Request Terminated", "b", "", "");
	assert_starts(bed_receive(), "ACK ");
	/* RFC 3261 s21.4.25: 487 says that the call was ended elsewhere | it is over */
	bed_heard("ended by peer, status 487, cause 0");
}

/* ---- Require ---- */

static void test_what_we_do_not_know_is_not_agreed_to(void **state)
{
	const char *refusal;

	(void)state;
	bed_invite("p", contact("Require: precondition\r\nRequire: 100rel, x-odd\r\n"), SDP(5004));
	refusal = bed_receive();
	/* RFC 3312 s11: who does not know preconditions refuses a call that requires them | 420 */
	assert_starts(refusal, "SIP/2.0 420 ");
	assert_string_equal(header(refusal, "Unsupported"), "precondition, x-odd");
	talk_as_called();
	from_caller(2, "INVITE", contact("Require: precondition\r\n"), SDP(5006));
	refusal = bed_receive();
	/* RFC 3261 s8.2.2.3: also a request within a call is refused 420 for what it requires | it is, and the call goes on */
	assert_starts(refusal, "SIP/2.0 420 ");
	bed_acknowledge(refusal);
	bed_heard_nothing();
	from_caller(3, "BYE", "Require: x-odd\r\n", "");
	assert_starts(bed_receive(), "SIP/2.0 420 ");
	from_caller(4, "BYE", "", "");
	assert_starts(bed_receive(), "SIP/2.0 200 ");
}

static void test_what_an_ack_or_a_cancel_requires_is_ignored(void **state)
{
	(void)state;
	be_called(contact(""), SDP(5004));
	from_caller(1, "ACK", "Require: x-odd\r\n", "");
	bed_advance(5000);
	/* RFC 3261 s8.2.2.3: Require is ignored in ACK | it ends the repetition of the 200 */
	bed_quiet();
	bed_end(0);
	assert_starts(bed_receive(), "BYE ");
	bed_invite("b", contact(""), SDP(5004));
	bed_receive();
	bed_heard(INCOMING "192.0.2.1:5004");
	bed_send("CANCEL sip:100@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-b\r\n"
		"From: <sip:200@example.org>;tag=peer\r\nTo: <sip:100@example.org>\r\nCall-ID: b\r\nCSeq: 1 CANCEL\r\n"
		"Require: x-odd\r\nContent-Length: 0\r\n\r\n", bed.agent_port, bed.peer_port);
	/* RFC 3261 s8.2.2.3: Require is ignored in CANCEL | it cancels */
	assert_starts(bed_receive(), "SIP/2.0 200 ");
	assert_starts(bed_receive(), "SIP/2.0 487 ");
	bed_heard("ended by peer, status 0, cause 0");
}

/* ---- bodies of several parts ---- */

static void send_parts(const char *kind, const char *id, const char *parts)
{
	bed_send("INVITE sip:100@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-%s\r\n"
		"From: <sip:200@example.org>;tag=peer\r\nTo: <sip:100@example.org>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\n%s"
		"MIME-Version: 1.0\r\nContent-Type: multipart/%s;boundary=b\r\nContent-Length: %zu\r\n\r\n%s",
		bed.agent_port, bed.peer_port, id, id, contact(""), kind, strlen(parts), parts);
}

#define PART(headers, body) "--b\r\n" headers "\r\n\r\n" body "\r\n"
#define SDP_PART PART("Content-Type: application/sdp", SDP(5004))

static void test_bodies_of_several_parts(void **state)
{
	static const struct {
		const char *kind, *parts, *word; /* what is heard; or the refusal */
	} rows[] = {
		/* RFC 2046 s5.1.4: of alternatives the last that is understood is best | one that is not may stand behind it */
		{"alternative", SDP_PART PART("Content-Type: application/odd", "x") "--b--\r\n", "192.0.2.1:5004"},
		{"alternative", PART("Content-Type: application/sdp", SDP(5010)) SDP_PART "--b--\r\n", "192.0.2.1:5004"},
		/* RFC 5621 s8.1: of a multipart/mixed every part has to be understood that does not say otherwise | else 415 */
		{"mixed", SDP_PART PART("Content-Type: application/odd", "x") "--b--\r\n", NULL},
		{"mixed", SDP_PART PART("Content-Type: application/odd\r\nContent-Disposition: signal;handling=required", "x") "--b--\r\n", NULL},
		/* RFC 5621 s8.1: handling=optional lets a part be passed over | it is */
		{"mixed", PART("Content-Type: application/odd\r\nContent-Disposition: signal;handling=optional", "x") SDP_PART "--b--\r\n",
			"192.0.2.1:5004"},
		/* RFC 5621 s3.1: parts may be nested | an alternative within a mixed is read */
		{"mixed", "--b\r\nContent-Type: multipart/alternative;boundary=c\r\n\r\n--c\r\nContent-Type: application/sdp\r\n\r\n"
			SDP(5004) "\r\n--c\r\nContent-Type: application/odd\r\n\r\nx\r\n--c--\r\n\r\n--b--\r\n", "192.0.2.1:5004"},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char id[8], word[128];

		snprintf(id, sizeof(id), "m%u", i);
		send_parts(rows[i].kind, id, rows[i].parts);
		assert_starts(bed_receive(), rows[i].word ? "SIP/2.0 100 " : "SIP/2.0 415 ");
		if (!rows[i].word)
			continue;
		snprintf(word, sizeof(word), "incoming 100 from 200 \"\" offering %s", rows[i].word);
		bed_heard(word);
	}
}

/* ---- Replaces ---- */

static void test_replaces_of_what_must_not_be_replaced(void **state)
{
	char headers[768], replaces[200];
	const char *ringing;

	(void)state;
	bed_invite("a", contact(""), SDP(5004));
	bed_receive();
	bed_heard(INCOMING "192.0.2.1:5004");
	assert_int_equal(ua_invite_ring(bed.invite, false, NULL), 0);
	ringing = bed_receive();
	snprintf(replaces, sizeof(replaces), "a;to-tag=%s;from-tag=peer", parameter(header(ringing, "To"), "tag"));
	snprintf(headers, sizeof(headers), "%sReplaces: %s\r\n", contact(""), replaces);
	bed_invite("pickup", headers, SDP(5008));
	/* RFC 3891 s3: an early dialog that was not begun here is not replaced | 481, and it rings on */
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	snprintf(headers, sizeof(headers), "%sReplaces: %s\r\nReplaces: %s\r\n", contact(""), replaces, replaces);
	bed_invite("twice", headers, SDP(5008));
	/* RFC 3891 s3: more than one Replaces is malformed | 400 */
	assert_starts(bed_receive(), "SIP/2.0 400 ");
	snprintf(headers, sizeof(headers), "%sReplaces: a;to-tag=x%s;from-tag=peer\r\n", contact(""),
		parameter(header(ringing, "To"), "tag"));
	bed_invite("tag", headers, SDP(5008));
	/* RFC 3891 s3: a dialog is matched by all of Call-ID, to-tag and from-tag | 481 for another tag */
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_heard_nothing();
}

static void test_a_tag_of_zero_in_replaces_is_none(void **state)
{
	char headers[768];
	const char *ok = talk_with_tagless("old");

	(void)state;
	snprintf(headers, sizeof(headers), "%sReplaces: old;to-tag=0;from-tag=0\r\n", contact(""));
	bed_invite("ours", headers, SDP(5008));
	/* RFC 3891 s3: a tag of zero matches zero and none | and no tag of ours: 481 */
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	snprintf(headers, sizeof(headers), "%sReplaces: old;to-tag=%s;from-tag=0\r\n", contact(""), parameter(header(ok, "To"), "tag"));
	bed_invite("new", headers, SDP(5008));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	/* RFC 3891 s3: for agents of RFC 2543, which have no tags, from-tag=0 matches none | the call with such is found */
	bed_heard(INCOMING "192.0.2.1:5008, replacing");
}

static void test_a_tag_of_zero_in_replaces_matches_no_other_tag(void **state)
{
	char headers[768];

	(void)state;
	talk_as_called();
	snprintf(headers, sizeof(headers), "%sReplaces: a;to-tag=%s;from-tag=0\r\n", contact(""), parameter(our_to, "tag"));
	bed_invite("new", headers, SDP(5008));
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_heard_nothing();
}

static void test_replaces_may_have_its_tags_in_any_order(void **state)
{
	char headers[768];

	(void)state;
	talk_as_called();
	snprintf(headers, sizeof(headers), "%sReplaces: a;from-tag=peer;x=1;to-tag=%s\r\n", contact(""), parameter(our_to, "tag"));
	bed_invite("new", headers, SDP(5008));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	/* RFC 3891 s6.1: the parameters of Replaces come in any order, others among them | it is found */
	bed_heard(INCOMING "192.0.2.1:5008, replacing");
}

/* ---- descriptions ---- */

static void test_an_offer_that_does_not_count_up_is_taken_as_it_stands(void **state)
{
	const char *ok, *again;

	(void)state;
	talk_as_called();
	from_caller(2, "INVITE", contact(""), SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("offered 192.0.2.1:5004");
	ok = bed_receive();
	from_caller(2, "ACK", "", "");
	from_caller(3, "INVITE", contact(""), SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("offered 192.0.2.1:5004");
	again = bed_receive();
	/* RFC 3264 s8: the same o= version says that nothing has changed | the answer is the same too, byte for byte */
	assert_string_equal(body_of(again), body_of(ok));
	from_caller(3, "ACK", "", "");
	from_caller(4, "INVITE", contact(""), SDP(5006));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	/* RFC 3264 s8: a change has to come with a higher version | who forgets that is believed what the lines say */
	bed_heard("offered 192.0.2.1:5006");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_a_late_answer_that_cannot_be_read_ends_the_call),
		bed_test(test_the_offer_of_a_200_is_repeated_until_its_answer_comes),
		bed_test(test_a_late_answer_to_a_reinvite_that_does_not_come_changes_nothing),
		bed_test(test_our_offer_to_a_reinvite_without_one_offers_all_that_we_can),
		bed_test(test_the_ack_of_a_reinvite_is_sent_again_with_its_200),
		bed_test(test_an_ack_for_another_invite_is_none),
		bed_test(test_what_says_that_the_far_end_is_gone_ends_a_call_that_is_silent),
		bed_test(test_other_refusals_touch_their_request_alone),
		bed_test(test_an_offer_that_meets_another_one_there_is_made_again),
		bed_test(test_what_is_wished_meanwhile_takes_the_place_of_an_offer_that_waits),
		bed_test(test_481_to_anything_ends_the_call),
		bed_test(test_a_bye_is_done_whatever_is_answered),
		bed_test(test_odd_contacts_of_an_answer),
		bed_test(test_odd_contacts_of_a_call),
		bed_test(test_a_refused_offer_moves_no_target),
		bed_test(test_a_strict_router_of_the_called_one_gets_its_way),
		bed_test(test_a_reinvite_changes_no_route),
		bed_test(test_a_6xx_ends_all_forks),
		bed_test(test_an_answer_after_a_refusal_gets_ack_and_bye),
		bed_test(test_an_answer_after_a_refusal_by_tcp_gets_ack_and_bye),
		bed_test(test_an_answer_after_giving_up_gets_ack_and_bye),
		bed_test(test_a_refusal_that_comes_again_gets_its_ack_all_the_same),
		bed_test(test_an_answer_to_another_call_is_not_mistaken_for_a_late_one),
		bed_test(test_a_ringing_without_tag_makes_no_dialog),
		bed_test(test_who_answers_without_tag_is_talked_to),
		bed_test(test_who_calls_without_tag_is_talked_to),
		bed_test(test_a_caller_may_end_an_early_dialog_with_bye),
		bed_test(test_a_bye_crosses_our_200),
		bed_test(test_a_487_without_cancel_is_a_refusal),
		bed_test(test_what_we_do_not_know_is_not_agreed_to),
		bed_test(test_what_an_ack_or_a_cancel_requires_is_ignored),
		bed_test(test_bodies_of_several_parts),
		bed_test(test_replaces_of_what_must_not_be_replaced),
		bed_test(test_a_tag_of_zero_in_replaces_is_none),
		bed_test(test_a_tag_of_zero_in_replaces_matches_no_other_tag),
		bed_test(test_replaces_may_have_its_tags_in_any_order),
		bed_test(test_an_offer_that_does_not_count_up_is_taken_as_it_stands),
	};

	return cmocka_run_group_tests_name("sip corners", tests, NULL, NULL);
}
