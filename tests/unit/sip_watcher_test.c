/* SPDX-License-Identifier: BSD-3-Clause */
/* Who watches the account's telephone, and asking whether somebody could take a call; against a peer of plain text. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sip/dialog_info.h"
#include "sip/probe.h"
#include "sip/subscription.h"
#include "tests/unit/sip_peer.h"

#define DIALOG "Event: dialog\r\n"

static void subscribe_in(const char *id, const char *to, unsigned cseq, const char *headers)
{
	bed_send("SUBSCRIBE sip:100@%s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s%u;rport\r\n"
		"From: <sip:200@example.org>;tag=w%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u SUBSCRIBE\r\n"
		"Contact: <sip:200@127.0.0.1:%u>\r\nMax-Forwards: 70\r\n%sContent-Length: 0\r\n\r\n",
		bed.host, bed.peer_port, id, cseq, id, to, id, cseq, bed.peer_port, headers);
}

static void subscribe(const char *id, const char *headers)
{
	subscribe_in(id, "<sip:100@example.org>", 1, headers);
}

/* The next NOTIFY that is no repetition. */
static const char *notify(void)
{
	return bed_receive_new("NOTIFY ");
}

static void says(const char *request, bool busy)
{
	bool said = !busy;

	assert_string_equal(header(request, "Content-Type"), "application/dialog-info+xml");
	assert_int_equal(ua_dialog_info_parse(&said, body_of(request), strlen(body_of(request))), 0);
	assert_int_equal(said, busy);
}

static void accept_notify(const char *request)
{
	bed_reply(request, 200, "OK", NULL, "", "");
	bed_quiet();
}

/* Returns the 200. */
static const char *start(const char *id)
{
	const char *ok;

	ua_account_busy_set(bed.account, false);
	subscribe(id, DIALOG "Expires: 600\r\n");
	ok = bed_receive();
	assert_starts(ok, "SIP/2.0 200 OK\r\n");
	assert_has(ok, "Expires: 600\r\n");
	return ok;
}

static void test_a_watcher_is_told_at_once_and_at_each_change(void **state)
{
	const char *request;

	(void)state;
	start("s1");
	request = notify();
	says(request, false);
	assert_starts(request, "NOTIFY sip:200@127.0.0.1:");
	assert_has(request, DIALOG);
	assert_has(request, "Subscription-State: active;expires=");
	assert_has(request, "version=\"0\" state=\"full\" entity=\"sip:100@example.org\"");
	accept_notify(request);
	bed_advance(1000);
	ua_account_busy_set(bed.account, true);
	request = notify();
	says(request, true);
	assert_has(request, "version=\"1\"");
	accept_notify(request);
	ua_account_busy_set(bed.account, true);
	bed_quiet();
}

static void test_one_notify_a_second_tells_the_last_state(void **state)
{
	const char *request;

	(void)state;
	start("s1");
	accept_notify(notify());
	for (unsigned i = 0; i < 9; i++)
		ua_account_busy_set(bed.account, i % 2 == 0);
	bed_advance(900);
	bed_quiet();
	bed_advance(200);
	request = notify();
	says(request, true);
	accept_notify(request);
	ua_account_busy_set(bed.account, false);
	ua_account_busy_set(bed.account, true);
	bed_advance(1100);
	bed_quiet();
}

static void test_a_notify_waits_for_the_answer_to_the_last(void **state)
{
	const char *request;

	(void)state;
	start("s1");
	request = notify();
	ua_account_busy_set(bed.account, true);
	bed_advance(1100);
	assert_string_equal(header(bed_receive(), "CSeq"), header(request, "CSeq")); /* the repetition */
	bed_quiet();
	bed_reply(request, 200, "OK", NULL, "", "");
	says(notify(), true);
}

static void test_who_does_not_want_to_know_is_not_told(void **state)
{
	(void)state;
	start("s1");
	bed_reply(notify(), 481, "Subscription Does Not Exist", NULL, "", "");
	bed_quiet();
	bed_advance(1100);
	ua_account_busy_set(bed.account, true);
	bed_quiet();
}

static void test_a_challenge_is_answered(void **state)
{
	const char *request;

	(void)state;
	start("s1");
	bed_reply(notify(), 407, "Proxy Authentication Required", NULL,
		"Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n1\"\r\n", "");
	request = notify();
	assert_has(request, "nonce=\"n1\"");
	assert_has(request, "version=\"1\"");
	accept_notify(request);
	bed_advance(1000);
	ua_account_busy_set(bed.account, true);
	assert_has(notify(), "version=\"2\""); /* one that is not newer would be passed over (RFC 4235 s4.3) */
}

static void test_who_subscribes_again_is_told_though_nothing_changed_in_the_end(void **state)
{
	const char *ok = start("s1");

	(void)state;
	accept_notify(notify());
	subscribe_in("s1", header(ok, "To"), 2, DIALOG "Expires: 600\r\n");
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	ua_account_busy_set(bed.account, true);
	ua_account_busy_set(bed.account, false);
	bed_advance(1000);
	says(notify(), false);
}

