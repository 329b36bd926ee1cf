/* SPDX-License-Identifier: BSD-3-Clause */
/* The vectors are those of RFC 2617 s3.5 and RFC 7616 s3.9, the last one as erratum 4897 has it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "sip/digest.h"

static int parse(struct ua_challenge *challenge, const char *text)
{
	return ua_challenge_parse(challenge, text, strlen(text));
}

static void test_the_example_of_rfc_2617(void **state)
{
	struct ua_challenge challenge;
	const struct ua_digest_input input = {
		.user = "Mufasa",
		.password = "Circle Of Life",
		.method = "GET",
		.uri = "/dir/index.html",
		.cnonce = "0a4f113b",
		.nonce_count = 1,
	};
	char response[UA_DIGEST_HEX + 1];

	(void)state;
	assert_int_equal(parse(&challenge, "Digest realm=\"testrealm@host.com\", "
		"qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
		"opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""), 0);
	assert_int_equal(ua_digest_response(response, &challenge, &input), 0);
	/* RFC 3261 s22.4: a challenge without algorithm means MD5 | the example of RFC 2617 s3.5 */
	assert_string_equal(response, "6629fae49393a05397450978507c4ef1");
}

static void assert_example_of_rfc_7616(const char *algorithm, const char *expected)
{
	struct ua_challenge challenge;
	const struct ua_digest_input input = {
		.user = "Mufasa",
		.password = "Circle of Life",
		.method = "GET",
		.uri = "/dir/index.html",
		.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
		.nonce_count = 1,
	};
	char text[512], response[UA_DIGEST_HEX + 1];

	snprintf(text, sizeof(text), "Digest realm=\"http-auth@example.org\", "
		"qop=\"auth, auth-int\", algorithm=%s, "
		"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
		"opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"", algorithm);
	assert_int_equal(parse(&challenge, text), 0);
	assert_int_equal(ua_digest_response(response, &challenge, &input), 0);
	assert_string_equal(response, expected);
}

static void test_the_md5_example_of_rfc_7616(void **state)
{
	(void)state;
	/* RFC 7616 s3.9.1: the example with MD5 | the same digits */
	assert_example_of_rfc_7616("MD5", "8ca523f5e9506fed4657c9700eebdbec");
}

static void test_the_sha_256_example_of_rfc_7616(void **state)
{
	(void)state;
	/* RFC 7616 s3.9.1: the example with SHA-256 | the same digits */
	assert_example_of_rfc_7616("SHA-256",
		"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1");
}

static void test_the_sha_512_256_example_of_rfc_7616(void **state)
{
	struct ua_challenge challenge;
	const struct ua_digest_input input = {
		.user = "J\xc3\xa4s\xc3\xb8n Doe",
		.password = "Secret, or not?",
		.method = "GET",
		.uri = "/doe.json",
		.cnonce = "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
		.nonce_count = 1,
	};
	char text[UA_CREDENTIALS_MAX];

	(void)state;
	assert_int_equal(parse(&challenge, "Digest realm=\"api@example.org\", qop=\"auth\", "
		"algorithm=SHA-512-256, nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", "
		"opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\", charset=UTF-8, userhash=true"), 0);
	assert_int_equal(ua_digest_print(text, sizeof(text), &challenge, &input), 0);
	/* RFC 8760 s2.1: SHA-512-256 may be asked for | the example of RFC 7616 s3.9.2, as its erratum has it */
	assert_non_null(strstr(text, "response=\""
		"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5\", algorithm=SHA-512-256"));
}

static void test_auth_int_covers_the_body(void **state)
{
	static const struct {
		const char *body, *response;
	} rows[] = { /* worked out with openssl md5 */
		{"v=0\r\n", "151b6cabb7e59e0ac757207a039ff3d0"},
		{"", "5e6610ecf9ba3017a4870ad48e3ad30b"},
		{NULL, "5e6610ecf9ba3017a4870ad48e3ad30b"},
	};
	struct ua_challenge challenge;
	struct ua_digest_input input = {
		.user = "Mufasa", .password = "Circle Of Life", .method = "GET", .uri = "/dir/index.html",
		.cnonce = "0a4f113b", .nonce_count = 1,
	};
	char text[UA_CREDENTIALS_MAX];

	(void)state;
	assert_int_equal(parse(&challenge, "Digest realm=\"testrealm@host.com\", qop=\"auth-int\", "
		"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\""), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		input.body = rows[i].body;
		assert_int_equal(ua_digest_print(text, sizeof(text), &challenge, &input), 0);
		assert_non_null(strstr(text, rows[i].response));
		assert_non_null(strstr(text, ", qop=auth-int, "));
	}
}

static void test_auth_is_taken_before_auth_int(void **state)
{
	static const struct {
		const char *text;
		enum ua_digest_qop qop;
	} rows[] = {
		{"Digest realm=\"r\", nonce=\"n\", qop=\"auth-int,auth\"", UA_QOP_AUTH},
		{"Digest realm=\"r\", nonce=\"n\", qop=\"auth,auth-int\"", UA_QOP_AUTH},
		{"Digest realm=\"r\", nonce=\"n\", qop=\"auth-conf, AUTH-INT\"", UA_QOP_AUTH_INT},
		{"Digest realm=\"r\", nonce=\"n\", qop=\"\"", UA_QOP_NONE},
	};
	struct ua_challenge challenge;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(&challenge, rows[i].text), 0);
		/* RFC 7616 s3.4: the client chooses one of the offered qop values | auth before auth-int */
		assert_int_equal(challenge.qop, rows[i].qop);
	}
}

