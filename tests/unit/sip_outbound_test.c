/* SPDX-License-Identifier: BSD-3-Clause */
/* Flows that a registrar is asked to keep (RFC 5626), by TCP and by UDP, against a registrar of plain text. */
#include "tests/unit/sip_peer.h"

#define URN      "urn:uuid:5b2c7a50-3f0e-4d5e-9d0c-6a1b2c3d4e5f"
#define INSTANCE "+sip.instance=\"<" URN ">\""
#define SAYS_SO  "Require: outbound\r\n"

static struct ua_account_config account_config(enum ua_protocol transport)
{
	return (struct ua_account_config){
		.user = "100", .domain = "example.org", .server_addr = bed.addr, .server_port = bed.peer_port, .transport = transport,
		.password = "secret", .expires_s = 86400, .instance = URN, .outbound = true,
	};
}

static const char *start_with(const struct ua_account_config *config)
{
	const struct ua_agent_config agent = {.local_addr = bed.addr, .user_agent = "tipring"};

	if (config->transport == UA_TCP)
		bed_listen_tcp();
	bed_agent_anew(&agent, config);
	bed_register();
	return bed_receive();
}

static const char *start(enum ua_protocol transport)
{
	const struct ua_account_config config = account_config(transport);

	return start_with(&config);
}

static void accept_at(const char *request, const char *params, const char *headers)
{
	const char *uri = header(request, "Contact");
	char text[512];

	assert_starts(request, "REGISTER ");
	snprintf(text, sizeof(text), "Contact: %.*s>;expires=86400;%s\r\n%s", (int)strcspn(uri, ">"), uri, params, headers);
	bed_reply(request, 200, "OK", "r", text, "");
	bed_heard("registration registered 200");
}

static void accept(const char *request, const char *headers)
{
	accept_at(request, INSTANCE ";reg-id=1", headers);
}

static void hang_up_early(const char *invite)
{
	bed_reply(invite, 486, "Busy Here", "b", "", "");
	bed_heard("ended by peer, status 486, cause 0");
	bed_receive_new("ACK ");
}

static void test_a_registration_says_which_instance_and_which_flow_it_is(void **state)
{
	const char *request = start(UA_UDP), *contact = header(request, "Contact"), *again;

	(void)state;
	/* RFC 5626 s4.1: an instance has an identifier, a URN in angle brackets and quotes | of the account, as it was given */
	assert_has(contact, ">;" INSTANCE ";");
	/* RFC 5626 s4.2.1: each flow has a reg-id from 1 to 2^31 - 1 | 1: one flow is kept */
	assert_has(contact, ";reg-id=1;");
	/* RFC 5626 s4.2.1: a registration that wants flows kept supports outbound, and path | both */
	assert_has(request, "Supported: path, outbound\r\n");
	/* RFC 5626 s4.2.1: with reg-id there is one Contact | there is */
	assert_null(strchr(contact, ','));
	accept(request, SAYS_SO);
	bed_advance(64800000);
	again = bed_receive();
	/* RFC 5626 s4.2.2: a refresh has the instance and the reg-id of before | it has */
	assert_has(header(again, "Contact"), ">;" INSTANCE ";reg-id=1;");
	/* RFC 5626 s4.2.2: ... and its Call-ID | it has */
	assert_string_equal(header(again, "Call-ID"), header(request, "Call-ID"));
	accept(again, SAYS_SO);
	ua_account_unregister(bed.account);
	again = bed_receive();
	/* RFC 5626 s4.2.2: the flow is taken away by expires=0 with both | it is */
	assert_has(header(again, "Contact"), ">;" INSTANCE ";reg-id=1;expires=0");
	bed_reply(again, 200, "OK", "r", "", "");
	bed_heard("registration none 200");
}

static void test_without_an_instance_or_the_wish_nothing_is_asked(void **state)
{
	struct ua_account_config config = account_config(UA_UDP);
	const char *request;

	(void)state;
	config.instance = NULL;
	request = start_with(&config);
	assert_has_not(request, "outbound");
	assert_has_not(request, "reg-id");
	config.instance = URN;
	config.outbound = false;
	request = start_with(&config);
	assert_has_not(request, "outbound");
	assert_has_not(request, "reg-id");
	accept(request, SAYS_SO);
	/* RFC 5626 s4.2.1: only the registrar's word makes it a flow | and only where it was asked */
	assert_has_not(bed_call(), ";ob");
	config.instance = "urn:uuid:1>;x=<2";
	assert_int_equal(ua_account_alloc(&bed.account, bed.agent, &config, NULL, NULL), EINVAL);
}

