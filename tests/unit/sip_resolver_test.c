/* SPDX-License-Identifier: BSD-3-Clause */
/* Finding the servers of a name (RFC 3263), against a name server of the test's own. Time is moved. */
#include <unistd.h>

#include "sip/stun.h"
#include "tests/unit/sip_dns.h"
#include "tests/unit/sip_peer.h"

#define FAILOVER_MS 4000
#define PORTS       4
#define NAMES       20 /* more than have a port of their own */
#define SOON_MS     1000 /* within which an account registers when its server was found */

static struct ua_address nameserver;

static int open_with_dns(void **state)
{
	int err;

	nameserver = bed_nameserver = (struct ua_address){"127.0.0.1", dns_bind()};
	err = bed_open(state);
	bed_nameserver = (struct ua_address){NULL, 0};
	dns_open();
	return err;
}

static int close_with_dns(void **state)
{
	dns_close();
	return bed_close(state);
}

/* Lets questions and their answers pass. */
static void settle(void)
{
	for (int i = 0; i < 8; i++)
		bed_advance(0);
}

/* The account registers; says which server it asks first. */
static unsigned first_asked(void)
{
	ua_account_register(bed.account, 0);
	settle();
	bed_advance(SOON_MS);
	bed_heard("registration trying 0");
	assert_starts(bed_receive(), "REGISTER ");
	return bed_receiver();
}

static void test_a_name_with_port_is_an_address(void **state)
{
	(void)state;
	dns_a("pbx.example.org", 300, "127.0.0.2");
	bed_servers_of(2, "pbx.example.org", bed.peer_port);
	/* RFC 3263 s4.2: a name with a port is asked for its addresses alone | one question, A */
	assert_int_equal(first_asked(), 1);
	assert_int_equal(dns_questions(), 1);
}

static void test_srv_is_followed_where_there_is_no_naptr(void **state)
{
	(void)state;
	dns_srv("_sip._udp.example.org", 300, 20, 0, bed.peer_port, "b.example.org");
	dns_srv("_sip._udp.example.org", 300, 10, 0, bed.peer_port, "c.example.org");
	dns_a("b.example.org", 300, "127.0.0.2");
	dns_a("c.example.org", 300, "127.0.0.3");
	bed_servers_of(3, "example.org", 0);
	/* RFC 3263 s4.2: without NAPTR and port SRV is asked for by the transport's name | _sip._udp, by priority */
	assert_int_equal(first_asked(), 2);
	bed_advance(FAILOVER_MS);
	while (bed_receiver() != 1)
		assert_starts(bed_receive(), "REGISTER ");
}

static void test_naptr_tells_where_srv_is(void **state)
{
	(void)state;
	dns_naptr("example.org", 300, 10, 20, "SIP+D2U", "_sip._udp.second.example.org");
	dns_naptr("example.org", 300, 10, 10, "SIP+D2U", "_sip._udp.first.example.org");
	dns_naptr("example.org", 300, 1, 1, "SIP+D2T", "_sip._tcp.example.org");
	dns_naptr("example.org", 300, 1, 1, "SIPS+D2T", "_sips._tcp.example.org");
	dns_srv("_sip._udp.first.example.org", 300, 1, 1, bed.peer_port, "b.example.org");
	dns_srv("_sip._udp.second.example.org", 300, 1, 1, bed.peer_port, "c.example.org");
	dns_a("b.example.org", 300, "127.0.0.2");
	dns_a("c.example.org", 300, "127.0.0.3");
	bed_servers_of(3, "example.org", 0);
	/* RFC 3263 s4.1: NAPTR of a service that is not supported is passed over, the best of the others counts | by order and preference, of our transport */
	assert_int_equal(first_asked(), 1);
}

static void test_a_service_that_is_said_to_be_unavailable_is_not_looked_for_elsewhere(void **state)
{
	(void)state;
	dns_srv("_sip._udp.example.org", 300, 0, 0, 0, ".");
	dns_a("example.org", 300, "127.0.0.2");
	bed_servers_of(2, "example.org", 0);
	ua_account_register(bed.account, 0);
	settle();
	bed_advance(SOON_MS);
	/* RFC 2782: the target "." says that the service is decidedly not available at this domain | no address of the domain is asked for or tried */
	bed_heard("registration failed 0");
	bed_quiet();
	assert_int_equal(dns_questions(), 2);
}

