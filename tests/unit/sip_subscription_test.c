/* SPDX-License-Identifier: BSD-3-Clause */
/* Subscribing to the account's mailbox at a server of plain text, and NOTIFYs that nobody subscribed to. */
#include "sip/subscription.h"
#include "tests/unit/sip_peer.h"

#define BODY "Messages-Waiting: yes\r\n"

static struct ua_subscription *subscription;
static bool ends_in_handler, frees_in_handler;

static void on_notified(struct ua_subscription *from, const struct ua_notice *notice, void *arg)
{
	(void)arg;
	assert_ptr_equal(from, subscription);
	assert_int_equal(strlen(notice->body), notice->length);
	bed_say("notified %s", notice->body);
	if (ends_in_handler) {
		ua_subscription_end(subscription);
		subscription = NULL;
	}
	if (frees_in_handler)
		bed_close_agent();
}

static void on_changed(struct ua_subscription *from, enum ua_subscription_state state, unsigned status, const char *reason,
	void *arg)
{
	static const char *const names[] = {"trying", "active", "pending", "failed", "refused"};

	(void)from;
	(void)arg;
	bed_say("%s %u %s", names[state], status, reason);
}

static const struct ua_subscription_handlers handlers = {on_notified, on_changed};

static void begin(void)
{
	const struct ua_subscribe_to to = {
		.event = "message-summary", .accept = "application/simple-message-summary", .expires_s = 3600,
	};

	ends_in_handler = frees_in_handler = false;
	assert_int_equal(ua_subscription_begin(&subscription, bed.account, &to, 0, &handlers, NULL), 0);
}

/* The next SUBSCRIBE that is no repetition. */
static const char *subscribe(void)
{
	return bed_receive_new("SUBSCRIBE ");
}

static void accept_for(const char *request, unsigned expires_s)
{
	char text[64];

	snprintf(text, sizeof(text), "Expires: %u\r\n", expires_s);
	bed_reply(request, 200, "OK", "srv", text, "");
	bed_quiet();
}

/* In the dialog that the SUBSCRIBE began. state: "active;expires=60"; headers: whole lines. free it. */
static char *notify_text(const char *request, const char *tag, unsigned cseq, const char *state, const char *headers, const char *body)
{
	char *text;
	int length = asprintf(&text, "NOTIFY sip:100@%s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bKn%u%s%s;rport\r\n"
		"From: <sip:100@example.org>;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u NOTIFY\r\n"
		"Contact: <sip:mwi@127.0.0.1:%u>\r\nMax-Forwards: 70\r\nSubscription-State: %s\r\n%sContent-Length: %zu\r\n\r\n%s",
		bed.host, bed.peer_port, cseq, tag, header(request, "Call-ID"), tag, header(request, "From"), header(request, "Call-ID"), cseq,
		bed.peer_port, state, headers, strlen(body), body);

	assert_true(length > 0);
	return text;
}

static void notify_from(const char *request, const char *tag, unsigned cseq, const char *state, const char *headers, const char *body)
{
	char *text = notify_text(request, tag, cseq, state, headers, body);

	bed_send("%s", text);
	free(text);
}

#define SUMMARY "Event: message-summary\r\nContent-Type: application/simple-message-summary\r\n"

static void notify(const char *request, unsigned cseq, const char *state)
{
	notify_from(request, "srv", cseq, state, SUMMARY, BODY);
}

static const char *start(void)
{
	const char *request;

	begin();
	request = subscribe();
	accept_for(request, 3600);
	notify(request, 1, "active;expires=3600");
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	bed_heard("active 200 OK");
	bed_heard("notified " BODY);
	return request;
}

