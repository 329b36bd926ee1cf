/* SPDX-License-Identifier: BSD-3-Clause */
/* Who calls, and calls that are forwarded, against a peer of plain text. */
#include "tests/unit/sip_peer.h"

#define INCOMING(who) "incoming 100 from " who " offering 192.0.2.1:5004"

static void invite(const char *headers)
{
	char text[6000];

	snprintf(text, sizeof(text), "Contact: <sip:200@127.0.0.1:%u>\r\n%s", bed.peer_port, headers);
	bed_invite("a", text, SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 100 Trying");
}

static const char *redirect(const char *user, enum ua_forward_cause cause)
{
	const struct ua_redirect to = {user, cause};
	const char *moved;

	assert_int_equal(ua_invite_redirect(bed.invite, &to), 0);
	moved = bed_receive();
	assert_starts(moved, "SIP/2.0 302 Moved Temporarily\r\n");
	return moved;
}

static void test_the_server_says_who_calls(void **state)
{
	(void)state;
	invite("P-Asserted-Identity: \"Ann\" <sip:300@example.org>, <tel:+1-201-555-0123>\r\n"
		"Remote-Party-ID: <sip:400@example.org>\r\n");
	/* RFC 3325 s9.1: P-Asserted-Identity of a trusted server says who calls | before Remote-Party-ID and From */
	bed_heard(INCOMING("300 \"Ann\""));
	bed_heard_nothing();
}

static void test_a_telephone_number_and_the_name_of_from(void **state)
{
	(void)state;
	invite("P-Asserted-Identity: <tel:+1-201-555-0123;ext=9>\r\n");
	/* RFC 3325 s9.1: it may be a tel URI | the number without its separators */
	bed_heard(INCOMING("+12015550123 \"The \"Peer\"\""));
}

static void test_remote_party_id_where_there_is_nothing_better(void **state)
{
	(void)state;
	invite("P-Asserted-Identity: rubbish\r\nRemote-Party-ID: \"Bob\" <sip:400@example.org>;privacy=off\r\n");
	bed_heard(INCOMING("400 \"Bob\""));
	bed_heard_nothing();
}

static void test_a_caller_who_hides_is_not_told(void **state)
{
	(void)state;
	invite("P-Asserted-Identity: \"Ann\" <sip:300@example.org>\r\nPrivacy: session; ID\r\n");
	bed_heard(INCOMING(" \"\""));
	/* RFC 3323 s4.2: Privacy of the caller is kept | neither number nor name is shown */
	bed_heard("anonymous");
}

static void test_privacy_none_hides_nobody(void **state)
{
	(void)state;
	invite("Privacy: none\r\n");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	/* RFC 3323 s4.2: Privacy: none hides nobody | the caller is shown */
	bed_heard_nothing();
}

static void test_alert_info_is_told_as_far_as_it_fits(void **state)
{
	char headers[600], long_value[300];

	(void)state;
	memset(long_value, 'x', sizeof(long_value) - 1);
	long_value[sizeof(long_value) - 1] = '\0';
	snprintf(headers, sizeof(headers), "Alert-Info: <http://x/Bellcore-dr2>\r\nAlert-Info: <urn:alert:a>\r\n"
		"Alert-Info: <%s>\r\n", long_value);
	invite(headers);
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	bed_heard("alert <http://x/Bellcore-dr2>, <urn:alert:a>");
}

static void test_a_stranger_is_not_believed(void **state)
{
	(void)state;
	bed_server_elsewhere();
	invite("P-Asserted-Identity: \"Ann\" <sip:300@example.org>\r\nAlert-Info: <http://x/Bellcore-dr2>\r\n"
		"P-Called-Party-ID: <sip:555@example.org>\r\n");
	/* RFC 3325 s5: P-Asserted-Identity of who is not trusted is ignored | From is shown */
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	bed_heard_nothing();
}

static void test_the_server_says_who_is_called(void **state)
{
	(void)state;
	invite("P-Called-Party-ID: \"Desk\" <sip:%2B1555@example.org>;x=y\r\n");
	/* RFC 7315 s4.2: P-Called-Party-ID says who was called | the line is found by it */
	bed_heard("incoming +1555 from 200 \"The \"Peer\"\" offering 192.0.2.1:5004");
	bed_heard_nothing();
}

static void test_who_is_called_may_be_a_telephone_number(void **state)
{
	(void)state;
	invite("P-Called-Party-ID: <tel:+1-555;phone-context=x>\r\n");
	bed_heard("incoming +1555 from 200 \"The \"Peer\"\" offering 192.0.2.1:5004");
}

static void test_rubbish_does_not_say_who_is_called(void **state)
{
	(void)state;
	invite("P-Called-Party-ID: <<\r\n");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
}

static void test_a_call_is_forwarded_and_says_who_did(void **state)
{
	const char *moved;

	(void)state;
	invite("");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	moved = redirect("*7#3", UA_FORWARD_ALWAYS);
	/* RFC 3665 s3.6: 302 names the new target in Contact | it does */
	assert_string_equal(header(moved, "Contact"), "<sip:*7%233@example.org>");
	/* RFC 5806 s6: Diversion says who forwarded and why | reason=unconditional, counter=1 */
	assert_string_equal(header(moved, "Diversion"), "<sip:100@example.org>;reason=unconditional;counter=1");
	/* RFC 7044 s9.2: History-Info has an entry for who forwarded, with its Reason | it has */
	assert_string_equal(header(moved, "History-Info"),
		"<sip:100@example.org?Reason=SIP%3Bcause%3D302>;index=1, "
		"<sip:*7%233@example.org;cause=302>;index=1.1;mp=1");
	bed_heard_nothing();
}

static void test_what_was_forwarded_before_is_counted_and_kept(void **state)
{
	const char *moved;

	(void)state;
	invite("Diversion: \"A, B\" <sip:1@a>;counter=2, <sip:2@a>;reason=deflection\r\nDiversion: <sip:3@a>;counter=x\r\n"
		"History-Info: <sip:1@a?Reason=SIP%3Bcause%3D302>;index=1,\r\n <sip:100@b;cause=302>;index=1.1;mp=1\r\n");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	/* RFC 5806 s5: counter says how often a call was forwarded | it is summed up, and bounded by the line */
	bed_heard("forwarded 3 times");
	moved = redirect("300", UA_FORWARD_BUSY);
	/* RFC 5806 s6: an earlier Diversion stays, below the new one | it does */
	assert_string_equal(header(moved, "Diversion"), "<sip:100@example.org>;reason=user-busy;counter=1, "
		"\"A, B\" <sip:1@a>;counter=2, <sip:2@a>;reason=deflection, <sip:3@a>;counter=x");
	/* RFC 7044 s10.3: the index of a new entry is one level below its origin's | index=1.1.1, mp */
	assert_string_equal(header(moved, "History-Info"),
		"<sip:1@a?Reason=SIP%3Bcause%3D302>;index=1, <sip:100@b;cause=302>;index=1.1;mp=1, "
		"<sip:100@example.org?Reason=SIP%3Bcause%3D486>;index=1.1.1, "
		"<sip:300@example.org;cause=486>;index=1.1.1.1;mp=1.1.1");
}

static void test_history_alone_counts_as_well(void **state)
{
	(void)state;
	invite("History-Info: <sip:1@a?Reason=SIP%3Bcause%3D302>;index=1\r\n"
		"History-Info: <sip:2@a?Reason=SIP%3Bcause%3D486>;index=1.1;mp=1\r\n"
		"History-Info: <sip:100@b;cause=486>;index=1.1.1;mp=1.1\r\nDiversion: <sip:1@a>\r\n");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	bed_heard("forwarded 2 times");
}

static void test_more_than_there_is_room_for_is_left_out(void **state)
{
	char headers[5000] = "Diversion: <sip:0@a>;counter=4294967295";
	const char *moved;

	(void)state;
	for (unsigned i = 0; strlen(headers) < 3500; i++)
		strcat(headers, i % 2 ? ", <sip:1@a>;reason=unknown" : ", <sip:2@a>;counter=99");
	strcat(headers, "\r\n");
	invite(headers);
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	bed_heard("forwarded 99 times");
	moved = redirect("300", UA_FORWARD_NO_ANSWER);
	assert_starts(header(moved, "Diversion"), "<sip:100@example.org>;reason=no-answer;counter=1, <sip:0@a>;");
	assert_true(strlen(header(moved, "Diversion")) < 2200);
	assert_has(header(moved, "History-Info"), "cause=408>");
}

static void test_nobody_is_no_target(void **state)
{
	struct ua_redirect to = {"", UA_FORWARD_ALWAYS};

	(void)state;
	invite("");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	assert_int_equal(ua_invite_redirect(bed.invite, &to), EINVAL);
	redirect("300", UA_FORWARD_ALWAYS);
}

static int call_instead(struct ua_invite **callp, enum ua_forward_cause cause)
{
	static const struct ua_invite_handlers nobody;
	const struct ua_call_to to = {.user = "300", .replaces = "", .referred_by = "", .forwards = bed.invite, .cause = cause};
	struct ua_sdp offer;

	ua_sdp_offer(&offer, &bed.local);
	return ua_invite_send_to(callp, bed.account, &to, &offer, &nobody, NULL);
}

static void test_a_call_made_instead_says_who_forwards(void **state)
{
	struct ua_invite *call;
	const char *request;

	(void)state;
	invite("Max-Forwards: 9\r\nDiversion: <sip:3@a>\r\n");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	bed_heard("forwarded 1 times");
	assert_int_equal(call_instead(&call, UA_FORWARD_BUSY), 0);
	request = bed_receive();
	assert_starts(request, "INVITE sip:300@example.org SIP/2.0\r\n");
	/* RFC 3261 s16.6: who calls on for another counts Max-Forwards down | it does */
	assert_string_equal(header(request, "Max-Forwards"), "8");
	assert_string_equal(header(request, "Diversion"), "<sip:100@example.org>;reason=user-busy;counter=1, <sip:3@a>");
	assert_has(header(request, "History-Info"), "<sip:300@example.org;cause=486>;index=1.1;mp=1");
	assert_null(strstr(request, "Replaces:"));
}

/* The account is one that shows first callers. */
static void show_callers(enum ua_identity identity)
{
	const struct ua_agent_config agent = {.local_addr = "127.0.0.1", .user_agent = "tipring"};
	const struct ua_account_config account = {
		.user = "100", .domain = "example.org", .display_name = "Line One", .server_addr = "127.0.0.1", .server_port = bed.peer_port,
		.password = "secret", .expires_s = 600, .identity = identity, .forward_shows_caller = true,
	};

	bed_agent_anew(&agent, &account);
}

static void test_whom_a_forwarded_call_is_from(void **state)
{
	struct ua_invite *call;
	const char *request;

	(void)state;
	invite("");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	assert_int_equal(call_instead(&call, UA_FORWARD_ALWAYS), 0);
	request = bed_receive();
	/* RFC 5806 s6: who forwards may stay in From, and be told by Diversion | the account, for servers that take no other number */
	assert_starts(header(request, "From"), "\"Line One\" <sip:100@example.org>;tag=");
	assert_string_equal(header(request, "P-Preferred-Identity"), "");
}

static void test_a_forwarded_call_may_show_its_caller(void **state)
{
	struct ua_invite *call;
	const char *request;

	(void)state;
	show_callers(UA_IDENTITY_FROM);
	invite("P-Asserted-Identity: \"Ann \\\"A\\\"\" <tel:+1-201-555-0123>\r\n");
	bed_heard(INCOMING("+12015550123 \"Ann \"A\"\""));
	assert_int_equal(call_instead(&call, UA_FORWARD_ALWAYS), 0);
	request = bed_receive();
	/* RFC 5806 s6: a forwarded call is still from its first caller | where the account has it so, as the trusted server named him */
	assert_starts(header(request, "From"), "\"Ann \\\"A\\\"\" <sip:+12015550123@example.org>;tag=");
	/* RFC 3325 s9.2: who is sure of another identity than From says which it prefers | the account that forwards, and pays */
	assert_string_equal(header(request, "P-Preferred-Identity"), "\"Line One\" <sip:100@example.org>");
	assert_string_equal(header(request, "Privacy"), "");
}

static void test_a_forwarded_call_keeps_its_callers_secret(void **state)
{
	struct ua_invite *call;
	const char *request;

	(void)state;
	show_callers(UA_IDENTITY_ASSERTED);
	invite("Privacy: id\r\n");
	bed_heard(INCOMING(" \"\""));
	bed_heard("anonymous");
	assert_int_equal(call_instead(&call, UA_FORWARD_ALWAYS), 0);
	request = bed_receive();
	/* RFC 3323 s4.1.1.3: a caller who hides stays hidden | also in the call that goes on from here */
	assert_starts(header(request, "From"), "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=");
	assert_string_equal(header(request, "Privacy"), "id");
	assert_string_equal(header(request, "P-Asserted-Identity"), "\"Line One\" <sip:100@example.org>");
	assert_has_not(request, "200@");
}

static void test_a_line_of_this_machine_sees_the_first_caller(void **state)
{
	static const struct ua_invite_handlers nobody;
	struct ua_call_to to = {.user = "12", .account = bed.account, .replaces = "", .referred_by = "", .cause = UA_FORWARD_ALWAYS};
	struct ua_invite *call;
	struct ua_sdp offer;

	(void)state;
	invite("");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	to.forwards = bed.invite;
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send_to(&call, bed.account, &to, &offer, &nobody, NULL), 0);
	bed_heard("incoming 12 from 200 \"The \"Peer\"\" offering 127.0.0.1:40000");
	bed_heard("forwarded 1 times");
	bed_heard("past every server");
	bed_heard("came back");
}

