/* SPDX-License-Identifier: BSD-3-Clause */
/* What a registrar tells of a registration by itself (RFC 3680), against a registrar of plain text. Time is moved. */
#include "tests/unit/sip_peer.h"

#define SETTLED_MS 10000
#define ROOT       "<?xml version=\"1.0\"?>\n<reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\" version=\"%u\" state=\"%s\">" \
	"<registration aor=\"sip:100@example.org\" id=\"a\" state=\"active\">%s</registration></reginfo>"
#define OTHERS     "<contact id=\"x\" state=\"terminated\" event=\"rejected\"><uri>sip:100@192.0.2.9:5060</uri></contact>"

static const char *subscribe; /* the last one */
static unsigned cseq, branch; /* of NOTIFY */

/* Whatever comes next. */
static const char *receive(const char *start)
{
	const char *message = bed_receive();

	assert_starts(message, start);
	if (!strncmp(message, "SUBSCRIBE ", 10))
		subscribe = message;
	return message;
}

static void accept_binding(void)
{
	char text[128];

	snprintf(text, sizeof(text), "Contact: <sip:100@127.0.0.1:%u>;expires=600\r\n", bed.agent_port);
	bed_reply(receive("REGISTER "), 200, "OK", "r", text, "");
	bed_heard("registration registered 200");
}

static void accept_subscription(void)
{
	bed_reply(receive("SUBSCRIBE "), 200, "OK", "s", "Expires: 3600\r\n", "");
}

static void notify_in(const char *state, const char *body)
{
	bed_send("NOTIFY sip:100@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%u\r\nMax-Forwards: 70\r\n"
		"From: %s;tag=s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %u NOTIFY\r\nContact: <sip:r@127.0.0.1:%u>\r\nEvent: reg\r\n"
		"Subscription-State: %s\r\nContent-Type: application/reginfo+xml\r\nContent-Length: %zu\r\n\r\n%s",
		bed.agent_port, bed.peer_port, ++branch, header(subscribe, "To"), header(subscribe, "From"),
		header(subscribe, "Call-ID"), cseq, bed.peer_port, state, strlen(body), body);
	cseq++;
	assert_starts(bed_receive(), "SIP/2.0 200 ");
}

static void notify(unsigned version, const char *state, const char *contacts)
{
	char body[2048];

	snprintf(body, sizeof(body), ROOT, version, state, contacts);
	notify_in("active;expires=3600", body);
}

/* Our Contact, as the registrar sees it. */
static const char *own(const char *attributes)
{
	static char text[512];

	snprintf(text, sizeof(text), "<contact id=\"1\" %s><uri>sip:100@127.0.0.1:%u</uri></contact>", attributes, bed.agent_port);
	return text;
}

#define ACTIVE own("state=\"active\" event=\"registered\"")

static void start(void)
{
	const struct ua_agent_config agent = {.local_addr = "127.0.0.1", .user_agent = "tipring"};
	const struct ua_account_config account = {
		.user = "100", .domain = "example.org", .server_addr = "127.0.0.1", .server_port = bed.peer_port, .password = "secret",
		.expires_s = 600, .reg_event = true,
	};

	cseq = 1;
	bed_agent_anew(&agent, &account);
	bed_register();
	accept_binding();
	accept_subscription();
	notify(0, "full", ACTIVE);
}

/* ... so long ago that what is told now is no answer to it. */
static void start_and_settle(void)
{
	start();
	bed_advance(SETTLED_MS);
}

static void registration_fails(unsigned version, const char *attributes)
{
	notify(version, "partial", own(attributes));
	bed_heard("registration failed 0");
}

static void registration_is_made_again(unsigned after_ms)
{
	bed_advance(after_ms);
	bed_heard("registration trying 0");
	accept_binding();
}

static void nothing_happens(unsigned ms)
{
	bed_advance(ms);
	bed_quiet();
	bed_heard_nothing();
}

static void test_the_account_subscribes_to_its_own_registrations(void **state)
{
	(void)state;
	start();
	/* RFC 3680 s4.1: the package is reg | Event: reg, of the own address of record, after it registered */
	assert_starts(subscribe, "SUBSCRIBE sip:100@example.org SIP/2.0\r\n");
	assert_string_equal(header(subscribe, "Event"), "reg");
	/* RFC 3680 s4.4: the usual time of a subscription is 3761 s | it is asked for */
	assert_string_equal(header(subscribe, "Expires"), "3761");
	/* RFC 3680 s4.5: application/reginfo+xml has to be understood | it is accepted */
	assert_string_equal(header(subscribe, "Accept"), "application/reginfo+xml");
	bed_heard_nothing();
	ua_account_unregister(bed.account);
	receive("SUBSCRIBE ");
	assert_string_equal(header(subscribe, "Expires"), "0");
	bed_reply(subscribe, 200, "OK", "s", "Expires: 0\r\n", "");
	bed_reply(receive("REGISTER "), 200, "OK", "r", "", "");
	bed_heard("registration none 200");
}

static void test_without_the_wish_nothing_is_asked(void **state)
{
	(void)state;
	bed_register();
	accept_binding();
	bed_quiet();
}

