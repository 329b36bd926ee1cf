/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <re.h>

#include "sip/credentials.h"
#include "sip/dialog.h"
#include "sip/message.h"

#define RESPONSE "SIP/2.0 %s\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=%s\r\n" \
	"To: <sip:b@x>;tag=%s\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\n%s\r\n"

static struct sip_msg *decode(const char *format, ...)
{
	struct mbuf *mb = mbuf_alloc(1024);
	struct sip_msg *msg;
	va_list args;
	char text[4096];

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	assert_int_equal(mbuf_write_str(mb, text), 0);
	mb->pos = 0;
	assert_int_equal(sip_msg_decode(&msg, mb), 0);
	mem_deref(mb);
	return msg;
}

static struct sip_msg *response(const struct ua_dialog *started, const char *tag, const char *headers)
{
	return decode(RESPONSE, "200 OK", started->local_tag, tag, started->call_id, headers);
}

/* What a request within the dialog says. */
static const char *written(const struct ua_dialog *dialog)
{
	static char text[2048];
	struct mbuf *mb = mbuf_alloc(512);

	assert_int_equal(ua_dialog_write(dialog, mb, "BYE", 7), 0);
	snprintf(text, sizeof(text), "%.*s", (int)mb->pos, (const char *)mb->buf);
	mem_deref(mb);
	return text;
}

static struct ua_dialog *start(void)
{
	struct ua_dialog *dialog;

	assert_int_equal(ua_dialog_start(&dialog, "<sip:a@x>", "<sip:b@x>", "sip:b@x"), 0);
	return dialog;
}

static void test_forks_of_one_invite_are_told_apart(void **state)
{
	struct ua_dialog *started = start(), *one, *two;
	struct sip_msg *first = response(started, "1", "Contact: <sip:one@h>\r\n");
	struct sip_msg *second = response(started, "2", "Contact: <sip:two@h>\r\n");

	(void)state;
	assert_int_equal(ua_dialog_fork(&one, started, first), 0);
	assert_int_equal(ua_dialog_fork(&two, started, second), 0);
	assert_true(ua_dialog_has(one, first));
	/* RFC 3261 s12: a dialog is Call-ID, local tag and remote tag | forks differ by the remote tag */
	assert_false(ua_dialog_has(one, second));
	assert_true(ua_dialog_has(two, second));
	assert_string_equal(one->target, "sip:one@h");
	assert_string_equal(two->target, "sip:two@h");
	assert_string_equal(started->target, "sip:b@x");
	mem_deref(first);
	mem_deref(second);
	mem_deref(one);
	mem_deref(two);
	mem_deref(started);
}

static void test_the_2xx_alone_says_the_route(void **state)
{
	struct ua_dialog *started = start(), *dialog;
	struct sip_msg *early = response(started, "1", "Record-Route: <sip:early;lr>\r\nContact: <sip:e@h>\r\n");
	struct sip_msg *ok = response(started, "1", "Record-Route: <sip:p2;lr>, <sip:p1;lr=on>\r\n"
		"Record-Route: <sip:p0;lr>\r\nContact: <sip:ok@h>\r\n");

	(void)state;
	assert_int_equal(ua_dialog_fork(&dialog, started, early), 0);
	assert_int_equal(ua_dialog_confirm(dialog, ok), 0);
	assert_string_equal(ua_dialog_request_uri(dialog), "sip:ok@h");
	assert_non_null(strstr(written(dialog),
		"Route: <sip:p0;lr>\r\nRoute: <sip:p1;lr=on>\r\nRoute: <sip:p2;lr>\r\nFrom: <sip:a@x>;tag="));
	assert_non_null(strstr(written(dialog), "To: <sip:b@x>;tag=1\r\n"));
	assert_non_null(strstr(written(dialog), "CSeq: 7 BYE\r\n"));
	/* RFC 3261 s13.2.2.4: the 2xx sets the route set anew | that of the provisional response is forgotten */
	assert_null(strstr(written(dialog), "early"));
	mem_deref(early);
	mem_deref(ok);
	mem_deref(dialog);
	mem_deref(started);
}

static void test_too_many_routes_make_no_dialog(void **state)
{
	struct ua_dialog *started = start(), *dialog;
	char routes[2048] = "";
	struct sip_msg *msg;

	(void)state;
	for (unsigned i = 0; i <= UA_ROUTES_MAX; i++)
		strcat(routes, "Record-Route: <sip:p;lr>\r\n");
	msg = response(started, "1", routes);
	assert_int_equal(ua_dialog_fork(&dialog, started, msg), EBADMSG);
	mem_deref(msg);
	mem_deref(started);
}

