/* SPDX-License-Identifier: BSD-3-Clause */
/* Who a call of ours says that calls, and what the network says of who calls here; against a peer of plain text. */
#include "tests/unit/sip_peer.h"

#define EIGHTY "ЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖ"


static int account(const char *name, enum ua_identity identity, const char *network)
{
	const struct ua_account_config config = {
		.user = "100", .domain = "example.org", .display_name = name, .server_addr = "127.0.0.1", .server_port = bed.peer_port,
		.password = "secret", .expires_s = 600, .identity = identity, .access_network = network,
	};

	ua_account_free(bed.account);
	bed.account = NULL;
	return ua_account_alloc(&bed.account, bed.agent, &config, NULL, NULL);
}

/* An INVITE to the server; it is refused, so that another may follow. */
static const char *call(bool anonymous)
{
	const struct ua_call_to to = {.user = "200", .replaces = "", .referred_by = "", .anonymous = anonymous};
	struct ua_sdp offer;
	const char *invite;

	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), 0);
	invite = bed_receive();
	bed_reply(invite, 404, "Not Found", "x", "", "");
	assert_starts(bed_receive(), "ACK ");
	bed_heard("ended by peer, status 404, cause 0");
	return invite;
}

static void test_an_identity_is_said_as_the_server_wants_it(void **state)
{
	static const struct {
		enum ua_identity identity;
		bool hidden;
		const char *preferred, *asserted, *remote, *privacy;
	} rows[] = {
#define US "\"Ann\" <sip:100@example.org>"
		{UA_IDENTITY_FROM, false, "", "", "", ""},
		/* RFC 3325 s9.2: who hides may prefer an identity that the server alone hears | the account's */
		{UA_IDENTITY_FROM, true, US, "", "", "id"},
		/* RFC 3325 s9.2: P-Preferred-Identity says which identity is to be asserted | where the account wants that, in each call */
		{UA_IDENTITY_PREFERRED, false, US, "", "", ""},
		{UA_IDENTITY_PREFERRED, true, US, "", "", "id"},
		/* RFC 3325 s9.1: who is trusted asserts the identity itself | where the account wants that */
		{UA_IDENTITY_ASSERTED, false, "", US, "", ""},
		/* RFC 3325 s7: an identity with Privacy: id goes to the trusted alone | to the server, with Privacy: id */
		{UA_IDENTITY_ASSERTED, true, "", US, "", "id"},
		{UA_IDENTITY_REMOTE_PARTY, false, "", "", US ";party=calling;privacy=off", ""},
		{UA_IDENTITY_REMOTE_PARTY, true, "", "", US ";party=calling;privacy=full", "id"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *invite;

		assert_int_equal(account("Ann", rows[i].identity, NULL), 0);
		invite = call(rows[i].hidden);
		assert_string_equal(header(invite, "P-Preferred-Identity"), rows[i].preferred);
		assert_string_equal(header(invite, "P-Asserted-Identity"), rows[i].asserted);
		assert_string_equal(header(invite, "Remote-Party-ID"), rows[i].remote);
		assert_string_equal(header(invite, "Privacy"), rows[i].privacy);
		assert_int_equal(strstr(header(invite, "From"), "sip:100@") != NULL, !rows[i].hidden);
	}
}

static void test_the_access_network_is_told_to_the_server(void **state)
{
	(void)state;
	assert_int_equal(account("", UA_IDENTITY_FROM, "IEEE-802.3;eth-location=\"7\""), 0);
	/* RFC 7315 s4.4: P-Access-Network-Info tells the server which access is used | as the account says */
	assert_string_equal(header(call(false), "P-Access-Network-Info"), "IEEE-802.3;eth-location=\"7\"");
	assert_int_equal(account("", UA_IDENTITY_FROM, NULL), 0);
	assert_string_equal(header(call(false), "P-Access-Network-Info"), "");
	assert_int_equal(account("", UA_IDENTITY_FROM, "x\r\nEvil: 1"), EINVAL);
}

static void test_an_odd_display_name_stays_one_string(void **state)
{
	(void)state;
	assert_int_equal(account("a\"b\\c <sip:x>, \xc3\xa9\r\nEvil: 1", UA_IDENTITY_FROM, NULL), 0);
	/* RFC 3261 s25.1: quotes and backslashes of a display name are escaped | they are, and a line's end is a blank */
	assert_starts(header(call(false), "From"), "\"a\\\"b\\\\c <sip:x>, \xc3\xa9  Evil: 1\" <sip:100@example.org>;tag=");
	assert_int_equal(account(EIGHTY, UA_IDENTITY_PREFERRED, NULL), 0);
	/* RFC 3261 s25.1: a display name may be UTF-8 | 80 characters go out whole */
	assert_string_equal(header(call(false), "P-Preferred-Identity"), "\"" EIGHTY "\" <sip:100@example.org>");
}

static void incoming(const char *headers)
{
	static unsigned calls;
	char id[16], text[1500];

	snprintf(id, sizeof(id), "in%u", ++calls);
	snprintf(text, sizeof(text), "Contact: <sip:200@127.0.0.1:%u>\r\n%s", bed.peer_port, headers);
	bed_invite(id, text, SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 100 Trying");
}

static void test_a_callers_name_of_80_characters_is_told_whole(void **state)
{
	(void)state;
	incoming("P-Asserted-Identity: \"" EIGHTY "\" <sip:300@example.org>\r\n");
	bed_heard("incoming 100 from 300 \"" EIGHTY "\" offering 192.0.2.1:5004");
}

static void test_the_network_says_whether_the_number_is_the_callers(void **state)
{
	static const struct {
		const char *header, *from, *said;
	} rows[] = {
		{"P-Asserted-Identity: <sip:+12155551212;verstat=TN-Validation-Passed@x;user=phone>\r\n", "+12155551212", "verified"},
		{"P-Asserted-Identity: <tel:+1-215-555-1212;verstat=TN-Validation-Failed>\r\n", "+12155551212", "not verified"},
		{"P-Asserted-Identity: <sip:300@x>, <tel:+12155551212;VerStat=TN-Validation-Passed-B>\r\n", "300", "verified"},
		{"P-Asserted-Identity: <sip:300@x;verstat=TN-Validation-Passed>\r\n", "300", "verified"},
		{"P-Asserted-Identity: <tel:+12155551212;verstat=No-TN-Validation>\r\n", "+12155551212", NULL},
		{"P-Asserted-Identity: <tel:+12155551212;verstat=TN>\r\n", "+12155551212", NULL},
		{"P-Asserted-Identity: <tel:+12155551212;xverstat=TN-Validation-Passed>\r\n", "+12155551212", NULL},
	};
	char expected[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		incoming(rows[i].header);
		snprintf(expected, sizeof(expected), "incoming 100 from %s \"The \"Peer\"\" offering 192.0.2.1:5004", rows[i].from);
		bed_heard(expected);
		if (rows[i].said)
			bed_heard(rows[i].said);
		bed_heard_nothing();
	}
}

static void test_who_hides_or_is_not_trusted_is_not_called_verified(void **state)
{
	(void)state;
	incoming("Privacy: id\r\nP-Asserted-Identity: <tel:+12155551212;verstat=TN-Validation-Passed>\r\n");
	bed_heard("incoming 100 from  \"\" offering 192.0.2.1:5004");
	bed_heard("anonymous");
	bed_heard_nothing();
	bed_server_elsewhere();
	incoming("P-Asserted-Identity: <tel:+12155551212;verstat=TN-Validation-Passed>\r\n");
	bed_heard("incoming 100 from 200 \"The \"Peer\"\" offering 192.0.2.1:5004");
	bed_heard_nothing();
}

/* RFC 5031: whatever the number is here, the network finds the centre. */
static void test_an_emergency_call_may_name_the_service(void **state)
{
	struct ua_call_to to = {.uri = "urn:service:sos", .replaces = "", .referred_by = ""};
	struct ua_sdp offer;
	const char *invite, *cancel;

	(void)state;
	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), 0);
	invite = bed_receive();
	/* RFC 5031 s4.2: an emergency call may name the service in place of a number | urn:service:sos as Request-URI */
	assert_starts(invite, "INVITE urn:service:sos SIP/2.0\r\n");
	assert_string_equal(header(invite, "To"), "<urn:service:sos>");
	bed_reply(invite, 407, "Proxy Authentication Required", "x",
		"Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n\", qop=\"auth\"\r\n", "");
	assert_starts(bed_receive(), "ACK urn:service:sos ");
	invite = bed_receive();
	assert_has(invite, "uri=\"urn:service:sos\"");
	bed_reply(invite, 180, "Ringing", "b", "Contact: <sip:psap@127.0.0.1:5999>\r\n", "");
	bed_heard("progress 180 nothing");
	bed_end(0);
	cancel = bed_receive();
	assert_starts(cancel, "CANCEL urn:service:sos ");
	to.uri = "urn:service:counseling";
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), EINVAL);
}