static void test_a_deactivated_registration_is_made_again_at_once(void **state)
{
	(void)state;
	start_and_settle();
	registration_fails(1, "state=\"terminated\" event=\"deactivated\"");
	bed_advance(500);
	/* RFC 3680 s4.7.1: deactivated: the user agent should register again at once | within half a second */
	bed_heard("registration trying 0");
	accept_binding();
	receive("SUBSCRIBE "); /* refreshed, since the server may have forgotten it too */
}

static void test_a_registration_that_is_deactivated_each_time_is_not_made_over_and_over(void **state)
{
	(void)state;
	start();
	registration_fails(1, "state=\"terminated\" event=\"deactivated\"");
	bed_advance(8000);
	bed_quiet();
	registration_is_made_again(4000);
}

static void test_an_expired_one_is_made_again_and_one_that_somebody_took_away_later(void **state)
{
	(void)state;
	start_and_settle();
	registration_fails(1, "event='expired' state='terminated'");
	registration_is_made_again(500);
	accept_subscription();
	bed_advance(SETTLED_MS);
	registration_fails(2, "state=\"terminated\" event=\"unregistered\"");
	bed_advance(8000);
	bed_quiet();
	registration_is_made_again(4000);
}

static void test_probation_says_how_long_to_wait(void **state)
{
	(void)state;
	start_and_settle();
	registration_fails(1, "state=\"terminated\" event=\"probation\" retry-after=\"120\"");
	bed_advance(119000);
	bed_quiet();
	bed_advance(1000);
	/* RFC 3680 s4.7.1: probation: to be registered again after retry-after | not before */
	bed_heard("registration trying 0");
	accept_binding();
}

static void test_a_rejected_registration_is_not_made_again(void **state)
{
	(void)state;
	start();
	notify(1, "partial", own("state=\"terminated\" event=\"rejected\""));
	bed_heard("registration failed 403");
	receive("SUBSCRIBE ");
	assert_string_equal(header(subscribe, "Expires"), "0");
	bed_reply(subscribe, 200, "OK", "s", "Expires: 0\r\n", "");
	for (int i = 0; i < 10; i++)
		bed_advance(3600000);
	/* RFC 3680 s4.7.1: rejected: the contact is not allowed any more | no REGISTER until the account is started anew */
	bed_quiet();
	bed_heard_nothing();
	ua_account_unregister(bed.account);
	bed_heard("registration none 0"); /* nothing is there to be taken away */
	bed_register();
	accept_binding();
	receive("SUBSCRIBE ");
}

static void test_a_shortened_registration_is_refreshed_sooner(void **state)
{
	(void)state;
	start_and_settle();
	notify(1, "partial", own("state=\"active\" event=\"shortened\" expires=\"60\""));
	bed_advance(40000);
	bed_quiet();
	bed_advance(5000);
	/* RFC 3680 s4.7.1: shortened: the registrar wants a refresh sooner | at three quarters of the time that is left */
	assert_string_equal(header(receive("REGISTER "), "Expires"), "600");
	bed_heard_nothing();
}

