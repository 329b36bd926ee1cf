/* SPDX-License-Identifier: BSD-3-Clause */
/* Addresses that reach an instance from anywhere (RFC 5627), and the Contact of who hides his number, against a registrar of plain text. */
#include "tests/unit/sip_peer.h"

#define URN  "urn:uuid:5b2c7a50-3f0e-4d5e-9d0c-6a1b2c3d4e5f"
#define PUB  "sip:100@example.org;gr=" URN
#define TEMP "sip:tgruu.7hs==jd7vnzga5w7fajsc7-ajd6fabz0f8g5@example.com;gr"

static struct ua_account_config config(void)
{
	return (struct ua_account_config){
		.user = "100", .domain = "example.org", .server_addr = bed.addr, .server_port = bed.peer_port, .password = "secret",
		.expires_s = 600, .instance = URN, .gruu = true,
	};
}

static void open_account(const struct ua_account_config *account)
{
	const struct ua_agent_config agent = {.local_addr = bed.addr, .user_agent = "tipring"};

	bed_agent_anew(&agent, account);
}

static const char *start(void)
{
	const struct ua_account_config account = config();

	open_account(&account);
	bed_register();
	return bed_receive();
}

static void accept(const char *request, const char *params, const char *headers)
{
	const char *uri = header(request, "Contact");
	char text[1024];

	assert_starts(request, "REGISTER ");
	snprintf(text, sizeof(text), "Contact: <sip:100@192.0.2.9>;pub-gruu=\"sip:100@other.example;gr=urn:x:1\", %.*s>;expires=600;%s\r\n%s",
		(int)strcspn(uri, ">"), uri, params, headers);
	bed_reply(request, 200, "OK", "r", text, "");
	bed_heard("registration registered 200");
}

static void accept_both(const char *request)
{
	accept(request, "pub-gruu=\"" PUB "\";temp-gruu=\"" TEMP "\";+sip.instance=\"<" URN ">\"", "");
}

static const char *call_hidden(bool hidden)
{
	struct ua_call_to to = {.user = "200", .replaces = "", .referred_by = "", .anonymous = hidden};
	struct ua_sdp offer;

	ua_sdp_offer(&offer, &bed.local);
	assert_int_equal(ua_invite_send_to(&bed.invite, bed.account, &to, &offer, &bed_handlers, NULL), 0);
	return bed_receive_new("INVITE ");
}

static void refuse(const char *invite)
{
	bed_reply(invite, 486, "Busy Here", "b", "", "");
	bed_heard("ended by peer, status 486, cause 0");
	bed_receive_new("ACK ");
}

static const char *peer_contact(void)
{
	static char text[80];

	snprintf(text, sizeof(text), "Contact: <sip:200@127.0.0.1:%u>\r\n", bed.peer_port);
	return text;
}

static void test_a_registration_asks_for_them(void **state)
{
	struct ua_account_config account = config();
	const char *request = start();

	(void)state;
	/* RFC 5627 s4.1: who wants GRUUs supports them in REGISTER | gruu */
	assert_has(request, "Supported: path, gruu\r\n");
	/* RFC 5627 s4.1: ... and says which instance it is | the account's, in each REGISTER */
	assert_has(header(request, "Contact"), ";+sip.instance=\"<" URN ">\";");
	assert_has_not(request, "reg-id");
	account.gruu = false;
	open_account(&account);
	bed_register();
	request = bed_receive();
	assert_has(request, "Supported: path\r\n");
	accept_both(request);
	/* RFC 5627 s4.2: only who asked for them has them | who did not makes calls as ever */
	assert_has(header(bed_call(), "Contact"), "<sip:100@127.0.0.1:");
}

static void test_calls_are_made_and_answered_by_the_public_one(void **state)
{
	struct ua_sdp sdp, offer;
	const char *invite, *text;

	(void)state;
	accept_both(start());
	invite = bed_call();
	/* RFC 5627 s4.4: what begins a dialog has a GRUU as Contact | the public one, of our own Contact's row */
	assert_string_equal(header(invite, "Contact"), "<" PUB ">");
	bed_talk(invite, peer_contact());
	bed_in_dialog(header(invite, "To"), header(invite, "From"), header(invite, "Call-ID"), 1, "OPTIONS", "", "");
	bed_receive();
	bed_end(16);
	text = bed_receive_new("BYE ");
	bed_reply(text, 200, "OK", NULL, "", "");
	bed_invite("a", peer_contact(), SDP(5004));
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	bed_heard("incoming 100 from 200 \"The \"Peer\"\" offering 192.0.2.1:5004");
	assert_int_equal(ua_sdp_parse(&offer, SDP(5004), strlen(SDP(5004))), 0);
	assert_int_equal(ua_sdp_answer(&sdp, &offer, &bed.local), 0);
	assert_int_equal(ua_invite_ring(bed.invite, false, NULL), 0);
	/* RFC 5627 s4.4: a response that makes a dialog has it too | a 180 */
	assert_string_equal(header(bed_receive(), "Contact"), "<" PUB ">");
	assert_int_equal(ua_invite_answer(bed.invite, &sdp), 0);
	/* RFC 5627 s4.4: ... and each later one that may move the target | a 200 */
	assert_string_equal(header(bed_receive(), "Contact"), "<" PUB ">");
}