static void test_a_call_says_that_it_is_to_stay_on_its_flow(void **state)
{
	const char *request = start(UA_UDP), *invite;

	(void)state;
	assert_has_not(header(request, "Contact"), ";ob");
	assert_false(ua_account_has_flow(bed.account));
	accept(request, SAYS_SO);
	assert_true(ua_account_has_flow(bed.account));
	invite = bed_call();
	/* RFC 5626 s4.3: what begins a dialog on a flow has ob in its Contact | where the registrar said Require: outbound */
	assert_has(header(invite, "Contact"), ";ob>");
	hang_up_early(invite);
	bed_advance(64800000);
	request = bed_receive_new("REGISTER ");
	/* RFC 5626 s4.3: ob is of other requests than REGISTER | REGISTER has none */
	assert_has_not(header(request, "Contact"), ";ob");
	accept(request, "");
	assert_false(ua_account_has_flow(bed.account));
	/* RFC 5626 s4.2.1: a 200 without Require: outbound is no promise | nothing relies on it from then on */
	assert_has_not(header(bed_call(), "Contact"), ";ob");
}

static void test_a_flow_of_ours_is_found_whatever_its_address(void **state)
{
	const char *request = start(UA_UDP);

	(void)state;
	bed_reply(request, 200, "OK", "r", SAYS_SO "Contact: <sip:100@192.0.2.9>;expires=0, <sip:100@198.51.100.1:1024>;expires=200;" INSTANCE
		";reg-id=1, <sip:100@192.0.2.8>;" INSTANCE ";reg-id=2;expires=7000\r\n", "");
	/* RFC 5626 s6: the instance and the reg-id name a binding, whatever stands in its address | so it is found in the answer, and refreshed in time */
	bed_heard("registration registered 200");
	bed_advance(150100);
	assert_starts(bed_receive(), "REGISTER ");
}

static void test_a_connection_is_pinged_as_the_server_wants(void **state)
{
	(void)state;
	bed.pongs = true;
	accept(start(UA_TCP), SAYS_SO "Flow-Timer: 60\r\n");
	bed_advance(47900);
	assert_int_equal(bed_pings(), 0);
	bed_advance(12200);
	/* RFC 5626 s4.4: pings come at least as often as Flow-Timer says, between 80 and 100 % of it | they do */
	assert_int_equal(bed_pings(), 1);
	bed_advance(10000);
	bed_advance(37900);
	assert_int_equal(bed_pings(), 1);
	bed_advance(12200);
	assert_int_equal(bed_pings(), 2);
	bed_advance(10000);
	/* RFC 5626 s4.4.1: a ping is two line ends, and one answers it | the connection stays */
	assert_int_equal(bed_connections(), 1);
	bed_quiet();
}

static void test_pings_may_come_faster_than_their_answers_are_given_up(void **state)
{
	const char *again;

	(void)state;
	bed.pongs = true;
	accept(start(UA_TCP), SAYS_SO "Flow-Timer: 4\r\n");
	for (unsigned i = 1; i <= 5; i++) {
		bed_advance(4100);
		/* RFC 5626 s4.4.1: a ping is given 10 s to be answered, and Flow-Timer may be shorter | pings go on as often as it says */
		assert_in_range(bed_pings(), i, i + i / 4);
	}
	bed_hang_up_connection();
	bed_advance(0);
	bed_advance(2000);
	again = bed_receive();
	/* RFC 5626 s4.5: a flow that is lost having answered a ping is made anew at once | within 2 s, so that many do not come together */
	assert_int_equal(bed_connections(), 2);
	accept(again, SAYS_SO "Flow-Timer: 4\r\n");
}

static void test_faster_pings_of_which_none_is_answered_end_the_flow_as_soon(void **state)
{
	(void)state;
	accept(start(UA_TCP), SAYS_SO "Flow-Timer: 4\r\n");
	bed_advance(4100);
	for (unsigned i = 0; i < 4; i++)
		bed_advance(2000);
	assert_in_range(bed_pings(), 3, 4);
	bed_advance(2000);
	bed_advance(60000);
	/* 30 to 60 s later */
	accept(bed_receive(), SAYS_SO);
	assert_int_equal(bed_connections(), 2);
}