static void test_it_expires(void **state)
{
	const char *request;

	(void)state;
	start("s1");
	accept_notify(notify());
	bed_advance(600000);
	request = notify();
	assert_has(request, "Subscription-State: terminated;reason=timeout\r\n");
	accept_notify(request);
	ua_account_busy_set(bed.account, true);
	bed_quiet();
}

static void test_it_is_refreshed_and_taken_back(void **state)
{
	const char *ok = start("s1"), *request;

	(void)state;
	accept_notify(notify());
	bed_advance(500000);
	subscribe_in("s1", header(ok, "To"), 2, DIALOG "Expires: 600\r\n");
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	accept_notify(notify());
	bed_advance(500000);
	bed_quiet();
	subscribe_in("s1", header(ok, "To"), 2, DIALOG "Expires: 601\r\n");
	bed_receive(); /* the transaction's own answer to the same branch, or 500 */
	subscribe_in("s1", header(ok, "To"), 3, "Event: presence\r\n");
	assert_starts(bed_receive(), "SIP/2.0 489 ");
	subscribe_in("s1", header(ok, "To"), 4, DIALOG "Expires: 0\r\n");
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	request = notify();
	assert_has(request, "Subscription-State: terminated;reason=timeout\r\n");
	accept_notify(request);
	subscribe_in("s1", header(ok, "To"), 5, DIALOG);
	assert_starts(bed_receive(), "SIP/2.0 481 ");
}

static void test_a_single_look(void **state)
{
	const char *request;

	(void)state;
	ua_account_busy_set(bed.account, true);
	subscribe("s1", DIALOG "Expires: 0\r\n");
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	request = notify();
	says(request, true);
	assert_has(request, "Subscription-State: terminated");
	accept_notify(request);
}

static void test_what_is_not_granted(void **state)
{
	static const struct {
		const char *headers, *status, *has;
	} rows[] = {
		{"Event: presence\r\n", "SIP/2.0 489 ", "Allow-Events: dialog\r\n"},
		{"", "SIP/2.0 489 ", "Allow-Events: dialog\r\n"},
		{DIALOG "Expires: 59\r\n", "SIP/2.0 423 ", "Min-Expires: 60\r\n"},
		{DIALOG "Expires: 99999999999\r\n", "SIP/2.0 200 ", "Expires: 3600\r\n"},
	};
	char id[8];

	(void)state;
	subscribe("s0", DIALOG);
	assert_starts(bed_receive(), "SIP/2.0 489 "); /* nobody told us yet */
	ua_account_busy_set(bed.account, false);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *answer;

		snprintf(id, sizeof(id), "r%u", i);
		subscribe(id, rows[i].headers);
		answer = bed_receive();
		assert_starts(answer, rows[i].status);
		assert_has(answer, rows[i].has);
	}
}

static void test_watchers_are_counted(void **state)
{
	char id[8];

	(void)state;
	ua_account_busy_set(bed.account, false);
	for (unsigned i = 0; i < UA_WATCHERS_OF_ACCOUNT; i++) {
		snprintf(id, sizeof(id), "c%u", i);
		subscribe(id, DIALOG);
		assert_starts(bed_receive(), "SIP/2.0 200 ");
		accept_notify(notify());
	}
	subscribe("more", DIALOG);
	assert_has(bed_receive(), "Retry-After: 60\r\n");
}

/* From another address of this machine. */
static void test_strangers_may_not_watch(void **state)
{
	struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons(bed.agent_port)};
	static const char request[] = "SUBSCRIBE sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.2:5;branch=z9hG4bKq;rport\r\n"
		"From: <sip:x@y>;tag=x\r\nTo: <sip:100@example.org>\r\nCall-ID: q\r\nCSeq: 1 SUBSCRIBE\r\n"
		"Contact: <sip:x@127.0.0.2>\r\n" DIALOG "Content-Length: 0\r\n\r\n";
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char answer[1024] = "";

	(void)state;
	inet_pton(AF_INET, "127.0.0.2", &from.sin_addr);
	inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
	ua_account_busy_set(bed.account, false);
	assert_int_equal(sendto(fd, request, strlen(request), 0, (struct sockaddr *)&to, sizeof(to)), (int)strlen(request));
	bed_quiet();
	assert_true(recv(fd, answer, sizeof(answer) - 1, MSG_DONTWAIT) > 0);
	assert_starts(answer, "SIP/2.0 403 ");
	close(fd);
}

/* Another line's SUBSCRIBE comes from there, and passes no server. */
static void test_our_own_address_may_watch(void **state)
{
	const struct ua_account_config config = {
		.user = "100", .domain = "example.org", .server_addr = "127.0.0.3", .server_port = 5060, .password = "", .expires_s = 600,
	};

	(void)state;
	ua_account_free(bed.account);
	assert_int_equal(ua_account_alloc(&bed.account, bed.agent, &config, NULL, NULL), 0);
	ua_account_busy_set(bed.account, false);
	subscribe("own", DIALOG);
	assert_starts(bed_receive(), "SIP/2.0 200 ");
}