/* The account registers, and that is what the registrar says. */
static void registers(bool network_identity, const char *headers)
{
	const struct ua_account_config config = {
		.user = "100", .domain = "example.org", .display_name = "Ann", .server_addr = "127.0.0.1", .server_port = bed.peer_port,
		.password = "secret", .expires_s = 600, .identity = UA_IDENTITY_PREFERRED, .network_identity = network_identity,
	};
	char text[4096];

	ua_account_free(bed.account);
	bed.account = NULL;
	assert_int_equal(ua_account_alloc(&bed.account, bed.agent, &config, NULL, NULL), 0);
	assert_int_equal(ua_account_register(bed.account, 0), 0);
	snprintf(text, sizeof(text), "Contact: <sip:100@127.0.0.1:%u>;expires=600\r\n%s", bed.agent_port, headers);
	bed_reply(bed_receive(), 200, "OK", "r", text, "");
	bed_quiet();
}

#define ASSOCIATED "P-Associated-URI: <sip:+15550100@example.org;user=phone>, \"Ann\" <sip:ann@example.org>;x=y\r\n" \
	"P-Associated-URI: <tel:+1-555-0101>, <mailto:a@b>, <sip:a b@c>, nonsense\r\n"

static void test_the_addresses_that_the_registrar_names_are_kept(void **state)
{
	char many[2048] = "";

	(void)state;
	registers(false, ASSOCIATED);
	/* RFC 7315 s4.1: a 200 to REGISTER names the addresses that belong to the account | those that can be called, in their order */
	assert_string_equal(ua_account_associated(bed.account, 0), "sip:+15550100@example.org;user=phone");
	assert_string_equal(ua_account_associated(bed.account, 1), "sip:ann@example.org");
	assert_string_equal(ua_account_associated(bed.account, 2), "tel:+1-555-0101");
	assert_null(ua_account_associated(bed.account, 3));
	for (int i = 0; i < 20; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many), "P-Associated-URI: <sip:%d@a>\r\n", i);
	registers(false, many);
	assert_string_equal(ua_account_associated(bed.account, 15), "sip:15@a");
	assert_null(ua_account_associated(bed.account, 16));
}