static void test_a_forwarded_call_may_go_to_an_address(void **state)
{
	static const struct ua_invite_handlers nobody;
	struct ua_call_to to = {.uri = "sip:9@else.example", .replaces = "", .referred_by = "", .cause = UA_FORWARD_ALWAYS};
	struct ua_invite *call;
	struct ua_sdp offer;
	const char *request;

	(void)state;
	invite("");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	to.forwards = bed.invite;
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send_to(&call, bed.account, &to, &offer, &nobody, NULL), 0);
	request = bed_receive();
	assert_starts(request, "INVITE sip:9@else.example SIP/2.0\r\n");
	/* RFC 7044 s10.4: the entry of the new target has its address | whole, with the cause that it was chosen for */
	assert_has(header(request, "History-Info"), "<sip:9@else.example;cause=302>;index=1.1;mp=1");
}

static void test_a_caller_is_told_that_his_call_is_forwarded(void **state)
{
	const char *told;

	(void)state;
	invite("");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	assert_int_equal(ua_invite_tell_forwarded(bed.invite), 0);
	told = bed_receive();
	/* RFC 3261 s21.1.3: 181 tells that a call is forwarded | when it goes on from here */
	assert_starts(told, "SIP/2.0 181 Call Is Being Forwarded\r\n");
	assert_has(told, "Contact: <sip:100@127.0.0.1:");
	assert_int_equal(ua_invite_ring(bed.invite, false, NULL), 0);
	assert_string_equal(header(bed_receive(), "To"), header(told, "To"));
	ua_invite_reject(bed.invite, 480, "No");
	bed_acknowledge(bed_receive());
	bed_invite("reliably", "Contact: <sip:200@127.0.0.1>\r\nRequire: 100rel\r\n", SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	assert_int_equal(ua_invite_tell_forwarded(bed.invite), 0);
	/* RFC 3262 s3: who requires reliable responses gets no other ones | no 181, which nothing needs to wait for */
	bed_quiet();
}

static void test_a_call_with_no_hop_left_goes_nowhere(void **state)
{
	struct ua_invite *call;

	(void)state;
	invite("Max-Forwards: 1\r\n");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	/* RFC 3261 s16.3: who calls on for another does not when no hop is left | it does not */
	assert_int_equal(call_instead(&call, UA_FORWARD_ALWAYS), ELOOP);
	redirect("300", UA_FORWARD_ALWAYS);
	bed_quiet();
}

static void test_a_call_that_was_answered_goes_nowhere(void **state)
{
	struct ua_sdp offer, answer;
	struct ua_invite *call;

	(void)state;
	invite("");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	assert_int_equal(ua_sdp_parse(&offer, SDP(5004), strlen(SDP(5004))), 0);
	assert_int_equal(ua_sdp_answer(&answer, &offer, &bed.local), 0);
	assert_int_equal(ua_invite_answer(bed.invite, &answer), 0);
	assert_int_equal(call_instead(&call, UA_FORWARD_ALWAYS), ENOTCONN);
}

static void test_a_call_that_came_back_is_told(void **state)
{
	(void)state;
	invite("Diversion: <sip:3@a>, \"We\" <sip:100@EXAMPLE.org>;reason=unknown\r\n");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	bed_heard("forwarded 2 times");
	bed_heard("came back");
}

static void test_history_tells_that_a_call_came_back(void **state)
{
	(void)state;
	invite("History-Info: <sip:100@example.org?Reason=SIP%3Bcause%3D302>;index=1, <sip:3@a;cause=302>;index=1.1\r\n");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	bed_heard("forwarded 1 times");
	/* RFC 7044 s10.1: History-Info shows a loop | a call that was here before is not forwarded again */
	bed_heard("came back");
}

static void test_a_call_that_was_sent_here_did_not_come_back(void **state)
{
	(void)state;
	invite("Diversion: <sip:1000@example.org>, <sip:100@elsewhere>, rubbish\r\n"
		"History-Info: <sip:3@a?Reason=SIP%3Bcause%3D302>;index=1, <sip:100@example.org;cause=302>;index=1.1\r\n");
	bed_heard(INCOMING("200 \"The \"Peer\"\""));
	bed_heard("forwarded 3 times");
	bed_heard_nothing();
}

static void test_a_call_past_every_server_is_told(void **state)
{
	static const struct ua_invite_handlers nobody;
	const struct ua_call_to to = {.user = "12", .account = bed.account, .replaces = "", .referred_by = ""};
	struct ua_invite *call;
	struct ua_sdp offer;

	(void)state;
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send_to(&call, bed.account, &to, &offer, &nobody, NULL), 0);
	bed_quiet();
	bed_heard("incoming 12 from 100 \"Line One\" offering 127.0.0.1:40000");
	bed_heard("past every server");
}

