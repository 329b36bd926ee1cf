/* SPDX-License-Identifier: BSD-3-Clause */
/* Transfer in its three roles, against a peer of plain text. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/sip_peer.h"

static const char *our_to;   /* To of the agent's 200 */
static unsigned peer_cseq;

/* A request of the peer in the call that it made; body is a sipfrag where there is one. */
static void in_dialog(const char *method, const char *headers, const char *body)
{
	++peer_cseq;
	bed_send("%s sip:100@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-r%u\r\n"
		"From: <sip:200@example.org>;tag=peer\r\nTo: %s\r\nCall-ID: call\r\nCSeq: %u %s\r\n"
		"%s%sContent-Length: %zu\r\n\r\n%s", method, bed.agent_port, bed.peer_port, peer_cseq, our_to,
		peer_cseq, method, headers, body[0] ? "Content-Type: message/sipfrag;version=2.0\r\n" : "",
		strlen(body), body);
}

/* INFO of the peer in the call. */
static const char *inform(const char *type, const char *body)
{
	++peer_cseq;
	bed_send("INFO sip:100@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-i%u\r\n"
		"From: <sip:200@example.org>;tag=peer\r\nTo: %s\r\nCall-ID: call\r\nCSeq: %u INFO\r\n"
		"%s%s%sContent-Length: %zu\r\n\r\n%s", bed.agent_port, bed.peer_port, peer_cseq, our_to, peer_cseq,
		type[0] ? "Content-Type: " : "", type, type[0] ? "\r\n" : "", strlen(body), body);
	return bed_receive();
}

/* A call from the peer that is up. */
static void talk(void)
{
	const char *ok;

	bed_invite("call", contact(""), SDP(5004));
	peer_cseq = 1;
	assert_starts(bed_receive(), "SIP/2.0 100 Trying");
	bed_heard("incoming 100 from 200 \"The \"Peer\"\" offering 192.0.2.1:5004");
	ok = bed_pick_up(false);
	assert_starts(ok, "SIP/2.0 200 ");
	our_to = header(ok, "To");
	bed_send("ACK sip:100@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-ack\r\n"
		"From: <sip:200@example.org>;tag=peer\r\nTo: %s\r\nCall-ID: call\r\nCSeq: 1 ACK\r\n"
		"Content-Length: 0\r\n\r\n", bed.agent_port, bed.peer_port, our_to);
	bed_quiet();
}

/* Asks the peer to call 300; returns the REFER, accepted. */
static const char *refer_blind(void)
{
	const struct ua_refer_to to = {.user = "300"};
	const char *refer;

	talk();
	assert_int_equal(ua_invite_refer(bed.invite, &to), 0);
	refer = bed_receive();
	bed_reply(refer, 202, "Accepted", NULL, contact(""), "");
	bed_heard_nothing();
	return refer;
}

static void notify(const char *state, const char *fragment)
{
	char headers[256];

	snprintf(headers, sizeof(headers), "%sEvent: refer\r\nSubscription-State: %s\r\n", contact(""), state);
	in_dialog("NOTIFY", headers, fragment);
}