static void test_it_begins_with_the_first_notify(void **state)
{
	const char *request;

	(void)state;
	begin();
	request = subscribe();
	assert_starts(request, "SUBSCRIBE sip:100@example.org SIP/2.0\r\n");
	assert_has(request, "Event: message-summary\r\n");
	assert_has(request, "Accept: application/simple-message-summary\r\n");
	assert_has(request, "Expires: 3600\r\n");
	assert_has(request, "To: <sip:100@example.org>\r\n");
	accept_for(request, 3600);
	bed_heard_nothing();
	notify(request, 1, "active;expires=3600");
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	bed_heard("active 200 OK");
	bed_heard("notified " BODY);
}

static void test_a_notify_before_the_2xx_counts(void **state)
{
	const char *request;

	(void)state;
	begin();
	request = subscribe();
	notify(request, 1, "pending");
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	bed_heard("pending 200 OK");
	bed_heard("notified " BODY);
	accept_for(request, 120);
	bed_advance(90000);
	assert_has(subscribe(), "To: <sip:100@example.org>;tag=srv\r\n");
}

static void test_it_is_refreshed_in_its_dialog_before_it_expires(void **state)
{
	const char *first, *again;

	(void)state;
	first = start();
	bed_advance(2400000);
	bed_quiet();
	bed_advance(300000);
	again = subscribe();
	assert_starts(again, "SUBSCRIBE sip:mwi@127.0.0.1:");
	assert_string_equal(header(again, "Call-ID"), header(first, "Call-ID"));
	accept_for(again, 600);
	bed_advance(450000);
	subscribe();
	bed_heard_nothing();
}

static void test_a_challenge_is_answered_and_a_wrong_password_is_not_shown_over_and_over(void **state)
{
	static const char first[] = "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n1\"\r\n";
	static const char second[] = "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n2\"\r\n";
	const char *request;

	(void)state;
	begin();
	bed_reply(subscribe(), 407, "Proxy Authentication Required", "srv", first, "");
	request = subscribe();
	assert_has(request, "nonce=\"n1\"");
	bed_reply(request, 407, "Proxy Authentication Required", "srv", second, "");
	bed_heard("refused 407 Proxy Authentication Required");
	bed_advance(3500000);
	bed_quiet();
	bed_advance(500000);
	subscribe();
}

static void test_a_longer_time_is_asked_for_when_it_was_too_brief(void **state)
{
	const char *request;

	(void)state;
	begin();
	bed_reply(subscribe(), 423, "Interval Too Brief", "srv", "Min-Expires: 7200\r\n", "");
	request = subscribe();
	assert_has(request, "Expires: 7200\r\n");
	bed_reply(request, 423, "Interval Too Brief", "srv", "Min-Expires: 7200\r\n", "");
	bed_heard("failed 423 Interval Too Brief");
}

static void test_what_it_does_not_know_is_asked_for_again_after_an_hour(void **state)
{
	static const struct {
		unsigned status;
		const char *word;
	} rows[] = {{489, "refused 489 Said"}, {403, "refused 403 Said"}, {404, "refused 404 Said"}, {501, "refused 501 Said"}};

	(void)state;
	begin();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bed_reply(subscribe(), rows[i].status, "Said", "srv", "", "");
		bed_heard(rows[i].word);
		bed_advance(3599000);
		bed_quiet();
		bed_advance(361000);
		bed_heard("trying 0 ");
	}
}

static void test_failures_are_tried_again_ever_less_often(void **state)
{
	static const unsigned pauses_s[] = {30, 60, 120, 240, 480, 960, 1800, 1800};

	(void)state;
	begin();
	for (size_t i = 0; i < sizeof(pauses_s) / sizeof(pauses_s[0]); i++) {
		bed_reply(subscribe(), 503, "Service Unavailable", "srv", "", "");
		bed_heard("failed 503 Service Unavailable");
		bed_advance(pauses_s[i] * 1000 - 100);
		bed_quiet();
		bed_advance(pauses_s[i] * 100 + 200);
		bed_heard("trying 0 ");
	}
}