static void test_a_server_that_falls_silent_is_left_for_the_next_of_its_name(void **state)
{
	(void)state;
	dns_srv("_sip._udp.example.org", 300, 1, 0, bed.peer_port, "a.example.org");
	dns_srv("_sip._udp.example.org", 300, 2, 0, bed.peer_port, "b.example.org");
	dns_a("a.example.org", 300, "127.0.0.1");
	dns_a("b.example.org", 300, "127.0.0.2");
	bed_servers_of(2, "example.org", 0);
	settle();
	bed_call();
	assert_int_equal(bed_receiver(), 0);
	bed_advance(FAILOVER_MS);
	while (bed_receiver() != 1)
		assert_starts(bed_receive(), "INVITE ");
}

static void test_the_dns_is_asked_again_when_its_answer_is_too_old(void **state)
{
	unsigned questions;

	(void)state;
	dns_a("pbx.example.org", 120, "127.0.0.1");
	bed_servers_of(2, "pbx.example.org", bed.peer_port);
	settle();
	questions = dns_questions();
	bed_call();
	bed_call();
	bed_advance(119000);
	settle();
	assert_int_equal(dns_questions(), questions);
	dns_forget();
	dns_a("pbx.example.org", 120, "127.0.0.2");
	bed_advance(1000);
	settle();
	assert_int_equal(dns_questions(), questions + 1);
	while (bed_has_message())
		bed_receive();
	bed_call();
	assert_int_equal(bed_receiver(), 1);
}

static void test_what_the_dns_said_last_stands_while_it_is_silent(void **state)
{
	(void)state;
	dns_a("pbx.example.org", 1, "127.0.0.2");
	bed_servers_of(2, "pbx.example.org", bed.peer_port);
	settle();
	dns_be_silent(true);
	bed_advance(29000);
	settle();
	assert_int_equal(dns_questions(), 1);
	for (int i = 0; i < 10; i++)
		bed_advance(30000);
	bed_call();
	assert_int_equal(bed_receiver(), 1);
}

static void test_a_silent_dns_keeps_nobody_waiting(void **state)
{
	struct ua_sdp offer;

	(void)state;
	dns_be_silent(true);
	bed_servers_of(2, "example.org", 0);
	settle();
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send(&bed.invite, bed.account, "200", &offer, &bed_handlers, NULL), EHOSTUNREACH);
	bed.invite = NULL;
	dns_be_silent(false);
	dns_srv("_sip._udp.example.org", 300, 1, 1, bed.peer_port, "b.example.org");
	dns_a("b.example.org", 300, "127.0.0.2");
	ua_account_register(bed.account, 0);
	for (int i = 0; i < 100 && !bed_has_message(); i++)
		bed_advance(5000);
	assert_starts(bed_receive(), "REGISTER ");
	assert_int_equal(bed_receiver(), 1);
}

static void test_the_address_of_a_name_s_canonical_name_is_its_server(void **state)
{
	(void)state;
	dns_cname("pbx.example.org", 300, "host.example.org");
	dns_cname("host.example.org", 300, "node7.example.org");
	dns_a("node7.example.org", 300, "127.0.0.3");
	bed_servers_of(3, "pbx.example.org", bed.peer_port);
	assert_int_equal(first_asked(), 2);
}

static void test_a_name_s_other_names_are_no_addresses(void **state)
{
	struct ua_stun_server *server;
	char addr[UA_STUN_ADDR_MAX];
	uint16_t port;

	(void)state;
	dns_cname("stun.example.org", 300, "host.example.org");
	dns_cname("host.example.org", 300, "node7.example.org");
	dns_a("node7.example.org", 300, "127.0.0.3");
	assert_int_equal(ua_stun_server_alloc(&server, bed.agent, "stun.example.org", 3478), 0);
	settle();
	for (unsigned i = 0; i < 3; i++) {
		assert_true(ua_stun_server_at(server, i, addr, &port));
		/* RFC 1034 s3.6.2: a CNAME in the answer leads to the records of the canonical name | those say where it is, and nothing else does */
		assert_string_equal(addr, "127.0.0.3");
	}
	ua_stun_server_free(server);
}