static void on_probe(unsigned status, void *arg)
{
	(void)arg;
	bed_say("probe %u", status);
}

static void on_own(struct ua_subscription *subscription, const struct ua_notice *notice, void *arg)
{
	bool busy;

	(void)subscription;
	(void)arg;
	assert_int_equal(ua_dialog_info_parse(&busy, notice->body, notice->length), 0);
	bed_say("line is %s", busy ? "busy" : "free");
}

/* Between two accounts of the agent no server hears of it. */
static void test_one_line_watches_another_past_every_server(void **state)
{
	static const struct ua_subscription_handlers handlers = {on_own, NULL};
	const struct ua_account_config config = {
		.user = "101", .domain = "example.org", .server_addr = "127.0.0.3", .server_port = 5060, .password = "", .expires_s = 600,
	};
	const struct ua_subscribe_to to = {
		.user = "12", .account = bed.account, .event = UA_DIALOG, .accept = UA_DIALOG_TYPE, .expires_s = 600,
	};
	struct ua_subscription *subscription;
	struct ua_account *other;
	struct ua_probe *probe;

	(void)state;
	assert_int_equal(ua_account_alloc(&other, bed.agent, &config, NULL, NULL), 0);
	ua_account_busy_set(bed.account, true);
	assert_int_equal(ua_subscription_begin(&subscription, other, &to, 0, &handlers, NULL), 0);
	bed_heard("line is busy");
	assert_int_equal(ua_probe_send(&probe, other, "12", bed.account, on_probe, NULL), 0);
	bed_heard("probe 486");
	bed_advance(1100);
	ua_account_busy_set(bed.account, false);
	bed_heard("line is free");
	ua_subscription_end(subscription);
	bed_quiet();
	bed_advance(1100);
	ua_account_busy_set(bed.account, true);
	bed_heard_nothing();
	ua_account_free(other);
}

static void test_options_are_answered_as_a_call_would_be(void **state)
{
	static const char options[] = "OPTIONS sip:100@%s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKo%u;rport\r\n"
		"From: <sip:x@y>;tag=x\r\nTo: <sip:100@example.org>\r\nCall-ID: o%u\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		ua_account_busy_set(bed.account, i == 1);
		bed_send(options, bed.host, bed.peer_port, i, i);
		assert_starts(bed_receive(), i == 1 ? "SIP/2.0 486 " : "SIP/2.0 200 ");
	}
}

/* ---- asking others ---- */

static struct ua_probe *ask(void)
{
	struct ua_probe *probe;

	assert_int_equal(ua_probe_send(&probe, bed.account, "200", NULL, on_probe, NULL), 0);
	return probe;
}

static void test_somebody_is_asked(void **state)
{
	const char *request;

	(void)state;
	ask();
	request = bed_receive();
	assert_starts(request, "OPTIONS sip:200@example.org SIP/2.0\r\n");
	bed_reply(request, 486, "Busy Here", "x", "", "");
	bed_heard("probe 486");
	ask();
	bed_reply(bed_receive(), 407, "Proxy Authentication Required", "x",
		"Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n1\"\r\n", "");
	request = bed_receive();
	assert_has(request, "nonce=\"n1\"");
	bed_reply(request, 200, "OK", "x", "", "");
	bed_heard("probe 200");
	ua_probe_cancel(ask());
	bed_receive();
	bed_heard_nothing();
	ask();
	bed_receive();
	bed_advance(32100);
	bed_heard("probe 408");
}

static void test_nobody_is_asked_for_no_number(void **state)
{
	struct ua_probe *probe;

	(void)state;
	assert_int_equal(ua_probe_send(&probe, bed.account, "", NULL, on_probe, NULL), EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_a_watcher_is_told_at_once_and_at_each_change),
		bed_test(test_one_notify_a_second_tells_the_last_state),
		bed_test(test_a_notify_waits_for_the_answer_to_the_last),
		bed_test(test_who_does_not_want_to_know_is_not_told),
		bed_test(test_a_challenge_is_answered),
		bed_test(test_it_expires),
		bed_test(test_it_is_refreshed_and_taken_back),
		bed_test(test_who_subscribes_again_is_told_though_nothing_changed_in_the_end),
		bed_test(test_a_single_look),
		bed_test(test_what_is_not_granted),
		bed_test(test_watchers_are_counted),
		bed_test(test_strangers_may_not_watch),
		bed_test(test_our_own_address_may_watch),
		bed_test(test_one_line_watches_another_past_every_server),
		bed_test(test_options_are_answered_as_a_call_would_be),
		bed_test(test_somebody_is_asked),
		bed_test(test_nobody_is_asked_for_no_number),
	};

	return cmocka_run_group_tests_name("sip watcher", tests, NULL, NULL);
}