static void test_a_blind_transfer_is_asked_for_and_its_outcome_told(void **state)
{
	const char *refer = refer_blind();

	(void)state;
	assert_starts(refer, "REFER sip:200@127.0.0.1:");
	/* RFC 3515 s2.1: a REFER has one Refer-To | the number at the account's domain */
	assert_string_equal(header(refer, "Refer-To"), "<sip:300@example.org>");
	/* RFC 3892 s3: Referred-By says who asks | the account */
	assert_string_equal(header(refer, "Referred-By"), "\"Line One\" <sip:100@example.org>");
	notify("active;expires=60", "SIP/2.0 100 Trying\r\n");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard("transfer 100");
	notify("active;expires=60", "SIP/2.0 180 Ringing\r\n");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	/* RFC 3515 s2.4.4: NOTIFY tells how the call goes, as message/sipfrag | it is read */
	bed_heard("transfer 180");
	notify("terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	/* RFC 3515 s2.4.7: the last NOTIFY has Subscription-State terminated | the transfer is done */
	bed_heard("transfer 200, done");
	notify("terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
	/* RFC 6665 s4.1.3: a NOTIFY of no subscription is refused 481 | it is */
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_heard_nothing();
}

static void test_something_outside_the_session_is_told_once_at_a_time(void **state)
{
	const char *info;

	(void)state;
	talk();
	assert_int_equal(ua_invite_info(bed.invite, "application/hook-flash", "Signal=hf\r\n"), 0);
	info = bed_receive();
	assert_starts(info, "INFO sip:200@127.0.0.1:");
	assert_string_equal(header(info, "Content-Type"), "application/hook-flash");
	assert_string_equal(body_of(info), "Signal=hf\r\n");
	assert_int_equal(ua_invite_info(bed.invite, "application/hook-flash", ""), EALREADY);
	bed_reply(info, 415, "Unsupported Media Type", NULL, "", "");
	bed_heard("informed 415");
	bed_heard_nothing();
	assert_int_equal(ua_invite_info(bed.invite, "application/hook-flash", "Signal=hf\r\n"), 0);
	bed_reply(bed_receive(), 481, "Call Does Not Exist", NULL, "", "");
	bed_heard("ended by peer, status 481, cause 0, after answer");
}

static void test_a_key_of_the_peer_is_told(void **state)
{
	const char *answer;

	(void)state;
	talk();
	assert_starts(inform("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"), "SIP/2.0 200 ");
	bed_heard("key 5 for 160 ms");
	assert_starts(inform("application/dtmf", "#"), "SIP/2.0 200 ");
	bed_heard("key # for 160 ms");
	assert_starts(inform("application/dtmf-relay;q=1", "Signal= 11 \nDuration= 1\n"), "SIP/2.0 200 ");
	bed_heard("key # for 40 ms");
	/* RFC 2976 s2.4: an INFO without a body is answered 200 when its call is there | it is, and no key comes of it */
	assert_starts(inform("", ""), "SIP/2.0 200 ");
	bed_heard_nothing();
	assert_starts(inform("application/dtmf-relay", "Signal=x\r\n"), "SIP/2.0 400 ");
	assert_starts(inform("application/dtmf-relay", "Duration=100\r\n"), "SIP/2.0 400 ");
	answer = inform("application/hook-flash", "hf");
	/* RFC 3261 s21.4.13: a body of a type that is not known is answered 415 with Accept | 415, and what keys may come as */
	assert_starts(answer, "SIP/2.0 415 ");
	assert_non_null(strstr(header(answer, "Accept"), "application/dtmf-relay"));
	bed_heard_nothing();
}

/* Holds the call and at once asks for its transfer; returns the re-INVITE. */
static const char *hold_and_refer(void)
{
	const struct ua_refer_to to = {.user = "300"};
	struct ua_sdp offer;
	const char *reinvite;

	talk();
	bed.local.direction = UA_SENDONLY;
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_offer(bed.invite, &offer), 0);
	assert_int_equal(ua_invite_refer(bed.invite, &to), 0);
	reinvite = bed_receive();
	assert_starts(reinvite, "INVITE ");
	bed_quiet();
	assert_int_equal(ua_invite_refer(bed.invite, &to), EALREADY);
	return reinvite;
}

static void test_a_transfer_waits_until_the_hold_is_answered(void **state)
{
	(void)state;
	bed_reply(hold_and_refer(), 200, "OK", NULL, contact(""), SDP(5004));
	assert_starts(bed_receive(), "ACK ");
	/* RFC 5589 s6: a transferor holds first | REFER follows the answer to the hold */
	assert_starts(bed_receive(), "REFER ");
}

static void test_a_transfer_is_asked_for_also_when_the_hold_is_refused(void **state)
{
	(void)state;
	bed_reply(hold_and_refer(), 488, "Not Acceptable Here", NULL, "", "");
	assert_starts(bed_receive(), "ACK ");
	assert_starts(bed_receive(), "REFER ");
}

static void test_a_call_that_is_ended_asks_for_no_transfer(void **state)
{
	const char *reinvite = hold_and_refer(), *bye;

	(void)state;
	bed_end(16);
	bye = bed_receive();
	assert_starts(bye, "BYE ");
	bed_reply(bye, 200, "OK", NULL, "", "");
	bed_reply(reinvite, 200, "OK", NULL, contact(""), SDP(5004));
	bed_quiet();
}

static void test_a_transfer_that_failed_is_told_with_its_status(void **state)
{
	(void)state;
	refer_blind();
	notify("terminated;reason=noresource", "SIP/2.0 486 Busy Here\r\n");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard("transfer 486, done");
}

static void test_a_peer_that_stops_telling_has_not_transferred(void **state)
{
	(void)state;
	refer_blind();
	notify("terminated;reason=timeout", "SIP/2.0 100 Trying\r\n");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard("transfer 487, done");
}

static void test_a_transfer_that_is_declined_leaves_the_call(void **state)
{
	const struct ua_refer_to to = {.user = "300"};

	(void)state;
	talk();
	assert_int_equal(ua_invite_refer(bed.invite, &to), 0);
	assert_int_equal(ua_invite_refer(bed.invite, &to), EALREADY);
	bed_reply(bed_receive(), 603, "Decline", NULL, "", "");
	bed_heard("transfer 603, done");
	bed_end(16);
	assert_starts(bed_receive(), "BYE ");
}

static void test_a_transfer_without_word_makes_way_for_another(void **state)
{
	const struct ua_refer_to to = {.user = "301"};
	const char *refer = refer_blind();
	char headers[128];

	(void)state;
	assert_int_equal(ua_invite_refer(bed.invite, &to), 0);
	snprintf(headers, sizeof(headers), "Event: refer;id=%u\r\nSubscription-State: terminated\r\n",
		(unsigned)atoi(header(refer, "CSeq")));
	refer = bed_receive();
	assert_string_equal(header(refer, "Refer-To"), "<sip:301@example.org>");
	bed_reply(refer, 202, "Accepted", NULL, contact(""), "");
	in_dialog("NOTIFY", headers, "SIP/2.0 200 OK\r\n"); /* of the first */
	/* RFC 3515 s2.4.6: several REFERs of one dialog are told apart by the id in Event | they are */
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	notify("terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard("transfer 200, done");
}

static void test_a_transfer_is_challenged_and_asked_for_again(void **state)
{
	const struct ua_refer_to to = {.user = "300"};
	const char *refer;

	(void)state;
	talk();
	assert_int_equal(ua_invite_refer(bed.invite, &to), 0);
	refer = bed_receive();
	bed_reply(refer, 407, "Proxy Authentication Required", NULL,
		"Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n\", qop=\"auth\"\r\n", "");
	refer = bed_receive();
	assert_starts(refer, "REFER ");
	assert_has(refer, "Proxy-Authorization: Digest ");
	bed_reply(refer, 202, "Accepted", NULL, contact(""), "");
	notify("terminated", "SIP/2.0 200 OK\r\n");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard("transfer 200, done");
}

static void test_a_peer_that_will_not_report_has_taken_the_task(void **state)
{
	const struct ua_refer_to to = {.user = "300"};

	(void)state;
	talk();
	assert_int_equal(ua_invite_refer(bed.invite, &to), 0);
	bed_reply(bed_receive(), 202, "Accepted", NULL, "Refer-Sub: false\r\n", "");
	/* RFC 4488 s4: Refer-Sub: false in the 2xx: no NOTIFY will come | the transfer counts as taken */
	bed_heard("transfer 202, done");
}

static void test_a_481_to_the_refer_ends_the_call(void **state)
{
	const struct ua_refer_to to = {.user = "300"};

	(void)state;
	talk();
	assert_int_equal(ua_invite_refer(bed.invite, &to), 0);
	bed_reply(bed_receive(), 481, "Call Does Not Exist", NULL, "", "");
	bed_heard("transfer 481, done");
	bed_heard("ended by peer, status 481, cause 0, after answer");
}

static void test_a_notify_that_crosses_our_bye_is_answered(void **state)
{
	(void)state;
	refer_blind();
	bed_end(16);
	bed_reply(bed_receive(), 200, "OK", NULL, "", "");
	notify("terminated;reason=noresource", "SIP/2.0 200 OK\r\n");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard_nothing();
}

static void test_a_notify_about_nothing_is_refused(void **state)
{
	(void)state;
	talk();
	notify("terminated", "SIP/2.0 200 OK\r\n");
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_heard_nothing();
}

/* Replaces byte by byte: the tags as the target sees them, escaped. */
static void test_an_attended_transfer_names_the_other_call_as_its_far_end_sees_it(void **state)
{
	struct ua_invite *first;
	struct ua_refer_to to = {0};
	char expected[512];
	const char *call, *refer;

	(void)state;
	talk();
	first = bed.invite;
	call = bed_call();
	bed_reply(call, 200, "OK", "x=y", "Contact: <sip:300@127.0.0.1:5999;ob?X=1>\r\n", SDP(5006));
	bed_heard("answered 192.0.2.1:5006");
	to.other = bed.invite;
	assert_int_equal(ua_invite_refer(first, &to), 0);
	do
		refer = bed_receive();
	while (strncmp(refer, "REFER", 5));
	snprintf(expected, sizeof(expected),
		"<sip:300@127.0.0.1:5999;ob?Replaces=%s%%3Bto-tag%%3Dx%%3Dy%%3Bfrom-tag%%3D%s>",
		header(call, "Call-ID"), parameter(header(call, "From"), "tag"));
	/* RFC 3891 s6.1: Replaces in Refer-To is escaped, its to-tag that of who is replaced | byte for byte */
	assert_string_equal(header(refer, "Refer-To"), expected);
	bed_reply(refer, 603, "Decline", NULL, "", "");
	bed_heard("transfer 603, done");
	to.by_address = true;
	assert_int_equal(ua_invite_refer(first, &to), 0);
	refer = bed_receive();
	snprintf(expected, sizeof(expected),
		"<sip:200@example.org?Replaces=%s%%3Bto-tag%%3Dx%%3Dy%%3Bfrom-tag%%3D%s&Require=replaces>",
		header(call, "Call-ID"), parameter(header(call, "From"), "tag"));
	/* RFC 5589 s7.2: the target may be named by its address of record, with Require=replaces | where the account says so */
	assert_string_equal(header(refer, "Refer-To"), expected);
}

static void test_a_peer_may_ask_for_a_call_and_is_told_how_it_goes(void **state)
{
	const char *message;

	(void)state;
	talk();
	bed.refer_status = 202;
	in_dialog("REFER", "Refer-To: \"Three\" <sip:3%330@example.org?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2"
		"&Require=replaces&Route=%3Csip:evil%3E>\r\nReferred-By: <sip:200@example.org>\r\nContact: <sip:200@127.0.0.1>\r\n", "");
	bed_heard("asked to call sip:3%330@example.org, 330 at example.org, "
		"replacing a;to-tag=1;from-tag=2 and nothing else, by <sip:200@example.org>");
	/* RFC 3515 s2.4.2: a REFER that is agreed to is answered 202 | it is */
	assert_starts(bed_receive(), "SIP/2.0 202 Accepted");
	message = bed_receive();
	assert_starts(message, "NOTIFY ");
	/* RFC 3515 s2.4.6: NOTIFY names the REFER by its CSeq number | it does */
	assert_string_equal(header(message, "Event"), "refer;id=2");
	assert_starts(header(message, "Subscription-State"), "active");
	/* RFC 3515 s2.4.5: the body of NOTIFY is message/sipfrag | it is */
	assert_string_equal(header(message, "Content-Type"), "message/sipfrag;version=2.0");
	/* RFC 3515 s2.4.4: a NOTIFY follows the 202 at once | 100 Trying */
	assert_string_equal(body_of(message), "SIP/2.0 100 Trying\r\n");
	/* One report at a time; what is overtaken is left out. */
	ua_referral_tell(bed.referral, 180, "Ringing");
	bed_quiet();
	ua_referral_end(bed.referral, 200, "OK");
	bed_quiet();
	bed_reply(message, 200, "OK", NULL, "", "");
	message = bed_receive();
	assert_starts(header(message, "Subscription-State"), "terminated");
	assert_string_equal(body_of(message), "SIP/2.0 200 OK\r\n");
	bed_reply(message, 200, "OK", NULL, "", "");
	bed_quiet();
}

/* The REFER is taken, its first report answered. */
static void be_referred(void)
{
	talk();
	bed.refer_status = 202;
	in_dialog("REFER", "Refer-To: <sip:300@example.org>\r\nContact: <sip:200@127.0.0.1>\r\n", "");
	bed_heard("asked to call sip:300@example.org, 300 at example.org, replacing , by ");
	assert_starts(bed_receive(), "SIP/2.0 202 Accepted");
	bed_reply(bed_receive(), 200, "OK", NULL, "", "");
	bed_quiet();
}

/* Its Contact is a long one. */
static void test_a_user_of_any_length_is_told_how_it_goes(void **state)
{
	char user[UA_USER_MAX + 1];
	const struct ua_account_config config = {
		.user = user, .domain = "example.org", .server_addr = "127.0.0.1", .server_port = bed.peer_port, .password = "", .expires_s = 600,
	};
	const char *invite, *message;
	char from[80];

	(void)state;
	memset(user, '"', UA_USER_MAX);
	user[UA_USER_MAX] = '\0';
	ua_account_free(bed.account);
	assert_int_equal(ua_account_alloc(&bed.account, bed.agent, &config, NULL, NULL), 0);
	invite = bed_call();
	bed_talk(invite, contact(""));
	bed.refer_status = 202;
	snprintf(from, sizeof(from), "%s;tag=b", header(invite, "To"));
	bed_in_dialog(from, header(invite, "From"), header(invite, "Call-ID"), 2, "REFER", "Refer-To: <sip:300@example.org>\r\n", "");
	bed_heard("asked to call sip:300@example.org, 300 at example.org, replacing , by ");
	assert_starts(bed_receive(), "SIP/2.0 202 Accepted");
	message = bed_receive();
	assert_string_equal(header(message, "Contact"), header(invite, "Contact"));
	assert_string_equal(header(message, "Event"), "refer;id=2");
	assert_starts(header(message, "Subscription-State"), "active");
	bed_reply(message, 200, "OK", NULL, "", "");
	bed_in_dialog(from, header(invite, "From"), header(invite, "Call-ID"), 3, "SUBSCRIBE", "Event: refer\r\nExpires: 60\r\n", "");
	message = bed_receive();
	assert_starts(message, "SIP/2.0 200 OK");
	assert_string_equal(header(message, "Expires"), "60");
}

static void test_the_reports_may_be_asked_for_anew(void **state)
{
	const char *message;

	(void)state;
	be_referred();
	in_dialog("SUBSCRIBE", "Event: refer;id=2\r\nExpires: 60\r\n", "");
	message = bed_receive();
	assert_starts(message, "SIP/2.0 200 OK");
	assert_string_equal(header(message, "Expires"), "60");
	message = bed_receive();
	assert_starts(message, "NOTIFY ");
	assert_string_equal(header(message, "Subscription-State"), "active;expires=60");
	assert_string_equal(body_of(message), "SIP/2.0 100 Trying\r\n");
	bed_reply(message, 200, "OK", NULL, "", "");
	in_dialog("SUBSCRIBE", "Event: refer\r\nExpires: 3600\r\n", "");
	assert_string_equal(header(bed_receive(), "Expires"), "180");
	bed_reply(bed_receive(), 200, "OK", NULL, "", "");
	ua_referral_end(bed.referral, 200, "OK");
	assert_string_equal(body_of(bed_receive()), "SIP/2.0 200 OK\r\n");
}

static void test_the_reports_may_be_given_up(void **state)
{
	const char *message;

	(void)state;
	be_referred();
	in_dialog("SUBSCRIBE", "Event: refer;id=2\r\nExpires: 0\r\n", "");
	message = bed_receive();
	assert_starts(message, "SIP/2.0 200 OK");
	assert_string_equal(header(message, "Expires"), "0");
	message = bed_receive();
	/* RFC 3515 s2.4.4: the subscription of a REFER may be ended by its subscriber | it is */
	assert_string_equal(header(message, "Subscription-State"), "terminated;reason=timeout");
	bed_reply(message, 200, "OK", NULL, "", "");
	in_dialog("SUBSCRIBE", "Event: refer;id=2\r\nExpires: 60\r\n", "");
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	ua_referral_tell(bed.referral, 180, "Ringing");
	ua_referral_end(bed.referral, 200, "OK");
	bed_quiet();
}

static void test_a_subscription_that_there_is_not_is_refused(void **state)
{
	(void)state;
	be_referred();
	in_dialog("SUBSCRIBE", "Event: refer;id=77\r\nExpires: 60\r\n", "");
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	in_dialog("SUBSCRIBE", "Event: dialog\r\nExpires: 60\r\n", "");
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	in_dialog("SUBSCRIBE", "Expires: 60\r\n", "");
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_quiet();
}

static void test_the_last_report_comes_also_after_the_bye(void **state)
{
	const char *message;

	(void)state;
	talk();
	bed.refer_status = 202;
	in_dialog("REFER", "Refer-To: <tel:+1-201-5550123;ext=4>\r\nContact: <sip:200@127.0.0.1>\r\n", "");
	bed_heard("asked to call tel:+1-201-5550123;ext=4, +12015550123 at , replacing , by ");
	assert_starts(bed_receive(), "SIP/2.0 202 Accepted");
	bed_reply(bed_receive(), 200, "OK", NULL, "", "");
	in_dialog("BYE", "", "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard("ended by peer, status 0, cause 0, after answer");
	ua_referral_end(bed.referral, 486, "Busy Here");
	message = bed_receive();
	assert_string_equal(body_of(message), "SIP/2.0 486 Busy Here\r\n");
	bed_reply(message, 481, "Subscription Does Not Exist", NULL, "", "");
	bed_quiet();
}

static void test_a_report_from_within_the_handler_follows_the_202(void **state)
{
	(void)state;
	talk();
	bed.refer_status = 202;
	bed.report_at_once = true;
	in_dialog("REFER", "Refer-To: <sip:300@example.org>\r\nContact: <sip:200@127.0.0.1>\r\n", "");
	bed_heard("asked to call sip:300@example.org, 300 at example.org, replacing , by ");
	assert_starts(bed_receive(), "SIP/2.0 202 Accepted");
	assert_string_equal(body_of(bed_receive()), "SIP/2.0 404 Not Found\r\n");
}

static void test_no_report_is_sent_to_who_wants_none(void **state)
{
	const char *accepted;

	(void)state;
	talk();
	bed.refer_status = 202;
	in_dialog("REFER", "Refer-To: <sip:300@example.org>\r\nRefer-Sub: false\r\nRequire: norefersub\r\n", "");
	bed_heard("asked to call sip:300@example.org, 300 at example.org, replacing , by ");
	accepted = bed_receive();
	assert_starts(accepted, "SIP/2.0 202 Accepted");
	/* RFC 4488 s4: Refer-Sub: false is agreed to | and no NOTIFY is sent */
	assert_string_equal(header(accepted, "Refer-Sub"), "false");
	ua_referral_end(bed.referral, 200, "OK");
	bed_quiet();
}

static void test_a_refer_that_the_user_declines(void **state)
{
	(void)state;
	talk();
	bed.refer_status = 403;
	in_dialog("REFER", "Refer-To: <sip:1900@example.org>\r\n", "");
	bed_heard("asked to call sip:1900@example.org, 1900 at example.org, replacing , by ");
	assert_starts(bed_receive(), "SIP/2.0 403 ");
	bed_quiet();
}

static void test_what_names_nobody_to_call_is_refused(void **state)
{
	static const struct {
		const char *headers, *answer;
	} rows[] = {
		/* RFC 3515 s2.4.2: a REFER without Refer-To is refused 400 | it is */
		{"", "SIP/2.0 400 "},
		/* RFC 3515 s2.4.2: a REFER with two Refer-To is refused 400 | 400 */
		{"Refer-To: <sip:1@a>\r\nRefer-To: <sip:2@a>\r\n", "SIP/2.0 400 "},
		{"Refer-To: <mailto:a@example.org>\r\n", "SIP/2.0 416 "},
		{"Refer-To: <tel:;x>\r\n", "SIP/2.0 400 "},
		{"Refer-To: <sip:1 @a>\r\n", "SIP/2.0 400 "},
		{"Refer-To: <sip:1@a?Replaces=x&Replaces=y>\r\n", "SIP/2.0 400 "},
	};

	(void)state;
	talk();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		in_dialog("REFER", rows[i].headers, "");
		assert_starts(bed_receive(), rows[i].answer);
	}
	bed_heard_nothing();
}

static void test_outside_of_a_call_nobody_may_refer_or_notify(void **state)
{
	(void)state;
	our_to = "<sip:100@example.org>";
	in_dialog("REFER", "Refer-To: <sip:300@example.org>\r\n", "");
	/* RFC 3515 s5: who may refer is for the agent to decide | outside of a call nobody: 403 */
	assert_starts(bed_receive(), "SIP/2.0 403 ");
	notify("active", "SIP/2.0 100 Trying\r\n");
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_heard_nothing();
}

/* RFC 3323, RFC 3325: the server knows who calls, the called party does not. */
static void test_who_hides_is_known_to_the_server_alone(void **state)
{
	struct ua_call_to to = {.user = "300", .replaces = "", .referred_by = "", .anonymous = true};
	struct ua_sdp offer;
	const char *call;

	(void)state;
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), 0);
	call = bed_receive();
	/* RFC 3323 s4.1: From of who hides says nothing | Anonymous at anonymous.invalid */
	assert_starts(header(call, "From"), "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=");
	/* RFC 3325 s9.3: Privacy: id asks the network to hide the asserted identity | it does */
	assert_string_equal(header(call, "Privacy"), "id");
	/* RFC 3325 s9.2: P-Preferred-Identity tells the network which identity to assert | it does */
	assert_non_null(strstr(header(call, "P-Preferred-Identity"), "<sip:100@"));
	bed_talk(call, contact(""));
	assert_int_equal(ua_invite_refer(bed.invite, &(struct ua_refer_to){.user = "400"}), 0);
	assert_string_equal(header(bed_receive(), "Referred-By"), "");
	bed_end(0);
	to.anonymous = false;
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), 0);
	do
		call = bed_receive();
	while (strncmp(call, "INVITE", 6));
	assert_string_equal(header(call, "Privacy"), "");
	assert_string_equal(header(call, "P-Preferred-Identity"), "");
	assert_null(strstr(header(call, "From"), "anonymous"));
	bed_reply(call, 404, "Not Found", "x", "", "");
	bed_heard("ended by peer, status 404, cause 0");
}

