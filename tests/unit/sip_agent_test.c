/* SPDX-License-Identifier: BSD-3-Clause */
/* The gate, OPTIONS, and what the agent is made of, against a peer of plain text. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

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
		/* RFC 3261 s8.1.1: a request without To is malformed | 400 */
		{"INVITE sip:100@h", FROM ID "CSeq: 1 INVITE\r\n", "400 Missing To", ""},
		/* RFC 3261 s8.1.1: a request without From is malformed | 400 */
		{"INVITE sip:100@h", TO ID "CSeq: 1 INVITE\r\n", "400 Missing From", ""},
		/* RFC 3261 s8.1.1: a request without Call-ID is malformed | 400 */
		{"INVITE sip:100@h", FROM TO "CSeq: 1 INVITE\r\n", "400 Missing Call-ID", ""},
		/* RFC 3261 s8.1.1: a request without CSeq is malformed | 400 */
		{"INVITE sip:100@h", FROM TO ID, "400 Missing CSeq", ""},
		/* RFC 3261 s8.1.1.5: the method in CSeq is that of the request | another is refused 400 */
		{"INVITE sip:100@h", FROM TO ID "CSeq: 1 BYE\r\n", "400 CSeq", ""},
		/* RFC 3261 s8.1.1.8: an INVITE has a Contact | one without is refused 400 */
		{"INVITE sip:100@h", FROM TO ID "CSeq: 1 INVITE\r\n", "400 Bad Contact", ""},
		/* RFC 3261 s18.3: over UDP a body shorter than its Content-Length is refused 400 | it is */
		{"INVITE sip:100@h", FROM TO ID "CSeq: 1 INVITE\r\nContent-Length: 5\r\n", "400 Body", ""},
		{"INVITE sip:100@h", FROM TO ID "CSeq: 1 INVITE\r\nMax-Forwards: x\r\n", "400 Bad", ""},
		/* RFC 3261 s8.1.1.6: Max-Forwards 0 is refused 483 by who would go on | a call is */
		{"INVITE sip:100@h", FROM TO ID "CSeq: 1 INVITE\r\nMax-Forwards: 0\r\n", "483 ", ""},
		/* RFC 3261 s8.2.2.1: a user who is not here is refused 404 | it is */
		{"INVITE sip:999@h", FROM TO ID "CSeq: 1 INVITE\r\n", "404 ", ""},
		/* RFC 3261 s8.2.2.1: a scheme that is not understood is refused 416 | it is */
		{"INVITE sips:100@h", FROM TO ID "CSeq: 1 INVITE\r\n", "416 ", ""},
		/* RFC 3261 s8.2.2.3: unknown option tags in Require are refused 420 and named in Unsupported | all of them, of all Require headers */
		{"INVITE sip:100@h", FROM TO ID "CSeq: 1 INVITE\r\nRequire: precondition, 100rel, timer, replaces, x\r\nRequire: y\r\n",
			"420 ", "Unsupported: precondition, x, y\r\n"},
		/* RFC 3261 s8.2.1: a method that is not allowed is refused 405 with Allow | it is */
		{"MESSAGE sip:100@h", FROM TO ID "CSeq: 1 MESSAGE\r\n", "405 ", "Allow: INVITE, ACK, "},
		{"REGISTER sip:h", FROM TO ID "CSeq: 1 REGISTER\r\n", "405 ", "Allow: "},
		/* RFC 3261 s21.5.2: an unknown method is refused 501 | it is */
		{"JUMP sip:100@h", FROM TO ID "CSeq: 1 JUMP\r\n", "501 ", ""},
		/* RFC 3261 s15.1.2: a BYE without dialog is refused 481 | it is */
		{"BYE sip:100@h", FROM TO ID "CSeq: 1 BYE\r\n", "481 ", ""},
		/* RFC 3261 s9.2: a CANCEL that matches no transaction is refused 481 | it is */
		{"CANCEL sip:100@h", FROM TO ID "CSeq: 1 CANCEL\r\n", "481 ", ""},
		/* RFC 3261 s12.2.2: an INVITE with an unknown To tag is refused 481 | it is */
		{"INVITE sip:100@h", FROM "To: <sip:100@h>;tag=gone\r\n" ID "CSeq: 1 INVITE\r\n", "481 ", ""},
		/* RFC 3261 s11.2: the answer to OPTIONS says in Accept what can be read | it does */
		{"OPTIONS sip:h", FROM TO ID "CSeq: 1 OPTIONS\r\n", "200 ", "Accept: application/sdp, multipart/mixed, "},
		/* RFC 3261 s11.2: the answer to OPTIONS says in Supported which extensions are understood | all that we have */
		{"OPTIONS sip:100@h", FROM TO ID "CSeq: 1 OPTIONS\r\n", "200 ", "Supported: replaces, norefersub, 100rel, timer, 199\r\n"},
		/* RFC 3261 s11.2: OPTIONS with Max-Forwards 0 is answered by who gets it | it is */
		{"OPTIONS sip:100@h", FROM TO ID "CSeq: 1 OPTIONS\r\nMax-Forwards: 0\r\n", "200 ", "Allow: "},
		/* RFC 3261 s11.2: OPTIONS is answered as a call would be | 404 for an unknown user */
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
		/* RFC 3261 s8.2.3: content of a type or an encoding that is not understood is refused 415 | it is */
		assert_starts(response, "SIP/2.0 415 ");
		/* RFC 3261 s8.2.3: a 415 says in Accept what is understood | with what we can read */
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
	/* RFC 3261 s20.11: a part of a body must be understood unless handling=optional | 415 else */
	assert_starts(bed_receive(), "SIP/2.0 415 ");
	invite_beside("Content-Disposition: render;handling=required\r\n");
	assert_starts(bed_receive(), "SIP/2.0 415 ");
	invite_beside("Content-Disposition: render;handling=optional\r\n");
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	/* RFC 5621 s3: a description may be one of several parts | it is found in multipart/mixed */
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
	/* RFC 3261 s8.2.3: a body with handling=optional may be ignored | it is */
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
	/* RFC 3261 s18.1.2: what cannot be answered is dropped silently | and counted */
	assert_int_equal(after.refused_malformed - before.refused_malformed, 5);
}