static void test_what_does_not_shorten_changes_nothing(void **state)
{
	static const char *const attributes[] = {
		"state=\"active\" event=\"shortened\" expires=\"3600\"", "state=\"active\" event=\"shortened\"",
		"state=\"active\" event=\"refreshed\" expires=\"60\"", "state=\"terminated\" event=\"shortened\" expires=\"60\"",
		"state=\"terminated\"", "state=\"active\" event=\"rejected\"", "state=\"terminated\" event=\"odd\"",
	};

	(void)state;
	start();
	for (unsigned i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		notify(1 + i, "partial", own(attributes[i]));
	nothing_happens(100000);
}

static void test_others_contacts_are_left_alone(void **state)
{
	static const char *const uris[] = {"sip:101@127.0.0.1:%u", "sip:100@127.0.0.2:%u", "sip:127.0.0.1:%u", "nonsense%u", ""};
	char text[256];

	(void)state;
	start();
	notify(1, "partial", OTHERS);
	for (unsigned i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		int at = snprintf(text, sizeof(text), "<contact state=\"terminated\" event=\"rejected\"><uri>");

		at += snprintf(text + at, sizeof(text) - (size_t)at, uris[i], bed.agent_port);
		snprintf(text + at, sizeof(text) - (size_t)at, "</uri></contact>");
		notify(2 + i, "partial", text);
	}
	bed_advance(1000);
	/* RFC 3680 s5.1: a document tells of all contacts of the address | others' are none of ours */
	bed_quiet();
	bed_heard_nothing();
}

static void test_a_contact_that_lives_has_no_past(void **state)
{
	char text[1024];

	(void)state;
	start();
	snprintf(text, sizeof(text), "%s", own("state=\"terminated\" event=\"rejected\""));
	strcat(text, ACTIVE);
	notify(1, "full", text);
	snprintf(text, sizeof(text), "%s", ACTIVE);
	strcat(text, own("state=\"terminated\" event=\"deactivated\""));
	notify(2, "full", text);
	bed_quiet();
	bed_heard_nothing();
}

static void test_documents_count_in_their_order(void **state)
{
	(void)state;
	start();
	notify(3, "full", ACTIVE);
	notify(3, "partial", own("state=\"terminated\" event=\"rejected\""));
	notify(2, "full", own("state=\"terminated\" event=\"rejected\""));
	/* RFC 3680 s5.2: a document with a version that is not higher is discarded | it is, but for a full one with the same */
	bed_quiet();
	bed_heard_nothing();
	notify(5, "partial", ACTIVE);
	/* RFC 3680 s5.2: after a gap between partial documents the subscription is refreshed, for a full one | it is */
	assert_string_equal(header(receive("SUBSCRIBE "), "Expires"), "3761");
}

static void test_a_registrar_that_does_not_count_is_heard_when_it_tells_all(void **state)
{
	(void)state;
	start();
	notify(0, "full", own("state=\"terminated\" event=\"rejected\""));
	/* RFC 3680 s5.2: versions grow by one | full documents that all have the same one are taken: their order is that of CSeq */
	bed_heard("registration failed 403");
}

static void test_a_binding_that_is_not_told_of_any_more_has_expired(void **state)
{
	(void)state;
	start();
	bed_advance(SETTLED_MS);
	notify(1, "partial", OTHERS);
	bed_quiet();
	notify(2, "full", OTHERS);
	/* RFC 3680 s5.2: a full document tells of all contacts | where ours was among them and is not any more it has expired */
	bed_heard("registration failed 0");
	bed_advance(500);
	bed_heard("registration trying 0");
	accept_binding();
	accept_subscription();
	bed_advance(SETTLED_MS);
	notify(3, "full", OTHERS);
	notify(4, "full", "");
	bed_advance(100000);
	/* ... but one that it was never among may write it in another way: no reason to register over and over */
	bed_quiet();
	bed_heard_nothing();
}

static void test_what_cannot_be_read_changes_nothing(void **state)
{
	static const char *const bodies[] = {
		"<", "<reginfo version=\"1\"", "<reginfo state=\"full\"><contact>", "<presence version=\"1\"/>", "<reginfo version=\"99999999999\"/>",
		"<reginfo version=\"7\"><contact state=\"terminated\" event=\"rejected\"><uri>sip:100@127.0.0.1",
	};

	(void)state;
	start();
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		notify_in("active", bodies[i]);
	nothing_happens(1000);
}

static void test_the_subscription_is_begun_anew_when_the_server_forgot_it(void **state)
{
	const char *first;

	(void)state;
	start();
	first = header(subscribe, "Call-ID");
	bed_advance(300000);
	notify_in("terminated;reason=deactivated", "");
	bed_advance(100);
	receive("SUBSCRIBE ");
	assert_string_not_equal(header(subscribe, "Call-ID"), first);
	cseq = 1;
	bed_reply(subscribe, 200, "OK", "s", "Expires: 3600\r\n", "");
	bed_advance(0);
	notify(0, "full", ACTIVE); /* a new count of versions */
	notify(1, "partial", own("state=\"terminated\" event=\"rejected\""));
	bed_heard("registration failed 403");
}

static void test_a_server_that_knows_none_of_it_does_not_matter(void **state)
{
	(void)state;
	start_and_settle();
	registration_fails(1, "state=\"terminated\" event=\"deactivated\"");
	registration_is_made_again(500);
	bed_reply(receive("SUBSCRIBE "), 489, "Bad Event", "s", "Allow-Events: dialog\r\n", "");
	nothing_happens(60000);
}

static void test_the_account_may_go_with_its_subscription(void **state)
{
	(void)state;
	start();
	ua_account_free(bed.account);
	bed.account = NULL;
	bed_quiet();
	start();
	bed_close_agent();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_the_account_subscribes_to_its_own_registrations),
		bed_test(test_without_the_wish_nothing_is_asked),
		bed_test(test_a_deactivated_registration_is_made_again_at_once),
		bed_test(test_a_registration_that_is_deactivated_each_time_is_not_made_over_and_over),
		bed_test(test_an_expired_one_is_made_again_and_one_that_somebody_took_away_later),
		bed_test(test_probation_says_how_long_to_wait),
		bed_test(test_a_rejected_registration_is_not_made_again),
		bed_test(test_a_shortened_registration_is_refreshed_sooner),
		bed_test(test_what_does_not_shorten_changes_nothing),
		bed_test(test_others_contacts_are_left_alone),
		bed_test(test_a_contact_that_lives_has_no_past),
		bed_test(test_documents_count_in_their_order),
		bed_test(test_a_registrar_that_does_not_count_is_heard_when_it_tells_all),
		bed_test(test_a_binding_that_is_not_told_of_any_more_has_expired),
		bed_test(test_what_cannot_be_read_changes_nothing),
		bed_test(test_the_subscription_is_begun_anew_when_the_server_forgot_it),
		bed_test(test_a_server_that_knows_none_of_it_does_not_matter),
		bed_test(test_the_account_may_go_with_its_subscription),
	};

	return cmocka_run_group_tests_name("sip reg event", tests, NULL, NULL);
}