static void test_who_hides_calls_by_the_temporary_one(void **state)
{
	const char *request = start(), *invite;

	(void)state;
	accept_both(request);
	invite = call_hidden(true);
	/* RFC 5627 s4.4: who wants to stay unknown uses a temporary GRUU | where the number is hidden */
	assert_string_equal(header(invite, "Contact"), "<" TEMP ">");
	refuse(invite);
	bed_advance(450000);
	accept(bed_receive_new("REGISTER "), "pub-gruu=\"" PUB "\";temp-gruu=\"sip:t2@example.com;gr\"", "");
	invite = call_hidden(true);
	/* RFC 5627 s4.2: each 2xx to REGISTER brings new ones | those of the last one are used */
	assert_string_equal(header(invite, "Contact"), "<sip:t2@example.com;gr>");
	refuse(invite);
	bed_advance(450000);
	accept(bed_receive_new("REGISTER "), "q=1", "");
	/* RFC 5627 s4.2: ... and one without them takes them away | Contact is the address again */
	assert_has(header(bed_call(), "Contact"), "<sip:100@127.0.0.1:");
}

static void test_what_is_no_gruu_is_not_used(void **state)
{
	static const char *const rows[] = {
		"pub-gruu=\"sip:100@example.org\"", "pub-gruu=\"mailto:100@example.org;gr=1\"", "pub-gruu=\"\"",
		"pub-gruu=\"sip:100@example.org;gr=1?Replaces=x\"", "pub-gruu=\"sip:1>00@example.org;gr=1\"", "pub-gruu=\"sip:1 00@example.org;gr=1\"",
		"pub-gruu=\"sip:100@;gr=1\"", "pub-gruu=\"sip:100@example.org;gr=1", "pub-gruu=sip",
	};
	const char *request = start(), *invite;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		accept(request, rows[i], "");
		invite = bed_call();
		/* RFC 5627 s4.2: a GRUU is a SIP or SIPS URI with the parameter gr | what is none is passed over */
		assert_has(header(invite, "Contact"), "<sip:100@127.0.0.1:");
		refuse(invite);
		bed_advance(450000);
		request = bed_receive_new("REGISTER ");
	}
	snprintf(text, sizeof(text), "pub-gruu=\"sip:100@example.org;gr=%0300d\"", 1);
	accept(request, text, "");
	assert_has(header(bed_call(), "Contact"), "<sip:100@127.0.0.1:");
}

static void invite_to(const char *uri)
{
	static unsigned number;

	number++;
	bed_send("INVITE %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-g%u\r\nMax-Forwards: 70\r\n"
		"From: <sip:200@example.org>;tag=p%u\r\nTo: <%s>\r\nCall-ID: g%u\r\nCSeq: 1 INVITE\r\n%sContent-Type: application/sdp\r\n"
		"Content-Length: %zu\r\n\r\n%s", uri, bed.peer_port, number, number, uri, number, peer_contact(), strlen(SDP(5004)), SDP(5004));
}

static void test_a_call_to_one_of_them_is_ours(void **state)
{
	static const char *const ours[] = {PUB, TEMP, "sip:100@EXAMPLE.org;gr=URN:uuid:5b2c7a50-3f0e-4d5e-9d0c-6a1b2c3d4e5f"};
	static const char *const others[] = {"sip:100@example.org;gr=urn:uuid:5b2c7a50-3f0e-4d5e-9d0c-000000000000", "sip:100@example.org;gr", "sip:t2@example.com;gr"};

	(void)state;
	accept_both(start());
	bed.refuse_calls = true;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		invite_to(ours[i]);
		assert_starts(bed_receive(), "SIP/2.0 100 ");
		/* RFC 5627 s4.5: a request may come to a GRUU itself | it is for whoever has it */
		assert_starts(bed_receive(), "SIP/2.0 486 ");
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		invite_to(others[i]);
		/* RFC 5627 s5.1: a GRUU means one instance and no other | that of another one is 404 here, whatever its user */
		assert_starts(bed_receive(), "SIP/2.0 404 ");
	}
}

static void test_a_hidden_callers_contact_does_not_say_who_he_is(void **state)
{
	const char *invite, *contact;
	struct ua_sdp again;
	char uri[128];

	(void)state;
	invite = call_hidden(true);
	contact = header(invite, "Contact");
	/* RFC 3323 s4.1.1: nothing that the caller's agent writes says who he is | Contact has a user of chance */
	assert_starts(contact, "<sip:anonymous-");
	assert_has_not(contact, "100@");
	/* RFC 3323 s4.1.1: ... but where requests reach him | Contact has our address */
	assert_has(contact, "@127.0.0.1:");
	bed_talk(invite, peer_contact());
	ua_sdp_offer(&again, &bed.local);
	assert_int_equal(ua_invite_offer(bed.invite, &again), 0);
	/* RFC 3323 s4.1.1: ... in no later request of the call either | a re-INVITE has the same Contact */
	assert_string_equal(header(bed_receive_new("INVITE "), "Contact"), contact);
	snprintf(uri, sizeof(uri), "%.*s", (int)strcspn(contact + 1, ">"), contact + 1);
	bed.refuse_calls = true;
	invite_to(uri);
	assert_starts(bed_receive(), "SIP/2.0 100 ");
	assert_starts(bed_receive(), "SIP/2.0 486 "); /* as who is transferred to him calls */
	invite_to("sip:anonymous-0123456789abcdef@127.0.0.1");
	assert_starts(bed_receive(), "SIP/2.0 404 ");
}

static void test_who_does_not_hide_calls_by_his_number(void **state)
{
	(void)state;
	assert_has(header(call_hidden(false), "Contact"), "<sip:100@127.0.0.1:");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		bed_test(test_a_registration_asks_for_them),
		bed_test(test_calls_are_made_and_answered_by_the_public_one),
		bed_test(test_who_hides_calls_by_the_temporary_one),
		bed_test(test_what_is_no_gruu_is_not_used),
		bed_test(test_a_call_to_one_of_them_is_ours),
		bed_test(test_a_hidden_callers_contact_does_not_say_who_he_is),
		bed_test(test_who_does_not_hide_calls_by_his_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