/* Each of them leads back to all of them. */
static void test_names_that_lead_in_circles_lead_nowhere(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 12; i++)
		dns_cname("pbx.example.org", 300, "pbx.example.org");
	bed_servers_of(2, "pbx.example.org", bed.peer_port);
	settle();
	assert_int_equal(dns_questions(), 1);
	ua_account_register(bed.account, 0);
	settle();
	bed_heard("registration failed 0");
	bed_quiet();
}

static void test_who_was_not_asked_is_not_heard(void **state)
{
	(void)state;
	dns_be_silent(true);
	dns_a("pbx.example.org", 300, "127.0.0.2");
	bed_servers_of(3, "pbx.example.org", bed.peer_port);
	settle();
	assert_int_equal(dns_questions(), 1);
	dns_stranger_answers();
	settle();
	ua_account_register(bed.account, 0);
	settle();
	bed_advance(SOON_MS);
	bed_quiet();
	dns_forget();
	dns_a("pbx.example.org", 300, "127.0.0.3");
	dns_be_silent(false);
	bed_advance(1000);
	settle();
	bed_advance(SOON_MS);
	assert_starts(bed_receive(), "REGISTER ");
	/* RFC 5452 s9.1: an answer counts from the address and port that were asked alone | from another port it is dropped */
	assert_int_equal(bed_receiver(), 2);
}

static void test_each_question_comes_from_a_port_of_its_own(void **state)
{
	uint16_t ports[PORTS];

	(void)state;
	dns_a("pbx.example.org", 30, "127.0.0.2");
	bed_servers_of(2, "pbx.example.org", bed.peer_port);
	for (unsigned i = 0; i < PORTS; i++) {
		settle();
		assert_int_equal(dns_questions(), i + 1);
		ports[i] = dns_asker_port();
		bed_advance(30000);
	}
	/* RFC 5452 s9.2: a question comes from a port that cannot be foreseen | the system's choice, another one each time */
	assert_false(ports[0] == ports[1] && ports[1] == ports[2] && ports[2] == ports[3]);
}

static void test_many_names_are_found_at_once(void **state)
{
	struct ua_account *accounts[NAMES];
	char names[NAMES][32];

	(void)state;
	dns_be_silent(true);
	for (unsigned i = 0; i < NAMES; i++) {
		struct ua_account_config config = {
			.user = names[i], .domain = "example.org", .server_addr = names[i], .server_port = bed.peer_port, .password = "", .expires_s = 600,
		};

		snprintf(names[i], sizeof(names[i]), "pbx%u.example.org", i);
		dns_a(names[i], 300, "127.0.0.2");
		assert_int_equal(ua_account_alloc(&accounts[i], bed.agent, &config, NULL, NULL), 0);
		ua_account_register(accounts[i], 0);
	}
	bed_servers_of(2, NULL, 0); /* who hears of it */
	for (unsigned i = 0; i < 4; i++)
		settle();
	ua_account_free(accounts[3]); /* while it is looked for */
	dns_be_silent(false);
	bed_advance(1000);
	for (unsigned i = 0; i < 4; i++)
		settle();
	bed_advance(SOON_MS);
	for (unsigned i = 0; i < NAMES - 1; i++)
		assert_starts(bed_receive(), "REGISTER ");
	bed_quiet();
}

static void test_accounts_of_one_name_ask_once(void **state)
{
	(void)state;
	dns_a("pbx.example.org", 300, "127.0.0.2");
	bed_servers_of(2, "pbx.example.org", bed.peer_port);
	for (unsigned i = 0; i < 20; i++) {
		char user[16];
		struct ua_account *account;
		struct ua_account_config config = {
			.user = user, .domain = "example.org", .server_addr = "pbx.example.org", .server_port = bed.peer_port,
			.password = "", .expires_s = 600,
		};

		snprintf(user, sizeof(user), "%u", 200 + i);
		assert_int_equal(ua_account_alloc(&account, bed.agent, &config, NULL, NULL), 0);
	}
	settle();
	assert_int_equal(dns_questions(), 1);
}