static void test_a_call_is_made_as_the_transferor_asked(void **state)
{
	struct ua_call_to to = {
		.uri = "sip:300@192.0.2.9:5070;ob", .replaces = "a;to-tag=1;from-tag=2", .referred_by = "<sip:2@b>",
	};
	struct ua_sdp offer;
	const char *call;

	(void)state;
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), 0);
	call = bed_receive();
	assert_starts(call, "INVITE sip:300@192.0.2.9:5070;ob SIP/2.0\r\n");
	/* RFC 3891 s4: an INVITE that replaces a dialog has its Replaces | as the REFER said */
	assert_string_equal(header(call, "Replaces"), "a;to-tag=1;from-tag=2");
	assert_string_equal(header(call, "Referred-By"), "<sip:2@b>");
	assert_string_equal(header(call, "Require"), "");
	bed_reply(call, 404, "Not Found", "x", "", "");
	bed_heard("ended by peer, status 404, cause 0");
	to.requires_replaces = true;
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), 0);
	do
		call = bed_receive();
	while (strncmp(call, "INVITE", 6));
	/* RFC 3891 s4: an INVITE with Replaces may require that it is understood | it has */
	assert_string_equal(header(call, "Require"), "replaces");
	bed_reply(call, 420, "Bad Extension", "x", "", "");
	bed_heard("ended by peer, status 420, cause 0");
	to.replaces = "a\r\nEvil: 1";
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), EINVAL);
	to.replaces = "";
	to.uri = "sip:1>@a";
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), EINVAL);
}

