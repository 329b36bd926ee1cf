/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is at the other end of a connection by TLS: names at one address, and who connects to us. */
#include "tests/unit/sip_tls_peer.h"

#define OTHER "other.example.net"

static struct ua_account *other;

static void on_other(struct ua_account *account, enum ua_registration registration, unsigned status, const char *reason, void *arg)
{
	(void)account;
	(void)arg;
	bed_say("other %d %u %s", registration, status, reason);
}

static void open_other(const char *tls_name)
{
	struct ua_account_config account = tls_peer_account();

	account.user = "200";
	account.domain = "example.net";
	account.tls_name = tls_name;
	assert_int_equal(ua_account_alloc(&other, bed.agent, &account, on_other, NULL), 0);
}

/* Its REGISTER. */
static const char *register_first(void)
{
	bed_register();
	return bed_receive();
}

static void accept(const char *request)
{
	char contact[120];

	tls_peer_speaks_by(bed_receiver());
	snprintf(contact, sizeof(contact), "Contact: %s\r\n", header(request, "Contact"));
	bed_reply(request, 200, "OK", "r", contact, "");
}

static void request_by(const char *via, const char *method, const char *user, const char *id, const char *headers)
{
	bed_send("%s sip:%s@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/%s 127.0.0.1:%u;branch=z9hG4bK-%s\r\n"
		"From: <sip:300@example.org>;tag=peer\r\nTo: <sip:%s@example.org>\r\nCall-ID: %s\r\nCSeq: 1 %s\r\n"
		"Max-Forwards: 70\r\n%sContent-Length: 0\r\n\r\n", method, user, bed.agent_port, via, tls_peer_port(), id, user, id, method,
		headers);
}

static void request(const char *method, const char *user, const char *id, const char *headers)
{
	request_by("TLS", method, user, id, headers);
}

#define CONTACT "Contact: <sip:300@127.0.0.1:5999;transport=tls>\r\n"

static void test_two_names_at_one_address_have_a_connection_each(void **state)
{
	const char *message;

	(void)state;
	tls_peer_certificate("other.pem", "DNS:" OTHER);
	tls_peer_shows(OTHER, "other.pem");
	open_other(OTHER);
	message = register_first();
	assert_starts(message, "REGISTER sip:example.org ");
	assert_int_equal(bed_receiver(), 0);
	accept(message);
	bed_heard("registration registered 200");
	ua_account_register(other, 0);
	message = bed_receive();
	assert_starts(message, "REGISTER sip:example.net ");
	/* RFC 5923 s9.1: a connection is taken for a name that its peer has proved alone | another name at the same address gets another one */
	assert_int_equal(bed_receiver(), 1);
	accept(message);
	bed_heard("other 1 0 ");
	bed_heard("other 2 200 OK");
	message = bed_call();
	assert_int_equal(bed_receiver(), 0);
	tls_peer_speaks_by(0);
	bed_reply(message, 486, "Busy Here", "b", "", "");
	bed_receive_new("ACK ");
	/* RFC 3261 s17.1.1.3: the ACK to a refusal goes where the INVITE went | by its connection */
	assert_int_equal(bed_receiver(), 0);
	assert_int_equal(tls_peer_connections(), 2);
}

static void test_what_comes_by_the_second_is_answered_there(void **state)
{
	(void)state;
	tls_peer_certificate("other.pem", "DNS:" OTHER);
	tls_peer_shows(OTHER, "other.pem");
	open_other(OTHER);
	accept(register_first());
	bed_heard("registration registered 200");
	ua_account_register(other, 0);
	accept(bed_receive());
	bed_heard("other 1 0 ");
	bed_heard("other 2 200 OK");
	tls_peer_speaks_by(1);
	request("INVITE", "200", "call", CONTACT);
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	/* RFC 3261 s18.2.2: a response goes by the connection that its request came by | by that of the account's name */
	assert_int_equal(bed_receiver(), 1);
	bed_heard("incoming 200 from 300 \"\" offering nothing");
	request("CANCEL", "200", "call", "");
	assert_starts(bed_receive(), "SIP/2.0 200 ");
	assert_starts(bed_receive(), "SIP/2.0 487 ");
	assert_int_equal(bed_receiver(), 1);
	bed_heard("ended by peer, status 0, cause 0");
	/* The other account's server is a stranger to it. */
	tls_peer_speaks_by(0);
	request("INVITE", "200", "strange", CONTACT);
	assert_starts(bed_receive(), "SIP/2.0 403 ");
}