static void test_an_ack_that_belongs_nowhere_is_dropped(void **state)
{
	(void)state;
	request("ACK sip:100@h", FROM "To: <sip:100@h>;tag=gone\r\n" ID "CSeq: 1 ACK\r\n");
	request("ACK sip:100@h", FROM TO ID "CSeq: 1 ACK\r\n");
	/* RFC 3261 s17: an ACK is never answered | it is dropped */
	bed_quiet();
}

/* From a port of its own behind an address translator, so that neither its Via nor its From says where it is. */
static void test_a_response_goes_back_to_where_its_request_came_from(void **state)
{
	struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET};
	socklen_t length = sizeof(from);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char text[1024], expected[64];
	ssize_t got;

	(void)state;
	from.sin_addr.s_addr = to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(bed.agent_port);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&from, &length), 0);
	snprintf(text, sizeof(text), "OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.66:5060;rport;branch=z9hG4bK-nat\r\n"
		FROM TO ID "CSeq: 1 OPTIONS\r\n\r\n");
	assert_true(sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof(to)) > 0);
	bed_quiet();
	got = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	/* RFC 3581 s4: with rport a response goes to the port that its request came from | it does */
	assert_true(got > 0);
	text[got] = '\0';
	snprintf(expected, sizeof(expected), ";rport=%u", ntohs(from.sin_port));
	/* RFC 3581 s4: rport in the response tells that port | it does */
	assert_has(header(text, "Via"), expected);
	/* RFC 3261 s18.2.1: received tells the address where the Via names another | it does */
	assert_has(header(text, "Via"), ";received=127.0.0.1");
	close(fd);
}

static void test_a_request_asks_for_its_own_port(void **state)
{
	(void)state;
	/* RFC 3581 s3: a client asks with rport to be answered where it sends from | every Via of ours has it */
	assert_has(header(bed_call(), "Via"), ";rport");
}

static void test_the_called_user_is_unescaped(void **state)
{
	(void)state;
	bed_send("INVITE sip:%%31%%30%%30@h SIP/2.0\r\n" VIA "From: sip:h;tag=1\r\nTo: <sip:%%2A100@h>\r\n" ID
		"CSeq: 1 INVITE\r\nContact: <sip:h>\r\n\r\n", bed.peer_port, ++branch);
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	/* RFC 3261 s19.1.4: escaped characters of a URI are what they stand for | %31 is 1 */
	bed_heard("incoming *100 from  \"\" offering nothing");
	ua_invite_reject(bed.invite, 600, "Busy Everywhere");
	assert_starts(bed_receive(), "SIP/2.0 600 ");
}

static void test_a_call_goes_to_the_account_that_it_was_sent_to(void **state)
{
	(void)state;
	bed_call();
	bed_end(0); /* and it still waits for its end */
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

static void test_all_sockets_keep_to_an_interface_that_is_there(void **state)
{
	struct ua_agent_config config = {"127.0.0.1", 0, "tipring", .interface = "nosuch0"};
	struct ua_agent *agent;

	(void)state;
	assert_int_equal(ua_agent_alloc(&agent, &config, NULL, NULL), ENODEV);
	config.interface = "lo";
	assert_int_equal(ua_agent_alloc(&agent, &config, NULL, NULL), 0);
	ua_agent_free(agent);
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
		bed_test(test_a_response_goes_back_to_where_its_request_came_from),
		bed_test(test_a_request_asks_for_its_own_port),
		bed_test(test_the_called_user_is_unescaped),
		bed_test(test_a_call_goes_to_the_account_that_it_was_sent_to),
		bed_test(test_the_address_must_be_ours_and_free),
		bed_test(test_all_sockets_keep_to_an_interface_that_is_there),
		bed_test(test_a_trace_sees_both_ways),
	};

	return cmocka_run_group_tests_name("sip agent", tests, NULL, NULL);
}