static void replace(const char *id, const char *replaces)
{
	char headers[512];

	snprintf(headers, sizeof(headers), "%sReplaces: %s\r\nRequire: replaces\r\n", contact(""), replaces);
	bed_invite(id, headers, SDP(5008));
}

static void test_an_invite_may_replace_a_call_that_is_up(void **state)
{
	char replaces[256];

	(void)state;
	talk();
	snprintf(replaces, sizeof(replaces), "call;to-tag=%s;from-tag=peer", parameter(our_to, "tag"));
	replace("new", replaces);
	assert_starts(bed_receive(), "SIP/2.0 100 Trying");
	/* RFC 3891 s3: Replaces that matches a confirmed dialog takes it over | it does */
	bed_heard("incoming 100 from 200 \"The \"Peer\"\" offering 192.0.2.1:5008, replacing");
	snprintf(replaces, sizeof(replaces), "call;to-tag=%s;from-tag=peer;early-only", parameter(our_to, "tag"));
	replace("early", replaces);
	/* RFC 3891 s3: Replaces with early-only that matches a confirmed dialog is refused 486 | it is refused */
	assert_starts(bed_receive(), "SIP/2.0 486 ");
}

static void test_an_invite_may_replace_an_early_dialog_that_we_began(void **state)
{
	char replaces[256];
	const char *call;

	(void)state;
	call = bed_call();
	bed_reply(call, 180, "Ringing", "t1", contact(""), "");
	bed_heard("progress 180 nothing");
	snprintf(replaces, sizeof(replaces), "%s;to-tag=%s;from-tag=t1", header(call, "Call-ID"),
		parameter(header(call, "From"), "tag"));
	replace("new", replaces);
	assert_starts(bed_receive(), "SIP/2.0 100 Trying");
	/* RFC 3891 s3: Replaces may match an early dialog that was begun here | it does */
	bed_heard("incoming 100 from 200 \"The \"Peer\"\" offering 192.0.2.1:5008, replacing");
}

