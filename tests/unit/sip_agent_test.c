/* SPDX-License-Identifier: BSD-3-Clause */
/* The gate, OPTIONS, and what the agent is made of, against a peer of plain text. */
#include <sys/time.h>
#include <time.h>

#include <re.h>

#include "sip/interpose.h"
#include "tests/unit/sip_peer.h"

#define VIA  "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-%u\r\n"
#define FROM "From: <sip:200@example.org>;tag=peer\r\n"
#define TO   "To: <sip:100@example.org>\r\n"
#define ID   "Call-ID: abc\r\n"

static unsigned branch;

/* A request with the Via that belongs to the peer. */
static void request(const char *first_line, const char *rest)
{
	bed_send("%s SIP/2.0\r\n" VIA "%s\r\n", first_line, bed.peer_port, ++branch, rest);
}

static void test_what_must_not_pass_is_refused_as_the_rfc_says(void **state)
{
	static const struct {
		const char *line, *rest, *status, *has;
	} rows[] = {
		{"INVITE sip:100@h", FROM ID "CSeq: 1 INVITE\r\n", "400 Missing To", ""},
		{"INVITE sip:100@h", TO ID "CSeq: 1 INVITE\r\n", "400 Missing From", ""},
		{"INVITE sip:100@h", FROM TO "CSeq: 1 INVITE\r\n", "400 Missing Call-ID", ""},
		{"INVITE sip:100@h", FROM TO ID, "400 Missing CSeq", ""},
		{"INVITE sip:100@h", FROM TO ID "CSeq: 1 BYE\r\n", "400 CSeq", ""},
		{"INVITE sip:100@h", FROM TO ID "CSeq: 1 INVITE\r\n", "400 Bad Contact", ""},
		{"INVITE sip:100@h", FROM TO ID "CSeq: 1 INVITE\r\nContent-Length: 5\r\n", "400 Body", ""},
		{"INVITE sip:100@h", FROM TO ID "CSeq: 1 INVITE\r\nMax-Forwards: x\r\n", "400 Bad", ""},
		{"INVITE sip:100@h", FROM TO ID "CSeq: 1 INVITE\r\nMax-Forwards: 0\r\n", "483 ", ""},
		{"INVITE sip:999@h", FROM TO ID "CSeq: 1 INVITE\r\n", "404 ", ""},
		{"INVITE sips:100@h", FROM TO ID "CSeq: 1 INVITE\r\n", "416 ", ""},
		{"INVITE sip:100@h", FROM TO ID "CSeq: 1 INVITE\r\nRequire: precondition, 100rel, timer, replaces, x\r\nRequire: y\r\n",
			"420 ", "Unsupported: precondition, x, y\r\n"},
		{"INFO sip:100@h", FROM TO ID "CSeq: 1 INFO\r\n", "405 ", "Allow: INVITE, ACK, "},
		{"REGISTER sip:h", FROM TO ID "CSeq: 1 REGISTER\r\n", "405 ", "Allow: "},
		{"JUMP sip:100@h", FROM TO ID "CSeq: 1 JUMP\r\n", "501 ", ""},
		{"BYE sip:100@h", FROM TO ID "CSeq: 1 BYE\r\n", "481 ", ""},
		{"CANCEL sip:100@h", FROM TO ID "CSeq: 1 CANCEL\r\n", "481 ", ""},
		{"INVITE sip:100@h", FROM "To: <sip:100@h>;tag=gone\r\n" ID "CSeq: 1 INVITE\r\n", "481 ", ""},
		{"OPTIONS sip:h", FROM TO ID "CSeq: 1 OPTIONS\r\n", "200 ", "Accept: application/sdp, multipart/mixed, "},
		{"OPTIONS sip:100@h", FROM TO ID "CSeq: 1 OPTIONS\r\n", "200 ", "Supported: replaces, norefersub, 100rel, timer, 199\r\n"},
		{"OPTIONS sip:100@h", FROM TO ID "CSeq: 1 OPTIONS\r\nMax-Forwards: 0\r\n", "200 ", "Allow: "},
		{"OPTIONS sip:9@h", FROM TO ID "CSeq: 1 OPTIONS\r\n", "404 ", ""},
	};
	char start[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *response;

		request(rows[i].line, rows[i].rest);
		response = bed_receive();
		snprintf(start, sizeof(start), "SIP/2.0 %s", rows[i].status);
		assert_starts(response, start);
		assert_has(response, rows[i].has);
		assert_has(response, "Server: tipring\r\n");
	}
	bed_quiet();
	bed_heard_nothing();
}