static void test_the_default_public_identity_calls_where_the_account_wants_it(void **state)
{
	const char *invite;

	(void)state;
	registers(true, ASSOCIATED);
	invite = call(false);
	/* RFC 7315 s4.1: the first address is the default public identity | with network_identity calls say it, with the account's name */
	assert_starts(header(invite, "From"), "\"Ann\" <sip:+15550100@example.org;user=phone>;tag=");
	assert_string_equal(header(invite, "P-Preferred-Identity"), "\"Ann\" <sip:+15550100@example.org;user=phone>");
	assert_has_not(header(call(true), "From"), "15550100");
	registers(true, "");
	assert_starts(header(call(false), "From"), "\"Ann\" <sip:100@example.org>;tag=");
	registers(false, ASSOCIATED);
	assert_starts(header(call(false), "From"), "\"Ann\" <sip:100@example.org>;tag=");
}

static void called_as(const char *user)
{
	static unsigned calls;

	calls++;
	bed_send("INVITE sip:%s@127.0.0.1:%u SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%u\r\nMax-Forwards: 70\r\n"
		"From: <sip:300@example.org>;tag=a\r\nTo: <sip:100@example.org>\r\nCall-ID: %u\r\nCSeq: 1 INVITE\r\n"
		"Contact: <sip:300@127.0.0.1:%u>\r\nContent-Length: 0\r\n\r\n", user, bed.agent_port, bed.peer_port, calls, calls, bed.peer_port);
}

static void test_calls_to_any_of_its_addresses_are_the_account_s(void **state)
{
	static const char *const users[] = {"+15550100", "ann", "+15550101", "%61nn"};

	(void)state;
	bed.refuse_calls = true;
	registers(false, ASSOCIATED);
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		called_as(users[i]);
		assert_starts(bed_receive(), "SIP/2.0 100 ");
		/* RFC 7315 s4.1: the addresses are the account's | its server may send a call to any of them */
		assert_starts(bed_receive(), "SIP/2.0 486 ");
		bed_heard("incoming 100 from 300 \"\" offering nothing");
	}
	called_as("bob");
	assert_starts(bed_receive(), "SIP/2.0 404 ");
	registers(false, "");
	called_as("ann");
	assert_starts(bed_receive(), "SIP/2.0 404 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_an_identity_is_said_as_the_server_wants_it),
		bed_test(test_the_access_network_is_told_to_the_server),
		bed_test(test_an_odd_display_name_stays_one_string),
		bed_test(test_a_callers_name_of_80_characters_is_told_whole),
		bed_test(test_the_network_says_whether_the_number_is_the_callers),
		bed_test(test_who_hides_or_is_not_trusted_is_not_called_verified),
		bed_test(test_an_emergency_call_may_name_the_service),
		bed_test(test_the_addresses_that_the_registrar_names_are_kept),
		bed_test(test_the_default_public_identity_calls_where_the_account_wants_it),
		bed_test(test_calls_to_any_of_its_addresses_are_the_account_s),
	};

	return cmocka_run_group_tests_name("sip identity", tests, NULL, NULL);
}