static void test_a_stun_server_is_found_by_its_service(void **state)
{
	struct ua_stun_server *server;
	char addr[UA_STUN_ADDR_MAX];
	uint16_t port;

	(void)state;
	dns_srv("_stun._udp.example.org", 300, 20, 0, 3479, "b.example.org");
	dns_srv("_stun._udp.example.org", 300, 10, 0, 3480, "c.example.org");
	dns_srv("_sip._udp.example.org", 300, 1, 0, bed.peer_port, "b.example.org");
	dns_a("b.example.org", 300, "127.0.0.2");
	dns_a("c.example.org", 300, "127.0.0.3");
	assert_int_equal(ua_stun_server_alloc(&server, bed.agent, "example.org", 0), 0);
	assert_false(ua_stun_server_at(server, 0, addr, &port));
	settle();
	assert_true(ua_stun_server_at(server, 0, addr, &port));
	/* RFC 8489 s8: a name without port is asked for SRV by _stun._udp, the least priority first | not for SIP's */
	assert_string_equal(addr, "127.0.0.3");
	assert_int_equal(port, 3480);
	assert_true(ua_stun_server_at(server, 1, addr, &port));
	assert_string_equal(addr, "127.0.0.2");
	assert_true(ua_stun_server_at(server, 2, addr, &port));
	assert_string_equal(addr, "127.0.0.3");
	ua_stun_server_free(server);
}

static void test_a_stun_server_without_service_has_the_usual_port(void **state)
{
	struct ua_stun_server *server;
	char addr[UA_STUN_ADDR_MAX];
	uint16_t port;

	(void)state;
	dns_a("example.org", 300, "127.0.0.2");
	assert_int_equal(ua_stun_server_alloc(&server, bed.agent, "example.org", 0), 0);
	settle();
	assert_true(ua_stun_server_at(server, 0, addr, &port));
	assert_string_equal(addr, "127.0.0.2");
	/* RFC 8489 s8: without SRV the port is 3478 | so it is */
	assert_int_equal(port, 3478);
	ua_stun_server_free(server);
	assert_int_equal(ua_stun_server_alloc(&server, bed.agent, "example.org", 5349), 0);
	settle();
	assert_true(ua_stun_server_at(server, 0, addr, &port));
	assert_int_equal(port, 5349);
	ua_stun_server_free(server);
	assert_int_equal(ua_stun_server_alloc(&server, bed.agent, "192.0.2.7", 0), 0);
	assert_true(ua_stun_server_at(server, 0, addr, &port));
	assert_string_equal(addr, "192.0.2.7");
	ua_stun_server_free(server);
}

/* ---- resolv.conf ---- */

static struct {
	char path[64];
	uint16_t port; /* of the name server at 127.0.0.1 */
} conf;