static void test_content_that_we_cannot_read_is_refused_415(void **state)
{
	static const char *const rows[] = {
		"Content-Type: text/plain\r\n",
		"Content-Type: application/sdp\r\nContent-Encoding: gzip\r\n",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *response;

		bed_send("INVITE sip:100@h SIP/2.0\r\n" VIA FROM TO ID "CSeq: 1 INVITE\r\n%sContent-Length: 4\r\n"
			"\r\nbody", bed.peer_port, ++branch, rows[i]);
		response = bed_receive();
		assert_starts(response, "SIP/2.0 415 ");
		assert_has(response, "Accept: application/sdp, multipart/mixed, ");
	}
	bed_send("INVITE sip:100@h SIP/2.0\r\n" VIA FROM TO ID "CSeq: 1 INVITE\r\nContent-Type: multipart/mixed;boundary=x\r\n"
		"Content-Length: 4\r\n\r\nbody", bed.peer_port, ++branch);
	assert_starts(bed_receive(), "SIP/2.0 400 Bad Multipart Body");
}

/* What a server may put beside the session description, and what it says of that. */
static void invite_beside(const char *disposition)
{
	static unsigned call;
	char id[16], headers[128], body[1024];

	snprintf(id, sizeof(id), "parts%u", ++call);
	snprintf(headers, sizeof(headers), "Contact: <sip:h>\r\nMIME-Version: 1.0\r\n");
	snprintf(body, sizeof(body), "--=_9\r\nContent-Type: application/vnd.3gpp.cw+xml\r\n%s\r\n<ims-cw/>\r\n"
		"--=_9\r\nContent-Type: application/sdp\r\n\r\n" SDP(5006) "\r\n--=_9--\r\n", disposition);
	bed_send("INVITE sip:100@h SIP/2.0\r\n" VIA FROM TO "Call-ID: %s\r\nCSeq: 1 INVITE\r\n%s"
		"Content-Type: multipart/mixed;boundary=\"=_9\"\r\nContent-Length: %zu\r\n\r\n%s", bed.peer_port, ++branch, id,
		headers, strlen(body), body);
}

static void test_a_session_description_may_be_one_of_many_parts(void **state)
{
	struct ua_sdp offer, answer;

	(void)state;
	invite_beside("");
	assert_starts(bed_receive(), "SIP/2.0 415 ");
	invite_beside("Content-Disposition: render;handling=required\r\n");
	assert_starts(bed_receive(), "SIP/2.0 415 ");
	invite_beside("Content-Disposition: render;handling=optional\r\n");
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 200 \"\" offering 192.0.2.1:5006");
	assert_int_equal(ua_sdp_parse(&offer, SDP(5006), strlen(SDP(5006))), 0);
	assert_int_equal(ua_sdp_answer(&answer, &offer, &bed.local), 0);
	assert_int_equal(ua_invite_answer(bed.invite, &answer), 0);
	assert_has(bed_receive(), "m=audio ");
}

static void test_a_body_that_need_not_be_understood_is_none(void **state)
{
	(void)state;
	bed_send("INVITE sip:100@h SIP/2.0\r\n" VIA FROM TO "Call-ID: icon\r\nCSeq: 1 INVITE\r\nContact: <sip:h>\r\n"
		"Content-Type: image/png\r\nContent-Disposition: icon;handling=optional\r\nContent-Length: 4\r\n\r\nbody",
		bed.peer_port, ++branch);
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 200 \"\" offering nothing");
}

static void test_what_nobody_could_answer_is_dropped_and_counted(void **state)
{
	static const char *const rows[] = {
		"INVITE sip:100@h SIP/2.0\r\n" FROM TO ID "CSeq: 1 INVITE\r\n\r\n",
		"hello there, this is no SIP\r\n\r\n",
		"INVITE sip:100@h SIP/2.0\r\nVia SIP\r\n\r\n",
		"INVITE sip:100@h SIP/7.0\r\n" FROM TO ID "CSeq: 1 INVITE\r\n\r\n",
		"SIP/2.0 200 OK\r\n" FROM TO ID "CSeq: 1 INVITE\r\n\r\n",
		"SIP/2.0 200 OK\r\n\r\n",
		"ACK sip:100@h SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKq\r\n\r\n",
		"\r\n\r\n",
		"",
	};
	struct ua_agent_counts before, after;

	(void)state;
	ua_agent_counts_get(bed.agent, &before);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		bed_send("%s", rows[i]);
	bed_quiet();
	ua_agent_counts_get(bed.agent, &after);
	assert_int_equal(after.refused_malformed - before.refused_malformed, 5);
}

