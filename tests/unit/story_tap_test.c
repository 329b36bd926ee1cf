/* SPDX-License-Identifier: BSD-3-Clause */
/* The tap's own reading of SIP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>

#include "tests/story/tap.h"

static const char invite[] =
	"INVITE sip:102@127.0.0.1 SIP/2.0\r\n"
	"Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1;rport\r\n"
	"From: \"One: a\" <sip:101@127.0.0.1>;tag=a\r\n"
	"To: <sip:102@127.0.0.1>\r\n"
	"Call-ID: one@here\r\n"
	"CSeq: 7 INVITE\r\n"
	"Expires: 60\r\n"
	"\r\n"
	"CSeq: 9 BYE\r\n";

static const char compact[] =
	"SIP/2.0 180 Ringing\r\n"
	"v: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1\r\n"
	"f: <sip:101@127.0.0.1>;tag=a\r\n"
	"t: sip:102@127.0.0.1;tag=b\r\n"
	"i: one@here\r\n"
	"CSEQ:7 INVITE\r\n"
	"\r\n";

/* In a block of its own, so that AddressSanitizer sees a read past the datagram. */
static int parse(struct bed_sip *sip, const char *text, size_t length, uint64_t *key, uint64_t *call)
{
	char *copy = malloc(length ? length : 1);
	int err;

	assert_non_null(copy);
	memcpy(copy, text, length);
	err = tap_parse(sip, copy, length, key, call);
	free(copy);
	return err;
}

static void test_a_request_is_read(void **state)
{
	struct bed_sip sip;
	uint64_t key, call;

	(void)state;
	assert_int_equal(parse(&sip, invite, strlen(invite), &key, &call), 0);
	assert_int_equal(sip.status, 0);
	assert_string_equal(sip.method, "INVITE");
	assert_string_equal(sip.from, "101");
	assert_string_equal(sip.to, "102");
	assert_int_equal(sip.expires_s, 60);
}

static void test_a_response_in_compact_form_belongs_to_the_same_call(void **state)
{
	uint64_t key, call, other_key, other_call;
	struct bed_sip sip;

	(void)state;
	assert_int_equal(parse(&sip, invite, strlen(invite), &other_key, &other_call), 0);
	assert_int_equal(parse(&sip, compact, strlen(compact), &key, &call), 0);
	assert_int_equal(sip.status, 180);
	assert_string_equal(sip.method, "INVITE");
	assert_string_equal(sip.to, "102");
	assert_int_equal(sip.expires_s, -1);
	assert_true(call == other_call);
	assert_true(key != other_key);
}

static void test_the_same_message_has_the_same_key_and_a_new_branch_another(void **state)
{
	char other[sizeof invite];
	uint64_t key, again, changed, call;
	struct bed_sip sip;

	(void)state;
	memcpy(other, invite, sizeof invite);
	*strstr(other, "bK1") = 'X';
	assert_int_equal(parse(&sip, invite, strlen(invite), &key, &call), 0);
	assert_int_equal(parse(&sip, invite, strlen(invite), &again, &call), 0);
	assert_int_equal(parse(&sip, other, strlen(other), &changed, &call), 0);
	assert_true(key == again);
	assert_true(key != changed);
}

static void test_responses_from_two_places_are_told_apart(void **state)
{
	static const char head[] = "SIP/2.0 183 Progress\r\nVia: x;branch=1\r\nCall-ID: r\r\nCSeq: 1 INVITE\r\n";
	static const char *const tails[] = {
		"To: <sip:1@x>;tag=a\r\n\r\n", "To: <sip:1@x>;tag=b\r\n\r\n", "To: <sip:1@x>;tag=a\r\nRSeq: 1\r\n\r\n",
		"To: <sip:1@x>;tag=a\r\n\r\nm=audio 1 RTP/AVP 0\r\n", "To: <sip:1@x>;tag=a\r\n\r\nm=audio 2 RTP/AVP 0\r\n",
	};
	uint64_t keys[5], call;
	struct bed_sip sip;
	char text[200];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		strcat(strcpy(text, head), tails[i]);
		assert_int_equal(parse(&sip, text, strlen(text), &keys[i], &call), 0);
		for (size_t j = 0; j < i; j++)
			assert_true(keys[i] != keys[j]);
	}
}

static void test_only_the_topmost_via_tells_messages_apart(void **state)
{
	static const char head[] = "BYE sip:x SIP/2.0\r\nVia: x;branch=1\r\n";
	static const char tail[] = "Call-ID: r\r\nCSeq: 1 BYE\r\n\r\n";
	uint64_t one, two, call;
	struct bed_sip sip;
	char text[200];

	(void)state;
	strcat(strcpy(text, head), tail);
	assert_int_equal(parse(&sip, text, strlen(text), &one, &call), 0);
	strcat(strcat(strcpy(text, head), "Via: y;branch=2\r\n"), tail);
	assert_int_equal(parse(&sip, text, strlen(text), &two, &call), 0);
	assert_true(one == two);
}

static void test_the_contact_says_when_a_registration_expires(void **state)
{
	static const char text[] = "REGISTER sip:a SIP/2.0\r\nVia: x;branch=1\r\nCall-ID: r\r\nCSeq: 1 REGISTER\r\n"
				   "Expires: 3600\r\nContact: <sip:101@127.0.0.1:5070>;expires=0\r\n\r\n";
	struct bed_sip sip;
	uint64_t key, call;

	(void)state;
	assert_int_equal(parse(&sip, text, strlen(text), &key, &call), 0);
	assert_int_equal(sip.expires_s, 0);
}