static void test_what_cannot_be_replaced_is_refused(void **state)
{
	char replaces[256];

	(void)state;
	replace("none", "no;to-tag=1;from-tag=2");
	/* RFC 3891 s3: Replaces that matches nothing is refused 481 | it is */
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	replace("bad", "no");
	/* RFC 3891 s6.1: Replaces without its tags is malformed | 400 */
	assert_starts(bed_receive(), "SIP/2.0 400 ");
	talk();
	snprintf(replaces, sizeof(replaces), "call;to-tag=%s;from-tag=peer", parameter(our_to, "tag"));
	bed_end(16);
	bed_reply(bed_receive(), 200, "OK", NULL, "", "");
	replace("ended", replaces);
	/* RFC 3891 s3: Replaces that matches a dialog that ended is refused 603 | it is */
	assert_starts(bed_receive(), "SIP/2.0 603 ");
	bed_heard_nothing();
}

/* From another address of this machine, whom the account does not know. */
static void test_a_stranger_replaces_nothing(void **state)
{
	struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char text[1024];

	(void)state;
	talk();
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(bed.agent_port);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	snprintf(text, sizeof(text), "INVITE sip:100@127.0.0.1 SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-s;rport\r\nFrom: <sip:9@x>;tag=s\r\n"
		"To: <sip:100@example.org>\r\nCall-ID: s\r\nCSeq: 1 INVITE\r\nContact: <sip:9@127.0.0.2>\r\n"
		"Replaces: call;to-tag=%s;from-tag=peer\r\nContent-Length: 0\r\n\r\n", bed.peer_port,
		parameter(our_to, "tag"));
	assert_true(sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof(to)) > 0);
	bed_heard_nothing();
	assert_true(recv(fd, text, sizeof(text), MSG_DONTWAIT) > 12);
	/* RFC 3891 s7: who may replace a dialog must be authorised | a stranger is refused 403 */
	assert_starts(text, "SIP/2.0 403 ");
	close(fd);
}