static void test_what_is_sent_again_brings_no_lines_along(void **state)
{
	struct ua_dialog *started = start(), *dialog;
	struct sip_msg *folded = response(started, "1;x=\r\n y\rEvil: 1", "Contact: <sip:b@h>\r\n");
	struct sip_msg *contact = response(started, "2", "Contact: <sip:b@h\r\n Evil:1>\r\n");
	struct sip_msg *route = response(started, "3", "Record-Route: <sip:h;lr\r\n Evil:1>\r\n");

	(void)state;
	assert_int_equal(ua_dialog_fork(&dialog, started, folded), 0);
	assert_non_null(strstr(written(dialog), "To: <sip:b@x>;tag=1;x=   y Evil: 1\r\n"));
	mem_deref(dialog);
	assert_int_equal(ua_dialog_fork(&dialog, started, contact), 0);
	assert_string_equal(dialog->target, "sip:b@x");
	mem_deref(dialog);
	assert_int_equal(ua_dialog_fork(&dialog, started, route), EBADMSG);
	mem_deref(folded);
	mem_deref(contact);
	mem_deref(route);
	mem_deref(started);
}

static void test_the_next_hop_is_the_first_route_the_target_or_the_server(void **state)
{
	static const struct {
		const char *headers, *hop;
	} rows[] = {
		/* RFC 3261 s8.1.2: a request without route goes to its Request-URI | it does */
		{"Contact: <sip:b@192.0.2.1:5062>\r\n", "192.0.2.1:5062 TCP"},
		{"Contact: <sip:b@192.0.2.1>\r\n", "192.0.2.1:5060 TCP"},
		{"Contact: <sip:b@host.example>\r\n", "192.0.2.200:5099 TCP"},
		{"Contact: <sip:b@[::1]>\r\n", "192.0.2.200:5099 TCP"},
		/* RFC 3263 s4.1: the transport parameter is obeyed | it is */
		{"Contact: <sip:b@192.0.2.1;transport=UDP>\r\n", "192.0.2.1:5060 UDP fixed"},
		{"Contact: <sip:b@host.example;transport=udp>\r\n", "192.0.2.200:5099 TCP"},
		{"Contact: <sip:b@192.0.2.1;transport=tcp>\r\n", "192.0.2.1:5060 TCP"},
		{"", "192.0.2.200:5099 TCP"},
		/* RFC 3261 s8.1.2: a request goes to its first route | it does */
		{"Record-Route: <sip:192.0.2.9:5070;lr>\r\nContact: <sip:b@192.0.2.1>\r\n", "192.0.2.9:5070 TCP"},
		{"Record-Route: <sip:host.example;lr>\r\nContact: <sip:b@192.0.2.1>\r\n", "192.0.2.200:5099 TCP"},
	};
	struct ua_hop server = {.type = SIP_TRANSP_TCP}, hop;
	char text[64];

	(void)state;
	assert_int_equal(sa_set_str(&server.addr, "192.0.2.200", 5099), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ua_dialog *started = start(), *dialog;
		struct sip_msg *msg = response(started, "1", rows[i].headers);

		assert_int_equal(ua_dialog_fork(&dialog, started, msg), 0);
		ua_dialog_next_hop(dialog, &server, &hop);
		(void)re_snprintf(text, sizeof(text), "%J %s%s", &hop.addr, sip_transp_name(hop.type), hop.is_fixed ? " fixed" : "");
		assert_string_equal(text, rows[i].hop);
		mem_deref(msg);
		mem_deref(dialog);
		mem_deref(started);
	}
}

static void test_a_request_must_be_newer_than_the_last(void **state)
{
	struct ua_dialog *dialog = start();
	struct sip_msg *msg = decode("BYE sip:a@x SIP/2.0\r\nCSeq: 5 BYE\r\n\r\n");

	(void)state;
	assert_true(ua_dialog_in_order(dialog, msg));
	assert_false(ua_dialog_in_order(dialog, msg));
	msg->cseq.num = 4;
	assert_false(ua_dialog_in_order(dialog, msg));
	msg->cseq.num = 9;
	assert_true(ua_dialog_in_order(dialog, msg));
	mem_deref(msg);
	mem_deref(dialog);
}