static void test_retry_after_is_heeded(void **state)
{
	(void)state;
	begin();
	bed_reply(subscribe(), 500, "Server Internal Error", "srv", "Retry-After: 600\r\n", "");
	bed_heard("failed 500 Server Internal Error");
	bed_advance(599000);
	bed_quiet();
	bed_advance(62000);
	subscribe();
}

static void test_nobody_answers(void **state)
{
	(void)state;
	begin();
	subscribe();
	bed_advance(32100);
	bed_heard("failed 408 Request Timeout");
}

static void test_no_notify_comes(void **state)
{
	(void)state;
	begin();
	accept_for(subscribe(), 3600);
	bed_advance(31000);
	bed_heard_nothing();
	bed_advance(1100);
	bed_heard("failed 408 No NOTIFY Came");
}

static void test_a_server_that_forgot_it_is_asked_anew(void **state)
{
	const char *first = start(), *again;

	(void)state;
	bed_advance(100000);
	ua_subscription_renew(subscription);
	bed_reply(subscribe(), 481, "Subscription Does Not Exist", NULL, "", "");
	bed_heard("trying 0 Subscription Does Not Exist");
	again = subscribe();
	assert_string_not_equal(header(again, "Call-ID"), header(first, "Call-ID"));
	assert_starts(again, "SUBSCRIBE sip:100@example.org SIP/2.0\r\n");
	accept_for(again, 3600);
	notify(again, 1, "active");
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	bed_heard("active 200 OK");
	bed_heard("notified " BODY);
}

static void test_a_refresh_that_fails_leaves_it_until_it_expires(void **state)
{
	const char *request;

	(void)state;
	start();
	bed_advance(2700000);
	request = subscribe();
	bed_reply(request, 500, "Server Internal Error", NULL, "", "");
	bed_heard_nothing();
	bed_advance(33100);
	bed_reply(subscribe(), 500, "Server Internal Error", NULL, "Retry-After: 3000\r\n", "");
	bed_heard_nothing();
	bed_advance(900000);
	bed_heard("trying 0 Expired");
}