static void test_where_the_server_does_not_say_a_connection_is_pinged_every_two_minutes(void **state)
{
	(void)state;
	bed.pongs = true;
	accept(start(UA_TCP), SAYS_SO);
	bed_advance(95900);
	assert_int_equal(bed_pings(), 0);
	bed_advance(24200);
	/* RFC 5626 s4.4.1: without Flow-Timer a connection is pinged every 95 to 120 s | 96 to 120 */
	assert_int_equal(bed_pings(), 1);
}

static void test_a_ping_that_is_not_answered_is_the_end_of_the_flow(void **state)
{
	const char *request = start(UA_TCP), *again;

	(void)state;
	bed.pongs = true;
	accept(request, SAYS_SO "Flow-Timer: 60\r\n");
	bed_advance(60100);
	bed_advance(10000);
	bed.pongs = false;
	bed_advance(50100);
	assert_int_equal(bed_pings(), 2);
	bed_advance(9000);
	bed_quiet();
	bed_advance(1100);
	bed_advance(2000);
	again = bed_receive();
	/* RFC 5626 s4.4.1: no answer to a ping for 10 s is the end of the flow | the connection is closed, another is made */
	assert_int_equal(bed_connections(), 2);
	/* RFC 5626 s4.5: the flow that takes its place has its reg-id | it has */
	assert_has(header(again, "Contact"), ";" INSTANCE ";reg-id=1;");
	/* RFC 5626 s4.5: the new flow is registered as the old one was | with its Call-ID */
	assert_string_equal(header(again, "Call-ID"), header(request, "Call-ID"));
	accept(again, SAYS_SO);
}

static void test_a_flow_that_never_answered_a_ping_is_a_failure(void **state)
{
	(void)state;
	accept(start(UA_TCP), SAYS_SO "Flow-Timer: 20\r\n");
	for (unsigned least_ms = 30000; least_ms <= 60000; least_ms *= 2) {
		bed_advance(20100);
		bed_advance(10100);
		bed_advance(least_ms - 300);
		/* RFC 5626 s4.5: a flow without one answered ping has failed, as one that could not be registered has | 30 to 60 s are waited, then 60 to 120 */
		bed_quiet();
		bed_advance(least_ms + 600);
		accept(bed_receive(), SAYS_SO "Flow-Timer: 20\r\n");
	}
	assert_int_equal(bed_connections(), 3);
}

static void test_a_server_that_promised_nothing_need_not_answer(void **state)
{
	struct ua_account_config config = account_config(UA_TCP);

	(void)state;
	config.keepalive_s = 30;
	accept(start_with(&config), "");
	bed_advance(30100);
	/* RFC 5626 s3.5.1: line ends between messages disturb nobody, so an older server may be sent them | where the account wants it */
	assert_int_equal(bed_pings(), 1);
	bed_advance(10100);
	bed_advance(30100);
	assert_int_equal(bed_pings(), 2);
	bed_quiet();
	/* RFC 5626 s3.5.1: ... and need not answer | the connection stays; where one was answered, the next must be */
	assert_int_equal(bed_connections(), 1);
	bed.pongs = true;
	bed_advance(10100);
	bed_advance(30100);
	bed_advance(10100);
	bed.pongs = false;
	bed_advance(30100);
	bed_advance(10100);
	bed_advance(2000);
	assert_starts(bed_receive(), "REGISTER ");
	assert_int_equal(bed_connections(), 2);
}

static void test_a_ping_of_the_servers_is_answered(void **state)
{
	(void)state;
	accept(start(UA_TCP), "");
	bed_send("\r\n\r\n");
	bed_advance(0);
	/* RFC 5626 s3.5.1: two line ends are answered by one | they are */
	assert_int_equal(bed_pongs(), 1);
	assert_int_equal(bed_pings(), 0);
}

static void test_accounts_of_one_connection_ping_it_once(void **state)
{
	struct ua_account_config config = account_config(UA_TCP);
	struct ua_account *other;

	(void)state;
	bed.pongs = true;
	accept(start(UA_TCP), SAYS_SO "Flow-Timer: 200\r\n");
	config.user = "101";
	assert_int_equal(ua_account_alloc(&other, bed.agent, &config, NULL, NULL), 0);
	ua_account_register(other, 0);
	bed_advance(0);
	{
		const char *request = bed_receive(), *uri = header(request, "Contact");
		char text[256];

		snprintf(text, sizeof(text), "Contact: %.*s>;expires=86400\r\n" SAYS_SO "Flow-Timer: 50\r\n", (int)strcspn(uri, ">"), uri);
		bed_reply(request, 200, "OK", "r", text, "");
	}
	bed_advance(0);
	bed_advance(50100);
	/* RFC 5626 s4.4: a flow that carries several registrations is kept alive once | as often as the most demanding of them wants */
	assert_int_equal(bed_pings(), 1);
	bed_advance(10000);
	ua_account_free(other);
	bed_advance(40100);
	assert_int_equal(bed_pings(), 2);
	bed_advance(10000);
	assert_int_equal(bed_connections(), 1);
}