static void test_a_stranger_gets_no_answer_to_a_challenge(void **state)
{
	struct ua_attempt attempt = {0};
	struct ua_credentials *credentials;
	struct sip_msg *home = decode(RESPONSE, "401 No", "a", "b", "c",
		"WWW-Authenticate: Digest realm=\"home\", nonce=\"n\"\r\n");
	struct sip_msg *strange = decode(RESPONSE, "401 No", "a", "b", "c",
		"WWW-Authenticate: Digest realm=\"elsewhere\", nonce=\"n\"\r\n");

	(void)state;
	assert_int_equal(ua_credentials_alloc(&credentials, "u", "p"), 0);
	assert_int_equal(ua_credentials_learn(credentials, &attempt, strange, false), ENOTSUP);
	assert_int_equal(ua_credentials_learn(credentials, &attempt, home, true), 0);
	/* RFC 3261 s22.1: credentials belong to a realm | a realm that the registrar did not ask for gets none */
	assert_int_equal(ua_credentials_learn(credentials, &attempt, strange, false), ENOTSUP);
	/* RFC 7616 s5.8: a server may be an attacker that chose the challenge | one who is not our server gets no answer even for our server's realm */
	assert_int_equal(ua_credentials_learn(credentials, &attempt, home, false), ENOTSUP);
	attempt = (struct ua_attempt){0};
	assert_int_equal(ua_credentials_learn(credentials, &attempt, home, true), 0);
	assert_int_equal(ua_credentials_learn(credentials, &attempt, home, true), EACCES);
	mem_deref(home);
	mem_deref(strange);
	mem_deref(credentials);
}

static void test_what_is_learnt_from_register_is_for_register(void **state)
{
	struct ua_attempt attempt = {0};
	struct ua_credentials *credentials;
	struct mbuf *mb = mbuf_alloc(64);
	struct sip_msg *msg = decode("SIP/2.0 401 No\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
		"CSeq: 1 REGISTER\r\nWWW-Authenticate: Digest realm=\"home\", nonce=\"n\"\r\n\r\n");

	(void)state;
	assert_int_equal(ua_credentials_alloc(&credentials, "u", "p"), 0);
	assert_int_equal(ua_credentials_learn(credentials, &attempt, msg, true), 0);
	assert_int_equal(ua_credentials_write(credentials, mb, "INVITE", "sip:x", NULL), 0);
	assert_int_equal(mb->end, 0);
	assert_int_equal(ua_credentials_write(credentials, mb, "REGISTER", "sip:x", NULL), 0);
	assert_true(mb->end > 0);
	mem_deref(mb);
	mem_deref(msg);
	mem_deref(credentials);
}

static void test_text_of_messages_is_unescaped_and_bounded(void **state)
{
	static const struct pl user = PL("a%2B%zz%4\x01%"), name = PL("\"Jo \\\"J\\\" \xc3\xa9\"");
	static const struct pl number = PL("4294967299;x"), brief = PL("30 (s)"), none = PL("x");
	char text[16], tiny[4];

	(void)state;
	ua_text_user(text, sizeof(text), &user);
	assert_string_equal(text, "a+%zz%4 %");
	ua_text_name(text, sizeof(text), &name);
	assert_string_equal(text, "Jo \"J\" \xc3\xa9");
	ua_text_name(tiny, sizeof(tiny), &name);
	assert_string_equal(tiny, "Jo ");
	ua_text_name(tiny, sizeof(tiny), &(struct pl)PL("ab\xc3\xa9"));
	/* RFC 3261 s7.3.1: text in headers is UTF-8 | where it has to be cut, it is between two characters */
	assert_string_equal(tiny, "ab");
	assert_int_equal(ua_text_number(&number), UINT32_MAX);
	assert_int_equal(ua_text_number(&brief), 30);
	assert_int_equal(ua_text_number(&none), 0);
}

static void test_text_for_messages_is_escaped(void **state)
{
	char *text = ua_text_format("%H|%H", ua_print_user, "*1# \xc3@", ua_print_quoted, "a\"\\\r\nb");

	(void)state;
	assert_non_null(text);
	assert_string_equal(text, "*1%23%20%C3%40|\"a\\\"\\\\  b\"");
	mem_deref(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forks_of_one_invite_are_told_apart),
		cmocka_unit_test(test_the_2xx_alone_says_the_route),
		cmocka_unit_test(test_too_many_routes_make_no_dialog),
		cmocka_unit_test(test_what_is_sent_again_brings_no_lines_along),
		cmocka_unit_test(test_the_next_hop_is_the_first_route_the_target_or_the_server),
		cmocka_unit_test(test_a_request_must_be_newer_than_the_last),
		cmocka_unit_test(test_a_stranger_gets_no_answer_to_a_challenge),
		cmocka_unit_test(test_what_is_learnt_from_register_is_for_register),
		cmocka_unit_test(test_text_of_messages_is_unescaped_and_bounded),
		cmocka_unit_test(test_text_for_messages_is_escaped),
	};

	return cmocka_run_group_tests_name("sip dialog", tests, NULL, NULL);
}