static void on_guest_answered(struct ua_invite *invite, const struct ua_sdp *answer, void *arg)
{
	(void)invite;
	(void)arg;
	bed_say("the caller is answered, %s", answer->addr);
}

static void on_guest_ended(struct ua_invite *invite, const struct ua_end *end, void *arg)
{
	(void)invite;
	(void)arg;
	bed_say("the caller's call ended%s", end->after_answer ? ", after answer" : "");
}

static const char *somebody_calls(const char *user, const char *id)
{
	bed_send("INVITE sip:%s@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-%s\r\nFrom: <sip:200@example.org>;tag=%s\r\n"
		"To: <sip:100@example.org>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:200@127.0.0.1>\r\nContent-Length: 0\r\n\r\n",
		user, bed.agent_port, bed.peer_port, id, id, id);
	return bed_receive();
}

/* An account of an agent at an address of the other family, which could send ours nothing. */
static void test_a_call_past_every_server_goes_from_address_to_address(void **state)
{
	static const struct ua_invite_handlers guests = {.answered = on_guest_answered, .ended = on_guest_ended};
	const struct ua_agent_config config = {.local_addr = "::1", .user_agent = "tipring"};
	const struct ua_account_config other = {
		.user = "100", .domain = "example.net", .display_name = "Line Six", .server_addr = "::1", .server_port = 9, .password = "", .expires_s = 600,
	};
	const struct ua_call_to to = {.user = "12", .account = bed.account, .replaces = "", .referred_by = ""};
	struct ua_agent *agent;
	struct ua_account *account;
	struct ua_invite *call;
	struct ua_sdp sdp;

	(void)state;
	assert_int_equal(ua_agent_alloc(&agent, &config, NULL, NULL), 0);
	assert_int_equal(ua_account_alloc(&account, agent, &other, NULL, NULL), 0);
	ua_sdp_offer(&sdp, &bed.local);
	for (unsigned calls = 0; calls < 10; calls++) { /* more than one account has guests */
		assert_int_equal(ua_invite_send_to(&call, account, &to, &sdp, &guests, NULL), 0);
		bed_quiet();
		bed_heard("incoming 12 from 100 \"Line Six\" offering 127.0.0.1:40000");
		bed_heard("past every server");
		assert_int_equal(ua_invite_answer(bed.invite, &sdp), 0);
		bed_quiet();
		bed_heard("the caller is answered, 127.0.0.1");
		bed_end(16);
		bed_quiet();
		bed_heard("the caller's call ended, after answer");
	}
	/* Its Contact there lasts as long as the account; calls of this machine may come to it. */
	bed.refuse_calls = true;
	assert_starts(somebody_calls("100-2", "g1"), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 200 \"\" offering nothing");
	assert_starts(bed_receive(), "SIP/2.0 486 ");
	ua_account_free(account);
	assert_starts(somebody_calls("100-2", "g2"), "SIP/2.0 404 ");
	ua_agent_free(agent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_the_server_says_who_calls),
		bed_test(test_a_telephone_number_and_the_name_of_from),
		bed_test(test_remote_party_id_where_there_is_nothing_better),
		bed_test(test_a_caller_who_hides_is_not_told),
		bed_test(test_privacy_none_hides_nobody),
		bed_test(test_alert_info_is_told_as_far_as_it_fits),
		bed_test(test_a_stranger_is_not_believed),
		bed_test(test_the_server_says_who_is_called),
		bed_test(test_who_is_called_may_be_a_telephone_number),
		bed_test(test_rubbish_does_not_say_who_is_called),
		bed_test(test_a_call_is_forwarded_and_says_who_did),
		bed_test(test_what_was_forwarded_before_is_counted_and_kept),
		bed_test(test_history_alone_counts_as_well),
		bed_test(test_more_than_there_is_room_for_is_left_out),
		bed_test(test_nobody_is_no_target),
		bed_test(test_a_call_made_instead_says_who_forwards),
		bed_test(test_whom_a_forwarded_call_is_from),
		bed_test(test_a_forwarded_call_may_show_its_caller),
		bed_test(test_a_forwarded_call_keeps_its_callers_secret),
		bed_test(test_a_line_of_this_machine_sees_the_first_caller),
		bed_test(test_a_forwarded_call_may_go_to_an_address),
		bed_test(test_a_caller_is_told_that_his_call_is_forwarded),
		bed_test(test_a_call_with_no_hop_left_goes_nowhere),
		bed_test(test_a_call_that_was_answered_goes_nowhere),
		bed_test(test_a_call_that_came_back_is_told),
		bed_test(test_a_call_past_every_server_is_told),
		bed_test(test_a_call_past_every_server_goes_from_address_to_address),
		bed_test(test_history_tells_that_a_call_came_back),
		bed_test(test_a_call_that_was_sent_here_did_not_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