static void test_a_challenge_without_qop_is_answered_as_rfc_2069_says(void **state)
{
	struct ua_challenge challenge;
	const struct ua_digest_input input = {
		.user = "Mufasa",
		.password = "CircleOfLife",
		.method = "GET",
		.uri = "/dir/index.html",
	};
	char text[UA_CREDENTIALS_MAX];

	(void)state;
	assert_int_equal(parse(&challenge, "Digest realm=\"testrealm@host.com\", "
		"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\""), 0);
	assert_int_equal(ua_digest_print(text, sizeof(text), &challenge, &input), 0);
	/* RFC 2069 s2.4 prints e966c932a9242554e42c8ee200cec7f6, which its erratum 749 corrects. */
	/* RFC 3261 s22.4: a challenge without qop is answered without nc and cnonce | it is */
	assert_string_equal(text, "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", "
		"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", "
		"response=\"1949323746fe6a43ef61f9606e7febea\"");
}

static void test_what_the_challenge_said_is_echoed(void **state)
{
	struct ua_challenge challenge;
	const struct ua_digest_input input = {
		.user = "a\"b", .password = "x", .method = "INVITE", .uri = "sip:1@example.org",
		.cnonce = "c0", .nonce_count = 26,
	};
	char text[UA_CREDENTIALS_MAX];

	(void)state;
	assert_int_equal(parse(&challenge, "digest  Nonce = \"n\\\"1\",REALM=\"r\" , qop=auth,"
		"algorithm=md5,opaque=\"o\",stale=TRUE,domain=\"sip:a, b\",new=1"), 0);
	assert_true(challenge.stale);
	assert_int_equal(ua_digest_print(text, sizeof(text), &challenge, &input), 0);
	assert_non_null(strstr(text, "username=\"a\\\"b\", realm=\"r\", nonce=\"n\\\"1\""));
	/* RFC 7616 s3.4: opaque and algorithm come back unchanged | they do */
	assert_non_null(strstr(text, ", algorithm=MD5, opaque=\"o\", qop=auth, cnonce=\"c0\", nc=0000001a"));
}

static void test_what_we_cannot_answer_is_refused(void **state)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = {
		{"Basic realm=\"r\"", ENOTSUP},
		{"", ENOTSUP},
		/* RFC 7616 s3.3: a challenge with an unknown algorithm or qop is ignored | it is */
		{"Digest realm=\"r\", nonce=\"n\", algorithm=SHA-512", ENOTSUP},
		{"Digest realm=\"r\", nonce=\"n\", qop=\"auth-conf\"", ENOTSUP},
		{"Digest realm=\"r\", nonce=\"n\", algorithm=SHA-256-sess", ENOTSUP},
		{"Digest realm=\"r\", qop=\"auth\"", EBADMSG},
		{"Digest nonce=\"n\", qop=\"auth\"", EBADMSG},
		{"Digest realm=\"r\", nonce=\"n", EBADMSG},
		{"Digest realm=\"r\", nonce=\"n\\", EBADMSG},
		{"Digest realm", EBADMSG},
		{"Digest realm=\"r\", nonce=\"n\r\n x\"", EBADMSG},
		{"Digest realm=\"r\" nonce=\"n\" x", EBADMSG},
	};
	struct ua_challenge challenge;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(parse(&challenge, rows[i].text), rows[i].err);
}

static void test_a_value_that_is_too_long_is_refused(void **state)
{
	struct ua_challenge challenge;
	char text[UA_NONCE_MAX + 64], nonce[UA_NONCE_MAX + 2];

	(void)state;
	memset(nonce, 'n', sizeof(nonce));
	nonce[UA_NONCE_MAX + 1] = '\0';
	snprintf(text, sizeof(text), "Digest realm=\"r\", nonce=\"%s\"", nonce);
	assert_int_equal(parse(&challenge, text), EBADMSG);
	nonce[UA_NONCE_MAX] = '\0';
	snprintf(text, sizeof(text), "Digest realm=\"r\", nonce=\"%s\"", nonce);
	assert_int_equal(parse(&challenge, text), 0);
}

static void test_a_count_is_at_most_eight_hexadecimal_digits(void **state)
{
	static const struct {
		const char *count;
		int err;
		uint32_t value;
	} rows[] = {
		/* RFC 7616 s3.4: nc-value is eight hexadecimal digits | more, none or others are refused */
		{"0000001A", 0, 26}, {"1a", 0, 26}, {"000000001", EBADMSG, 0}, {"", EBADMSG, 0}, {"0x1a", EBADMSG, 0}, {"-1", EBADMSG, 0},
	};
	struct ua_answer answer;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128];
		int length = snprintf(text, sizeof(text), "Digest username=\"u\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"0\", nc=%s",
			rows[i].count);

		/* More digits stand behind the end of what is to be read. */
		strcat(text, "77");
		assert_int_equal(ua_answer_parse(&answer, text, (size_t)length), rows[i].err);
		assert_true(rows[i].err || answer.nonce_count == rows[i].value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_count_is_at_most_eight_hexadecimal_digits),
		cmocka_unit_test(test_the_example_of_rfc_2617),
		cmocka_unit_test(test_the_md5_example_of_rfc_7616),
		cmocka_unit_test(test_the_sha_256_example_of_rfc_7616),
		cmocka_unit_test(test_the_sha_512_256_example_of_rfc_7616),
		cmocka_unit_test(test_auth_int_covers_the_body),
		cmocka_unit_test(test_auth_is_taken_before_auth_int),
		cmocka_unit_test(test_a_challenge_without_qop_is_answered_as_rfc_2069_says),
		cmocka_unit_test(test_what_the_challenge_said_is_echoed),
		cmocka_unit_test(test_what_we_cannot_answer_is_refused),
		cmocka_unit_test(test_a_value_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests_name("sip digest", tests, NULL, NULL);
}