static void test_who_has_not_the_name_hears_nothing_of_the_account(void **state)
{
	(void)state;
	open_other(OTHER);
	accept(register_first());
	bed_heard("registration registered 200");
	ua_account_register(other, 0);
	bed_heard("other 1 0 ");
	/* RFC 5922 s7.4: another name than was wanted ends the connection | also where one to that address stands already, for another account */
	bed_heard("other 3 0 certificate refused: hostname mismatch");
	assert_int_equal(tls_peer_connections(), 2);
	bed_quiet();
	assert_starts(bed_call(), "INVITE ");
	assert_int_equal(bed_receiver(), 0);
}

static void test_nor_does_it_while_the_first_handshake_goes_on(void **state)
{
	const char *message;

	(void)state;
	open_other(OTHER);
	ua_account_register(other, 0);
	ua_account_register(bed.account, 0);
	bed_heard("other 1 0 ");
	bed_heard("registration trying 0");
	message = bed_receive();
	assert_starts(message, "REGISTER sip:example.org ");
	bed_heard("other 3 0 certificate refused: hostname mismatch");
	accept(message);
	bed_heard("registration registered 200");
	bed_quiet();
}

static void test_both_names_of_a_certificate_share_its_connection(void **state)
{
	(void)state;
	tls_peer_certificate("both.pem", "DNS:" TLS_PEER_NAME ",DNS:" OTHER);
	tls_peer_shows(TLS_PEER_NAME, "both.pem");
	open_other(OTHER);
	accept(register_first());
	bed_heard("registration registered 200");
	ua_account_register(other, 0);
	assert_starts(bed_receive(), "REGISTER sip:example.net ");
	/* RFC 5923 s9.1: a connection may be taken for each name of its peer's certificate | it is */
	assert_int_equal(bed_receiver(), 0);
	assert_int_equal(tls_peer_connections(), 1);
}

static void test_requests_by_our_connection_are_answered_on_it(void **state)
{
	(void)state;
	accept(register_first());
	bed_heard("registration registered 200");
	request("OPTIONS", "100", "alive", "");
	/* RFC 5923 s5: who offered a connection takes requests by it | and answers them there */
	assert_starts(bed_receive(), "SIP/2.0 200 ");
	assert_int_equal(bed_receiver(), 0);
	assert_int_equal(tls_peer_connections(), 1);
}

static void test_the_connection_is_offered_where_we_show_who_we_are(void **state)
{
	struct ua_agent_config agent = tls_peer_agent();

	(void)state;
	/* RFC 5923 s8.1: a client that shows a certificate may offer its connection by "alias" in Via | it does, in each request over TLS */
	assert_has(register_first(), ";rport;alias\r\n");
	agent.tls.certificate_file = NULL;
	tls_peer_agent_anew(&agent, NULL);
	/* RFC 5923 s9.1: a connection of a client that does not is not for others' requests | then it is not offered */
	assert_has_not(register_first(), "alias");
}

static void call_by(unsigned connection, const char *id)
{
	tls_peer_speaks_by(connection);
	request("INVITE", "100", id, CONTACT);
}

static void test_a_connection_of_the_server_s_own_is_known_by_its_name(void **state)
{
	(void)state;
	tls_peer_certificate("other.pem", "DNS:" OTHER);
	call_by(tls_peer_connects("server.pem"), "named");
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	/* RFC 5922 s7.5: who connects is whom his certificate names | the server's own connection brings calls */
	bed_heard("incoming 100 from 300 \"\" offering nothing");
	assert_int_equal(bed_receiver(), 0);
	call_by(tls_peer_connects(NULL), "nameless");
	/* RFC 5922 s7.5: who shows none has proved nothing | he is a stranger: 403, though he has the server's address */
	assert_starts(bed_receive(), "SIP/2.0 403 ");
	assert_int_equal(bed_receiver(), 1);
	call_by(tls_peer_connects("other.pem"), "other");
	assert_starts(bed_receive(), "SIP/2.0 403 ");
	bed_send_by(tls_peer_send_by_udp);
	request_by("UDP", "INVITE", "100", "open", CONTACT);
	/* RFC 3261 s26.3.2.1: a server that is known by TLS is known by nothing else | by UDP its address is a stranger's */
	assert_starts(bed_receive(), "SIP/2.0 403 ");
	bed_heard_nothing();
}