static void conf_write(const char *text)
{
	FILE *file = fopen(conf.path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void on_nameservers(unsigned count, void *arg)
{
	(void)arg;
	bed_say("%u name servers", count);
}

/* The agent asks whom the file names; its account's only server has a name. */
static void start_with_conf(const char *text)
{
	struct ua_agent_config agent = {
		.local_addr = "127.0.0.1", .user_agent = "tipring", .resolv_conf = conf.path, .resolv_port = conf.port,
		.nameservers_read = on_nameservers,
	};
	struct ua_account_config account = {
		.user = "100", .domain = "example.org", .server_addr = "pbx.example.org", .server_port = bed.peer_port, .password = "",
		.expires_s = 600,
	};

	snprintf(conf.path, sizeof(conf.path), "/tmp/tipring-resolv-%d", (int)getpid());
	if (text)
		conf_write(text);
	dns_a("pbx.example.org", 60, "127.0.0.1");
	bed_agent_anew(&agent, &account);
	settle();
}

static int open_with_conf(void **state)
{
	int err = bed_open(state);

	conf.port = dns_bind();
	dns_open();
	return err;
}

static int close_with_conf(void **state)
{
	unlink(conf.path);
	return close_with_dns(state);
}

static void test_a_name_server_that_resolv_conf_names_later_is_asked_without_restart(void **state)
{
	(void)state;
	start_with_conf("# none of these answers\nsearch example.org\nnameserver 127.0.0.9\n");
	ua_account_register(bed.account, 0);
	bed_advance(1000);
	assert_int_equal(dns_questions(), 0);
	conf_write("nameserver\t127.0.0.1 \nnameserver 127.0.0.9\n");
	bed_advance(10000); /* the question that is under way goes there too */
	bed_heard("2 name servers");
	for (int i = 0; i < 3 && !dns_questions(); i++)
		bed_advance(4000);
	assert_int_equal(dns_questions(), 1);
	settle();
	bed_advance(SOON_MS);
	assert_starts(bed_receive(), "REGISTER ");
}

static void test_without_resolv_conf_the_old_name_servers_are_asked(void **state)
{
	unsigned questions;

	(void)state;
	start_with_conf("nameserver 127.0.0.1\n");
	questions = dns_questions();
	assert_int_equal(questions, 1);
	assert_int_equal(unlink(conf.path), 0);
	bed_advance(10000);
	settle();
	bed_heard("0 name servers");
	bed_advance(10000);
	bed_advance(40000);
	settle();
	bed_heard_nothing(); /* once */
	assert_int_equal(dns_questions(), questions + 1);
	conf_write("options edns0\n"); /* it is there, and names nobody */
	bed_advance(10000);
	bed_heard("0 name servers");
	conf_write("nameserver 127.0.0.1\n");
	bed_advance(10000);
	bed_heard("1 name servers");
}

static void test_a_resolv_conf_that_comes_late_counts(void **state)
{
	(void)state;
	start_with_conf(NULL);
	bed_heard("0 name servers");
	conf_write("nameserver 127.0.0.1\n");
	bed_advance(30000);
	settle();
	bed_heard("1 name servers");
	assert_int_equal(dns_questions(), 1);
}

static void test_the_name_server_nowhere_is_this_machine(void **state)
{
	(void)state;
	start_with_conf("nameserver 0.0.0.0\n");
	ua_account_register(bed.account, 0);
	settle();
	bed_advance(SOON_MS);
	assert_starts(bed_receive(), "REGISTER ");
}

static void test_what_resolv_conf_may_say(void **state)
{
	char text[] = "; nameserver 127.0.0.2\n"
		"domain example.org\n"
		"nameserver 127.0.0.1\n"
		"  nameserver \t 127.0.0.3;here\n"
		"nameserver\n"
		"nameserver pbx.example.org\n"
		"nameservers 127.0.0.9\n"
		"nameserver 2001:db8::1\r\n"
		"nameserver 127.0.0.5\t# and here\n"
		"nameserver 127.0.0.6"; /* one more than are asked */

	(void)state;
	start_with_conf("");
	bed_heard("0 name servers");
	conf_write(text);
	bed_advance(30000);
	bed_heard("4 name servers");
	bed_heard_nothing();
}

#define conf_test(test) cmocka_unit_test_setup_teardown(test, open_with_conf, close_with_conf)
#define dns_test(test) cmocka_unit_test_setup_teardown(test, open_with_dns, close_with_dns)

/* An account whose server nobody knows, and two places from where somebody may call. */
static void open_with_peers(const char *peers, const char *account_peers)
{
	const struct ua_agent_config agent = {.local_addr = bed.addr, .user_agent = "tipring", .nameservers = {nameserver}, .peers = peers};
	const struct ua_account_config account = {
		.user = "101", .domain = "example.net", .server_addr = "127.0.0.9", .server_port = 5060, .password = "", .expires_s = 600,
		.peers = account_peers,
	};

	bed_agent_anew(&agent, &account);
	bed_account_forget();
	bed_servers_of(3, "nowhere.example.org", 5060);
	settle();
}

/* A call from the place of that number to user; its first answer's status. */
static unsigned call_from(unsigned place, const char *user)
{
	static unsigned calls;
	const char *answer;
	char id[16];

	bed.speaker = place;
	bed.refuse_calls = true;
	snprintf(id, sizeof(id), "p%u", ++calls);
	bed_send("INVITE sip:%s@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.66:9;rport;branch=z9hG4bK-p%u\r\n"
		"From: <sip:300@example.org>;tag=p\r\nTo: <sip:%s@example.org>\r\nCall-ID: p%u\r\nCSeq: 1 INVITE\r\n"
		"Contact: <sip:300@127.0.0.66>\r\nContent-Length: 0\r\n\r\n", user, calls, user, calls);
	do
		answer = bed_receive();
	while (strcmp(header(answer, "Call-ID"), id) != 0 || !strncmp(answer, "SIP/2.0 100", 11));
	return (unsigned)atoi(answer + 8);
}

static void test_a_peer_may_be_listed_by_name(void **state)
{
	(void)state;
	dns_a("peer.example.org", 300, "127.0.0.2");
	dns_a("mine.example.org", 300, "127.0.0.3");
	open_with_peers("192.0.2.1 peer.example.org", "mine.example.org");
	/* RFC 3263 s5: who a name is, its addresses tell | a peer that is listed by name calls from one of them */
	assert_int_equal(call_from(1, "100"), 486);
	assert_int_equal(call_from(1, "101"), 486);
	assert_int_equal(call_from(2, "100"), 403);
	assert_int_equal(call_from(2, "101"), 486);
	assert_int_equal(call_from(2, "999"), 404); /* some account knows him */
}

static void test_a_peer_s_name_is_asked_for_again(void **state)
{
	(void)state;
	dns_a("peer.example.org", 300, "127.0.0.2");
	open_with_peers("peer.example.org", NULL);
	assert_int_equal(call_from(1, "100"), 486);
	dns_forget();
	dns_a("peer.example.org", 300, "127.0.0.3");
	bed_advance(299000);
	settle();
	assert_int_equal(call_from(1, "100"), 486);
	bed_advance(1000);
	settle();
	/* RFC 1035 s3.2.1: an answer counts for its TTL | then the name is asked for again, and who had the address before is a stranger */
	assert_int_equal(call_from(1, "100"), 403);
	assert_int_equal(call_from(2, "100"), 486);
}

static void test_a_peer_whose_name_is_not_found_any_more_is_a_stranger(void **state)
{
	(void)state;
	dns_a("peer.example.org", 30, "127.0.0.2");
	open_with_peers("peer.example.org", NULL);
	assert_int_equal(call_from(1, "100"), 486);
	dns_forget();
	bed_advance(30000);
	settle();
	assert_int_equal(call_from(1, "100"), 403);
	dns_a("peer.example.org", 30, "127.0.0.2");
	bed_advance(30000);
	settle();
	assert_int_equal(call_from(1, "100"), 486);
	dns_be_silent(true);
	bed_advance(30000);
	for (unsigned i = 0; i < 80; i++) /* the question is asked several times */
		bed_advance(1000);
	/* RFC 1035 s3.2.1: what has grown older than its TTL does not count | when the name server does not answer, or knows of nobody, nor does the name */
	assert_int_equal(call_from(1, "100"), 403);
}

static void test_until_it_is_found_nobody_has_a_name(void **state)
{
	(void)state;
	dns_be_silent(true);
	dns_a("peer.example.org", 30, "127.0.0.2");
	open_with_peers("peer.example.org", NULL);
	assert_int_equal(call_from(1, "100"), 403);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		dns_test(test_a_name_with_port_is_an_address),
		dns_test(test_a_peer_may_be_listed_by_name),
		dns_test(test_a_peer_s_name_is_asked_for_again),
		dns_test(test_a_peer_whose_name_is_not_found_any_more_is_a_stranger),
		dns_test(test_until_it_is_found_nobody_has_a_name),
		dns_test(test_a_stun_server_is_found_by_its_service),
		dns_test(test_a_stun_server_without_service_has_the_usual_port),
		dns_test(test_srv_is_followed_where_there_is_no_naptr),
		dns_test(test_naptr_tells_where_srv_is),
		dns_test(test_a_service_that_is_said_to_be_unavailable_is_not_looked_for_elsewhere),
		dns_test(test_a_server_that_falls_silent_is_left_for_the_next_of_its_name),
		dns_test(test_the_dns_is_asked_again_when_its_answer_is_too_old),
		dns_test(test_what_the_dns_said_last_stands_while_it_is_silent),
		dns_test(test_a_silent_dns_keeps_nobody_waiting),
		dns_test(test_the_address_of_a_name_s_canonical_name_is_its_server),
		dns_test(test_a_name_s_other_names_are_no_addresses),
		dns_test(test_names_that_lead_in_circles_lead_nowhere),
		dns_test(test_who_was_not_asked_is_not_heard),
		dns_test(test_each_question_comes_from_a_port_of_its_own),
		dns_test(test_many_names_are_found_at_once),
		dns_test(test_accounts_of_one_name_ask_once),
		conf_test(test_a_name_server_that_resolv_conf_names_later_is_asked_without_restart),
		conf_test(test_without_resolv_conf_the_old_name_servers_are_asked),
		conf_test(test_a_resolv_conf_that_comes_late_counts),
		conf_test(test_the_name_server_nowhere_is_this_machine),
		conf_test(test_what_resolv_conf_may_say),
	};

	return cmocka_run_group_tests_name("sip resolver", tests, NULL, NULL);
}