static unsigned registrations(void)
{
	unsigned count = 0;

	for (; bed_has_message(); count++)
		assert_starts(bed_receive(), "REGISTER ");
	bed_forget();
	return count;
}

#define MANY 400u

/* It answers pings. */
static struct ua_account *register_one_more(unsigned number)
{
	struct ua_account_config config = account_config(UA_TCP);
	struct ua_account *account;
	const char *request, *uri;
	char text[256];

	snprintf(text, sizeof(text), "%u", 1000 + number);
	config.user = text;
	assert_int_equal(ua_account_alloc(&account, bed.agent, &config, NULL, NULL), 0);
	ua_account_register(account, 0);
	request = bed_receive();
	uri = header(request, "Contact");
	snprintf(text, sizeof(text), "Contact: %.*s>;expires=86400\r\n" SAYS_SO "Flow-Timer: 50\r\n", (int)strcspn(uri, ">"), uri);
	bed_reply(request, 200, "OK", "r", text, "");
	bed_forget();
	return account;
}

static void test_many_that_lose_one_connection_come_back_one_after_the_other(void **state)
{
	struct ua_account *others[MANY];
	unsigned first, all;

	(void)state;
	bed.pongs = true;
	accept(start(UA_TCP), SAYS_SO "Flow-Timer: 50\r\n");
	for (unsigned i = 0; i < MANY; i++)
		others[i] = register_one_more(i);
	bed_advance(0);
	bed_advance(50100);
	bed_advance(10100);
	assert_int_equal(bed_pings(), 1);
	bed_hang_up_connection();
	bed_advance(0);
	bed_advance(1000);
	first = registrations();
	bed_advance(3100);
	all = first + registrations();
	/* RFC 5626 s4.5: a flow that had worked is made anew without a pause | its registrations within 2 s, or 10 ms for each where there are many */
	assert_int_equal(all, MANY + 1);
	/* RFC 5626 s4.5: many that lose a flow at once do not come back at once | of 400 a quarter in a quarter of their time */
	assert_in_range(first, MANY / 4 - 50, MANY / 4 + 50);
	assert_int_equal(bed_connections(), 2);
	for (unsigned i = 0; i < MANY; i++)
		ua_account_free(others[i]);
}

static void test_failures_are_waited_out_longer_and_at_random(void **state)
{
	static const unsigned least_s[] = {30, 60, 120, 240, 480, 900, 900};
	const char *request = start(UA_UDP);

	(void)state;
	for (size_t i = 0; i < sizeof(least_s) / sizeof(least_s[0]); i++) {
		bed_reply(request, 500, "Server Internal Error", "r", "", "");
		bed_heard("registration failed 500");
		bed_advance(1000 * least_s[i] - 100);
		/* RFC 5626 s4.5: after n failures 50 to 100 % of 30 s * 2^n are waited, and no more than 1800 s | the least of it at the least */
		bed_quiet();
		bed_advance(1000 * least_s[i] + 200);
		/* RFC 5626 s4.5: it is tried for ever | and the most of it at the most */
		bed_heard("registration trying 0");
		request = bed_receive();
	}
	bed_reply(request, 503, "Service Unavailable", "r", "Retry-After: 3000\r\n", "");
	bed_heard("registration failed 503");
	bed_advance(2999000);
	/* RFC 5626 s4.5: Retry-After may make it longer | it does */
	bed_quiet();
}

static void test_a_first_hop_without_flows_is_registered_by_without_them(void **state)
{
	const char *request = start(UA_UDP);

	(void)state;
	bed_reply(request, 439, "First Hop Lacks Outbound Support", "r", "", "");
	request = bed_receive();
	/* RFC 5626 s11.6: 439: the first hop cannot keep flows | at once again, without reg-id and outbound */
	assert_has_not(request, "reg-id");
	assert_has(request, "Supported: path\r\n");
	bed_reply(request, 439, "First Hop Lacks Outbound Support", "r", "", "");
	bed_heard("registration failed 439");
	bed_quiet();
}