static void test_whoever_is_listed_by_address_needs_no_name(void **state)
{
	struct ua_agent_config agent = tls_peer_agent();

	(void)state;
	agent.peers = TLS_PEER_ADDR;
	tls_peer_agent_anew(&agent, NULL);
	call_by(tls_peer_connects(NULL), "nameless");
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 300 \"\" offering nothing");
}

static void test_whoever_is_listed_by_a_name_must_prove_it(void **state)
{
	struct ua_agent_config agent = tls_peer_agent();
	struct ua_account_config account = tls_peer_account();

	(void)state;
	tls_peer_certificate("other.pem", "DNS:" OTHER);
	tls_peer_certificate("third.pem", "DNS:third.example.net");
	agent.peers = "192.0.2.1 tls:" OTHER;
	agent.strangers = UA_STRANGERS_SILENCE;
	account.server_addr = "127.0.0.9";
	tls_peer_agent_anew(&agent, &account);
	call_by(tls_peer_connects("other.pem"), "other");
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	/* RFC 5922 s7.5: who connects is whom his certificate names | he calls whose name is listed, from wherever he connects */
	bed_heard("incoming 100 from 300 \"\" offering nothing");
	request("OPTIONS", "999", "nobody", "");
	assert_starts(bed_receive(), "SIP/2.0 404 ");
	call_by(tls_peer_connects("third.pem"), "third");
	call_by(tls_peer_connects(NULL), "nameless");
	bed_send_by(tls_peer_send_by_udp);
	request_by("UDP", "INVITE", "100", "open", CONTACT);
	bed_quiet();
	bed_heard_nothing();
	account.peers = "tls:third.example.net";
	agent.peers = NULL;
	bed_send_by(tls_peer_send);
	tls_peer_agent_anew(&agent, &account);
	call_by(tls_peer_connects("third.pem"), "again");
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 300 \"\" offering nothing");
}

static void test_where_nobody_proves_anything_the_address_counts(void **state)
{
	struct ua_agent_config agent = tls_peer_agent();

	(void)state;
	agent.tls.unverified = true;
	tls_peer_agent_anew(&agent, NULL);
	open_other(OTHER);
	accept(register_first());
	bed_heard("registration registered 200");
	ua_account_register(other, 0);
	assert_starts(bed_receive(), "REGISTER sip:example.net ");
	assert_int_equal(bed_receiver(), 0);
	call_by(tls_peer_connects(NULL), "nameless");
	assert_starts(bed_receive(), "SIP/2.0 100 ");
}

static void test_a_connection_from_the_server_s_port_is_not_taken_for_the_server(void **state)
{
	(void)state;
	tls_peer_stop();
	(void)tls_peer_connects_from(tls_peer_port(), NULL);
	bed_register();
	/* RFC 5923 s9.1: a connection that came to us is taken for a server whose name it has proved alone | else none of ours goes by it */
	bed_heard("registration failed 0");
	bed_quiet();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		tls_peer_test(test_two_names_at_one_address_have_a_connection_each),
		tls_peer_test(test_what_comes_by_the_second_is_answered_there),
		tls_peer_test(test_who_has_not_the_name_hears_nothing_of_the_account),
		tls_peer_test(test_nor_does_it_while_the_first_handshake_goes_on),
		tls_peer_test(test_both_names_of_a_certificate_share_its_connection),
		tls_peer_test(test_requests_by_our_connection_are_answered_on_it),
		tls_peer_test(test_the_connection_is_offered_where_we_show_who_we_are),
		tls_peer_test(test_a_connection_of_the_server_s_own_is_known_by_its_name),
		tls_peer_test(test_whoever_is_listed_by_address_needs_no_name),
		tls_peer_test(test_whoever_is_listed_by_a_name_must_prove_it),
		tls_peer_test(test_where_nobody_proves_anything_the_address_counts),
		tls_peer_test(test_a_connection_from_the_server_s_port_is_not_taken_for_the_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