/* What a NOTIFY that ends it says, and when it is begun anew. */
static void end_it(const char *how, const char *word)
{
	const char *request;

	begin();
	request = subscribe();
	accept_for(request, 3600);
	notify(request, 1, "active");
	bed_receive();
	bed_heard("active 200 OK");
	bed_heard("notified " BODY);
	bed_advance(61000);
	notify_from(request, "srv", 2, how, "Event: message-summary\r\n", "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	bed_heard(word);
	bed_heard("notified ");
}

static void test_it_is_ended_by_the_server(void **state)
{
	static const struct {
		const char *how, *word;
		unsigned again_s;
	} rows[] = {
		{"terminated;reason=deactivated", "trying 0 deactivated", 0},
		{"terminated;reason=timeout", "trying 0 timeout", 0},
		{"terminated;reason=probation", "failed 0 probation", 30},
		{"terminated;reason=probation;retry-after=700", "failed 0 probation", 700},
		{"terminated;reason=giveup;retry-after=200", "failed 0 giveup", 200},
		{"terminated;reason=rejected", "refused 0 rejected", 3600},
		{"terminated;reason=noresource", "refused 0 noresource", 3600},
		{"terminated;reason=invariant", "refused 0 invariant", 3600},
		{"terminated;reason=unheard-of", "failed 0 unheard-of", 30},
		{"TERMINATED", "failed 0 ", 30},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		end_it(rows[i].how, rows[i].word);
		if (rows[i].again_s) {
			bed_advance(rows[i].again_s * 1000 - 100);
			bed_quiet();
			bed_advance(rows[i].again_s * 100 + 200);
			bed_heard("trying 0 ");
		}
		accept_for(subscribe(), 3600);
		ua_subscription_end(subscription);
		bed_quiet();
	}
}

static void test_a_server_that_ends_it_over_and_over_is_asked_less_often(void **state)
{
	const char *request = start();

	(void)state;
	notify(request, 2, "terminated;reason=deactivated");
	bed_receive();
	bed_heard("trying 0 deactivated");
	bed_heard("notified " BODY);
	request = subscribe();
	accept_for(request, 3600);
	notify(request, 1, "terminated;reason=deactivated");
	bed_receive();
	bed_heard("failed 0 deactivated");
	bed_heard("notified " BODY);
	bed_advance(59000);
	bed_quiet();
	bed_advance(7100);
	subscribe();
}

static void test_the_user_ends_it(void **state)
{
	const char *request = start(), *last;

	(void)state;
	ua_subscription_end(subscription);
	last = subscribe();
	assert_has(last, "Expires: 0\r\n");
	assert_string_equal(header(last, "Call-ID"), header(request, "Call-ID"));
	accept_for(last, 0);
	notify(request, 2, "terminated;reason=timeout");
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	notify(request, 3, "active");
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_heard_nothing();
}

static void test_the_user_ends_it_and_the_server_says_no_more(void **state)
{
	const char *request = start();

	(void)state;
	ua_subscription_end(subscription);
	accept_for(subscribe(), 0);
	notify(request, 2, "active;expires=3600"); /* changes nothing */
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	bed_advance(32100);
	bed_quiet();
	notify(request, 3, "active");
	assert_starts(bed_receive(), "SIP/2.0 481 ");
}

static void test_the_user_ends_it_before_it_began(void **state)
{
	const char *request;

	(void)state;
	begin();
	request = subscribe();
	ua_subscription_end(subscription);
	notify(request, 1, "active");
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_heard_nothing();
}

static void test_the_user_ends_it_in_a_handler(void **state)
{
	const char *request;

	(void)state;
	begin();
	ends_in_handler = true;
	request = subscribe();
	accept_for(request, 3600);
	notify(request, 1, "active");
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	bed_heard("active 200 OK");
	bed_heard("notified " BODY);
	assert_has(subscribe(), "Expires: 0\r\n");
}

static void test_the_agent_is_freed_in_a_handler(void **state)
{
	const char *request;

	(void)state;
	begin();
	frees_in_handler = true;
	request = subscribe();
	notify(request, 1, "active");
	bed_heard("active 200 OK");
	bed_heard("notified " BODY);
}

static void test_what_does_not_belong_to_it_is_refused(void **state)
{
	const char *request = start();

	(void)state;
	notify_from(request, "other", 2, "active", SUMMARY, BODY); /* another fork */
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	notify_from(request, "srv", 1, "active", SUMMARY, BODY);
	bed_receive(); /* the repetition of the first: answered again by its transaction */
	notify_from(request, "srv", 3, "active", "Event: presence\r\n", "");
	assert_has(bed_receive(), "Allow-Events: message-summary\r\n");
	notify_from(request, "srv", 4, "active", "Event: message-summary\r\nContent-Type: text/plain\r\n", "x");
	assert_has(bed_receive(), "Accept: application/simple-message-summary\r\n");
	notify_from(request, "srv", 5, "active", "", "");
	assert_starts(bed_receive(), "SIP/2.0 489 ");
	bed_heard_nothing();
	notify_from(request, "srv", 9, "active", SUMMARY, "a");
	assert_starts(bed_receive(), "SIP/2.0 200 ");
	bed_heard("notified a");
	notify_from(request, "srv", 8, "active", SUMMARY, "b");
	assert_starts(bed_receive(), "SIP/2.0 500 ");
	bed_heard_nothing();
}

static void test_a_body_that_is_too_large_is_refused(void **state)
{
	static char body[UA_NOTICE_MAX + 2];
	const char *request = start();

	(void)state;
	memset(body, 'x', UA_NOTICE_MAX + 1);
	notify_from(request, "srv", 2, "active", SUMMARY, body);
	assert_starts(bed_receive(), "SIP/2.0 413 ");
	bed_heard_nothing();
}

static void test_many_notifies_are_told_one_by_one(void **state)
{
	const char *request = start();

	(void)state;
	for (unsigned i = 2; i < 30; i++)
		notify_from(request, "srv", i, "active", SUMMARY, BODY);
	for (unsigned i = 2; i < 30; i++) {
		const char *answer = bed_receive();

		if (strncmp(answer, "SIP/2.0 200", 11))
			assert_starts(answer, "SIP/2.0 500");
		bed_heard("notified " BODY);
	}
	bed_heard_nothing();
}

/* Over TCP many may come at once, and nothing comes again: all are answered, and the newest is told. */
static void test_the_newest_of_many_that_come_at_once_is_told(void **state)
{
	const char *request;
	char *texts[3];

	(void)state;
	bed_tcp();
	request = start();
	texts[0] = notify_text(request, "srv", 2, "active", SUMMARY, BODY);
	texts[1] = notify_text(request, "srv", 3, "active", SUMMARY, "Messages-Waiting: no\r\n");
	texts[2] = notify_text(request, "srv", 4, "active", "Event: message-summary\r\n", ""); /* says nothing new */
	bed_send("%s%s%s", texts[0], texts[1], texts[2]);
	for (unsigned i = 0; i < 3; i++)
		free(texts[i]);
	for (unsigned i = 2; i <= 4; i++)
		assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	bed_heard("notified Messages-Waiting: no\r\n");
	bed_heard_nothing();
}

static void test_it_expires_soon_at_a_server_that_says_so(void **state)
{
	const char *request = start();

	(void)state;
	notify_from(request, "srv", 2, "active;expires=1", SUMMARY, BODY);
	bed_receive();
	bed_heard("notified " BODY);
	bed_advance(1100);
	bed_heard("trying 0 Expired");
	request = subscribe();
	accept_for(request, 3600);
	notify_from(request, "srv", 1, "active;expires=1", SUMMARY, BODY);
	bed_receive();
	bed_heard("active 200 OK");
	bed_heard("notified " BODY);
	bed_advance(1100);
	bed_heard("failed 0 Expired");
	bed_advance(29000);
	bed_quiet();
}

/* ---- unsolicited ---- */

static void on_notice(struct ua_account *account, const struct ua_notice *notice, void *arg)
{
	(void)arg;
	assert_ptr_equal(account, bed.account);
	bed_say("unsolicited %s", notice->body);
}

static char *unsolicited_text(const char *id, const char *user, const char *headers, const char *body)
{
	char *text;
	int length = asprintf(&text, "NOTIFY sip:%s@%s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%s;rport\r\nFrom: <sip:x@y>;tag=x\r\n"
		"To: <sip:100@example.org>\r\nCall-ID: %s\r\nCSeq: 1 NOTIFY\r\nContact: <sip:mwi@127.0.0.1:%u>\r\n"
		"Max-Forwards: 70\r\n%sContent-Length: %zu\r\n\r\n%s", user, bed.host, bed.peer_port, id, id, bed.peer_port,
		headers, strlen(body), body);

	assert_true(length > 0);
	return text;
}

static void unsolicited(const char *id, const char *user, const char *headers, const char *body)
{
	char *text = unsolicited_text(id, user, headers, body);

	bed_send("%s", text);
	free(text);
}

static void take_notices(void)
{
	assert_int_equal(ua_account_take_notices(bed.account, "message-summary", "application/simple-message-summary", on_notice,
		NULL), 0);
}

static void test_unsolicited_ones_are_taken_where_they_are_wanted(void **state)
{
	(void)state;
	unsolicited("u1", "100", "Subscription-State: active\r\n" SUMMARY, BODY);
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	take_notices();
	unsolicited("u2", "100", "Subscription-State: active\r\n" SUMMARY, BODY);
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	bed_heard("unsolicited " BODY);
	unsolicited("u3", "999", "Subscription-State: active\r\n" SUMMARY, BODY);
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	unsolicited("u4", "100", SUMMARY, BODY);
	assert_starts(bed_receive(), "SIP/2.0 400 ");
	unsolicited("u5", "100", "Subscription-State: active\r\nEvent: presence\r\n", "");
	assert_starts(bed_receive(), "SIP/2.0 489 ");
	assert_int_equal(ua_account_take_notices(bed.account, "message-summary", "application/simple-message-summary", NULL, NULL), 0);
	unsolicited("u6", "100", "Subscription-State: active\r\n" SUMMARY, BODY);
	assert_starts(bed_receive(), "SIP/2.0 481 ");
	bed_heard_nothing();
}

static void test_the_newest_of_many_unsolicited_ones_is_told(void **state)
{
	char *first, *second;

	(void)state;
	bed_tcp();
	(void)start(); /* for its connection */
	take_notices();
	first = unsolicited_text("u1", "100", "Subscription-State: active\r\n" SUMMARY, BODY);
	second = unsolicited_text("u2", "100", "Subscription-State: active\r\n" SUMMARY, "Messages-Waiting: no\r\n");
	bed_send("%s%s", first, second);
	free(first);
	free(second);
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	assert_starts(bed_receive(), "SIP/2.0 200 OK\r\n");
	bed_heard("unsolicited Messages-Waiting: no\r\n");
	bed_heard_nothing();
}

static void test_unsolicited_ones_from_elsewhere_are_refused(void **state)
{
	const struct ua_account_config config = {
		.user = "100", .domain = "example.org", .server_addr = "127.0.0.2", .server_port = 5060, .password = "", .expires_s = 600,
	};

	(void)state;
	ua_account_free(bed.account);
	assert_int_equal(ua_account_alloc(&bed.account, bed.agent, &config, NULL, NULL), 0);
	take_notices();
	unsolicited("u1", "100", "Subscription-State: active\r\n" SUMMARY, BODY);
	assert_starts(bed_receive(), "SIP/2.0 403 ");
	bed_heard_nothing();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_it_begins_with_the_first_notify),
		bed_test(test_a_notify_before_the_2xx_counts),
		bed_test(test_it_is_refreshed_in_its_dialog_before_it_expires),
		bed_test(test_a_challenge_is_answered_and_a_wrong_password_is_not_shown_over_and_over),
		bed_test(test_a_longer_time_is_asked_for_when_it_was_too_brief),
		bed_test(test_what_it_does_not_know_is_asked_for_again_after_an_hour),
		bed_test(test_failures_are_tried_again_ever_less_often),
		bed_test(test_retry_after_is_heeded),
		bed_test(test_nobody_answers),
		bed_test(test_no_notify_comes),
		bed_test(test_a_server_that_forgot_it_is_asked_anew),
		bed_test(test_a_refresh_that_fails_leaves_it_until_it_expires),
		bed_test(test_it_is_ended_by_the_server),
		bed_test(test_a_server_that_ends_it_over_and_over_is_asked_less_often),
		bed_test(test_the_user_ends_it),
		bed_test(test_the_user_ends_it_and_the_server_says_no_more),
		bed_test(test_the_user_ends_it_before_it_began),
		bed_test(test_the_user_ends_it_in_a_handler),
		bed_test(test_the_agent_is_freed_in_a_handler),
		bed_test(test_what_does_not_belong_to_it_is_refused),
		bed_test(test_a_body_that_is_too_large_is_refused),
		bed_test(test_many_notifies_are_told_one_by_one),
		bed_test(test_the_newest_of_many_that_come_at_once_is_told),
		bed_test(test_it_expires_soon_at_a_server_that_says_so),
		bed_test(test_unsolicited_ones_are_taken_where_they_are_wanted),
		bed_test(test_the_newest_of_many_unsolicited_ones_is_told),
		bed_test(test_unsolicited_ones_from_elsewhere_are_refused),
	};

	return cmocka_run_group_tests_name("sip subscription", tests, NULL, NULL);
}