static void test_a_failed_flow_is_a_bad_request_to_us(void **state)
{
	const char *request = start(UA_UDP);

	(void)state;
	bed_reply(request, 430, "Flow Failed", "r", "", "");
	/* RFC 5626 s11.5: 430, should it come as far as to a user agent, is 400 to it | a registration has failed */
	bed_heard("registration failed 430");
	bed_advance(60100);
	bed_heard("registration trying 0");
	accept(bed_receive(), SAYS_SO);
	bed_reply(bed_call(), 430, "Flow Failed", "b", "", "");
	bed_heard("ended by peer, status 430, cause 0");
}

static void test_a_flow_by_udp_is_kept_by_stun(void **state)
{
	(void)state;
	bed.pongs = true;
	bed.mapped_port = 1024;
	accept(start(UA_UDP), SAYS_SO "Flow-Timer: 25\r\n");
	bed_advance(0); /* the first one asks where we are seen */
	for (unsigned i = 2; i <= 4; i++) {
		bed_advance(19900);
		assert_int_equal(bed_pings(), i - 1);
		bed_advance(5200);
		/* RFC 5626 s4.4.2: a flow by UDP is kept by STUN requests on its own socket | as often as Flow-Timer says */
		assert_int_equal(bed_pings(), i);
	}
	bed_quiet();
	bed.mapped_port = 1025;
	bed_advance(25100);
	bed_advance(2100);
	/* RFC 5626 s4.4.2: another mapped address than before is the end of the flow | it is registered anew */
	assert_starts(bed_receive(), "REGISTER ");
}

static void test_stun_that_is_not_answered_is_the_end_of_the_flow(void **state)
{
	(void)state;
	bed.pongs = true;
	accept(start(UA_UDP), SAYS_SO);
	bed_advance(0);
	bed_advance(29100);
	bed_advance(29100);
	/* RFC 5626 s4.4.2: without Flow-Timer a flow by UDP is kept by a request every 24 to 29 s | 23.2 to 29 */
	assert_int_equal(bed_pings(), 3);
	bed.pongs = false;
	for (unsigned i = 0; i < 100 && !bed_has_message(); i++)
		bed_advance(1000);
	/* RFC 5626 s4.4.2: no answer to any of its repetitions is the end of the flow | it is registered anew */
	assert_starts(bed_receive(), "REGISTER ");
}

static void test_who_promised_nothing_gets_no_stun(void **state)
{
	(void)state;
	accept(start(UA_UDP), "");
	bed_advance(120000);
	/* RFC 5626 s3.5.2: STUN goes to SIP's port only where the server said that it takes it | to no other */
	assert_int_equal(bed_pings(), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		bed_test(test_a_registration_says_which_instance_and_which_flow_it_is),
		bed_test(test_without_an_instance_or_the_wish_nothing_is_asked),
		bed_test(test_a_call_says_that_it_is_to_stay_on_its_flow),
		bed_test(test_a_flow_of_ours_is_found_whatever_its_address),
		bed_test(test_a_connection_is_pinged_as_the_server_wants),
		bed_test(test_pings_may_come_faster_than_their_answers_are_given_up),
		bed_test(test_faster_pings_of_which_none_is_answered_end_the_flow_as_soon),
		bed_test(test_where_the_server_does_not_say_a_connection_is_pinged_every_two_minutes),
		bed_test(test_a_ping_that_is_not_answered_is_the_end_of_the_flow),
		bed_test(test_a_flow_that_never_answered_a_ping_is_a_failure),
		bed_test(test_a_server_that_promised_nothing_need_not_answer),
		bed_test(test_a_ping_of_the_servers_is_answered),
		bed_test(test_accounts_of_one_connection_ping_it_once),
		bed_test(test_many_that_lose_one_connection_come_back_one_after_the_other),
		bed_test(test_failures_are_waited_out_longer_and_at_random),
		bed_test(test_a_first_hop_without_flows_is_registered_by_without_them),
		bed_test(test_a_failed_flow_is_a_bad_request_to_us),
		bed_test(test_a_flow_by_udp_is_kept_by_stun),
		bed_test(test_stun_that_is_not_answered_is_the_end_of_the_flow),
		bed_test(test_who_promised_nothing_gets_no_stun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