static void test_addresses_that_ask_for_no_tls_are_noticed(void **state)
{
	static const char head[] = "REFER sips:102@x SIP/2.0\r\nVia: x;branch=1\r\nCall-ID: r\r\nCSeq: 1 REFER\r\n"
				   "From: <sips:101@x>;tag=a\r\nt: <sips:102@x>\r\nContact: <sips:101@x>\r\n";
	static const char *const tails[][2] = {
		{"Refer-To: sips:103@x\r\n\r\n", ""}, {"r: sip:103@x\r\n\r\n", "refer-to"}, {"Route: <sips:x;lr>, <sip:y;lr>\r\n\r\n", "route"},
		{"Subject: sip:\r\n\r\nsip:", ""},
	};
	struct bed_sip sip;
	uint64_t key, call;
	char text[300];

	(void)state;
	for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
		strcat(strcpy(text, head), tails[i][0]);
		assert_int_equal(parse(&sip, text, strlen(text), &key, &call), 0);
		assert_string_equal(sip.open, tails[i][1]);
		assert_string_equal(sip.from, "101");
		assert_string_equal(sip.to, "102");
	}
	assert_int_equal(parse(&sip, invite, strlen(invite), &key, &call), 0);
	assert_string_equal(sip.open, "to");
	strcat(strcpy(text, "REFER sip:102@x SIP/2.0"), strchr(head, '\r'));
	strcat(text, "\r\n");
	assert_int_equal(parse(&sip, text, strlen(text), &key, &call), 0);
	assert_string_equal(sip.open, "Request-URI");
}

static void test_what_is_no_sip_is_refused_and_nothing_is_read_past_its_end(void **state)
{
	struct bed_sip sip;
	uint64_t key, call;
	size_t good = 0;

	(void)state;
	assert_int_equal(parse(&sip, "", 0, &key, &call), EBADMSG);
	assert_int_equal(parse(&sip, "\x80\0\0\1", 4, &key, &call), EBADMSG);
	assert_int_equal(parse(&sip, "SIP/2.0 99 x\r\n\r\n", 16, &key, &call), EBADMSG);
	assert_int_equal(parse(&sip, "SIP/2.0 200 OK\r\n\r\n", 18, &key, &call), EBADMSG);
	for (size_t length = 0; length < strlen(invite); length++)
		good += parse(&sip, invite, length, &key, &call) == 0;
	for (size_t i = 0; i < strlen(compact); i++) {
		char spoilt[sizeof compact];

		memcpy(spoilt, compact, sizeof compact);
		spoilt[i] = '\n';
		parse(&sip, spoilt, strlen(compact), &key, &call);
	}
	assert_true(good > 0);
}

static void test_long_users_are_cut(void **state)
{
	static const char head[] = "BYE sip:x SIP/2.0\r\nVia: x;branch=1\r\nCall-ID: r\r\nCSeq: 1 BYE\r\n"
				   "From: <sip:";
	char text[600];
	struct bed_sip sip;
	uint64_t key, call;

	(void)state;
	memset(text, 'u', sizeof text);
	memcpy(text, head, strlen(head));
	strcpy(text + strlen(head) + 300, "@x>\r\n\r\n");
	assert_int_equal(parse(&sip, text, strlen(text), &key, &call), 0);
	assert_int_equal(strlen(sip.from), BED_TEXT_MAX);
}

static void test_a_connection_s_messages_are_told_apart(void **state)
{
	static const char two[] = "MESSAGE sip:1@x SIP/2.0\r\nl: 5\r\nX: Content-Length: 9\r\n\r\nhelloBYE sip:1@x SIP/2.0\r\nContent-Length: 0\r\n\r\n";
	size_t first = strlen("MESSAGE sip:1@x SIP/2.0\r\nl: 5\r\nX: Content-Length: 9\r\n\r\nhello"), all = strlen(two);

	(void)state;
	assert_int_equal(tap_message_length(two, all), first);
	assert_int_equal(tap_message_length(two + first, all - first), all - first);
	assert_int_equal(tap_message_length(two, first - 1), 0);
	assert_int_equal(tap_message_length(two, 10), 0);
	assert_int_equal(tap_message_length(two, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_is_read),
		cmocka_unit_test(test_a_response_in_compact_form_belongs_to_the_same_call),
		cmocka_unit_test(test_the_same_message_has_the_same_key_and_a_new_branch_another),
		cmocka_unit_test(test_responses_from_two_places_are_told_apart),
		cmocka_unit_test(test_only_the_topmost_via_tells_messages_apart),
		cmocka_unit_test(test_the_contact_says_when_a_registration_expires),
		cmocka_unit_test(test_addresses_that_ask_for_no_tls_are_noticed),
		cmocka_unit_test(test_what_is_no_sip_is_refused_and_nothing_is_read_past_its_end),
		cmocka_unit_test(test_long_users_are_cut),
		cmocka_unit_test(test_a_connection_s_messages_are_told_apart),
	};

	return cmocka_run_group_tests_name("story_tap", tests, NULL, NULL);
}