static void test_a_conference_gets_somebody_and_lets_him_go(void **state)
{
	const struct ua_refer_to to = {.dropped = "sip:300@example.org"}, rubbish = {.dropped = "sip:300> <sip:x"}, none = {.dropped = ""};
	struct ua_refer_to there = {.focus = NULL};
	char uri[64], brief[8];

	(void)state;
	talk();
	there.focus = bed.invite; /* of another call in life */
	ua_invite_far_uri(bed.invite, uri, sizeof(uri));
	assert_string_equal(uri, "sip:%32%300@example.org");
	ua_invite_far_uri(bed.invite, brief, sizeof(brief));
	assert_string_equal(brief, "");
	assert_int_equal(ua_invite_refer(bed.invite, &rubbish), EINVAL);
	assert_int_equal(ua_invite_refer(bed.invite, &none), EINVAL);
	assert_int_equal(ua_invite_refer(bed.invite, &to), 0);
	assert_string_equal(header(bed_receive(), "Refer-To"), "<sip:300@example.org;method=BYE>");
	bed_quiet();
	assert_int_equal(ua_invite_refer(bed.invite, &there), EALREADY);
}

static void test_a_party_is_sent_to_a_conference(void **state)
{
	struct ua_refer_to there = {.focus = NULL};
	const char *refer;
	char expected[80];

	(void)state;
	talk();
	there.focus = bed.invite;
	assert_int_equal(ua_invite_refer(bed.invite, &there), 0);
	refer = bed_receive();
	snprintf(expected, sizeof(expected), "<sip:200@127.0.0.1:%u>", bed.peer_port);
	assert_string_equal(header(refer, "Refer-To"), expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_a_conference_gets_somebody_and_lets_him_go),
		bed_test(test_a_party_is_sent_to_a_conference),
		bed_test(test_a_blind_transfer_is_asked_for_and_its_outcome_told),
		bed_test(test_a_key_of_the_peer_is_told),
		bed_test(test_something_outside_the_session_is_told_once_at_a_time),
		bed_test(test_a_transfer_waits_until_the_hold_is_answered),
		bed_test(test_a_transfer_is_asked_for_also_when_the_hold_is_refused),
		bed_test(test_a_call_that_is_ended_asks_for_no_transfer),
		bed_test(test_a_transfer_that_failed_is_told_with_its_status),
		bed_test(test_a_peer_that_stops_telling_has_not_transferred),
		bed_test(test_a_transfer_that_is_declined_leaves_the_call),
		bed_test(test_a_transfer_without_word_makes_way_for_another),
		bed_test(test_a_transfer_is_challenged_and_asked_for_again),
		bed_test(test_a_peer_that_will_not_report_has_taken_the_task),
		bed_test(test_a_481_to_the_refer_ends_the_call),
		bed_test(test_a_notify_that_crosses_our_bye_is_answered),
		bed_test(test_a_notify_about_nothing_is_refused),
		bed_test(test_an_attended_transfer_names_the_other_call_as_its_far_end_sees_it),
		bed_test(test_a_peer_may_ask_for_a_call_and_is_told_how_it_goes),
		bed_test(test_a_user_of_any_length_is_told_how_it_goes),
		bed_test(test_the_reports_may_be_asked_for_anew),
		bed_test(test_the_reports_may_be_given_up),
		bed_test(test_a_subscription_that_there_is_not_is_refused),
		bed_test(test_the_last_report_comes_also_after_the_bye),
		bed_test(test_a_report_from_within_the_handler_follows_the_202),
		bed_test(test_no_report_is_sent_to_who_wants_none),
		bed_test(test_a_refer_that_the_user_declines),
		bed_test(test_what_names_nobody_to_call_is_refused),
		bed_test(test_outside_of_a_call_nobody_may_refer_or_notify),
		bed_test(test_a_call_is_made_as_the_transferor_asked),
		bed_test(test_who_hides_is_known_to_the_server_alone),
		bed_test(test_an_invite_may_replace_a_call_that_is_up),
		bed_test(test_an_invite_may_replace_an_early_dialog_that_we_began),
		bed_test(test_what_cannot_be_replaced_is_refused),
		bed_test(test_a_stranger_replaces_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