static void test_an_ack_that_belongs_nowhere_is_dropped(void **state)
{
	(void)state;
	request("ACK sip:100@h", FROM "To: <sip:100@h>;tag=gone\r\n" ID "CSeq: 1 ACK\r\n");
	request("ACK sip:100@h", FROM TO ID "CSeq: 1 ACK\r\n");
	bed_quiet();
}

static void test_the_called_user_is_unescaped(void **state)
{
	(void)state;
	bed_send("INVITE sip:%%31%%30%%30@h SIP/2.0\r\n" VIA "From: sip:h;tag=1\r\nTo: <sip:%%2A100@h>\r\n" ID
		"CSeq: 1 INVITE\r\nContact: <sip:h>\r\n\r\n", bed.peer_port, ++branch);
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("incoming *100 from  \"\" offering nothing");
	ua_invite_reject(bed.invite, 600, "Busy Everywhere");
	assert_starts(bed_receive(), "SIP/2.0 600 ");
}

static void test_a_call_goes_to_the_account_that_it_was_sent_to(void **state)
{
	(void)state;
	bed_call();
	ua_invite_end(bed.invite, 0); /* and it still waits for its end */
	ua_account_free(bed.account);
	bed_invite("a", "Contact: <sip:h>\r\n", SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 404 ");
}

static void test_the_address_must_be_ours_and_free(void **state)
{
	struct ua_agent_config config = {"127.0.0.1", bed.agent_port, "tipring"};
	struct ua_agent *agent;

	(void)state;
	assert_int_equal(ua_agent_alloc(&agent, &config, NULL, NULL), EADDRINUSE);
	config = (struct ua_agent_config){"192.0.2.77", 0, "tipring"};
	assert_int_equal(ua_agent_alloc(&agent, &config, NULL, NULL), EADDRNOTAVAIL);
	config.local_addr = "localhost";
	assert_int_equal(ua_agent_alloc(&agent, &config, NULL, NULL), EINVAL);
	config.local_addr = "[::1]";
	assert_int_equal(ua_agent_alloc(&agent, &config, NULL, NULL), EINVAL);
	assert_in_range(ua_agent_receive_buffer(bed.agent), 4096, 1 << 30);
}

static void on_trace(bool sent, const char *peer, const char *text, size_t length, void *arg)
{
	size_t *seen = arg;

	assert_non_null(strchr(peer, ':'));
	assert_true(length > 4 && !memcmp(text, sent ? "SIP/" : "OPTI", 4));
	seen[sent]++;
}

static void test_a_trace_sees_both_ways(void **state)
{
	size_t seen[2] = {0, 0};

	(void)state;
	ua_agent_trace(bed.agent, on_trace, seen);
	request("OPTIONS sip:h", FROM TO ID "CSeq: 1 OPTIONS\r\n");
	bed_receive();
	ua_agent_trace(bed.agent, NULL, NULL);
	request("OPTIONS sip:h", FROM TO ID "CSeq: 1 OPTIONS\r\n");
	bed_receive();
	assert_int_equal(seen[0], 1);
	assert_int_equal(seen[1], 1);
}

static void test_libres_timers_run_on_the_monotonic_clock(void **state)
{
	struct timespec now;
	int64_t ms, jiffies;

	(void)state;
	ua_interpose_stop_clock(false);
	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	jiffies = (int64_t)tmr_jiffies();
	assert_in_range(jiffies - ms, 0, 1000);
	ua_interpose_skip(86400000);
	assert_in_range((int64_t)tmr_jiffies() - jiffies, 86400000, 86401000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_libres_timers_run_on_the_monotonic_clock), /* first: before time was moved */
		bed_test(test_what_must_not_pass_is_refused_as_the_rfc_says),
		bed_test(test_content_that_we_cannot_read_is_refused_415),
		bed_test(test_a_session_description_may_be_one_of_many_parts),
		bed_test(test_a_body_that_need_not_be_understood_is_none),
		bed_test(test_what_nobody_could_answer_is_dropped_and_counted),
		bed_test(test_an_ack_that_belongs_nowhere_is_dropped),
		bed_test(test_the_called_user_is_unescaped),
		bed_test(test_a_call_goes_to_the_account_that_it_was_sent_to),
		bed_test(test_the_address_must_be_ours_and_free),
		bed_test(test_a_trace_sees_both_ways),
	};

	return cmocka_run_group_tests_name("sip agent", tests, NULL, NULL);
}
