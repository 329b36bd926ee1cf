/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines of keys and fingerprints, and what policy makes of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sip/sdp.h"

#define KEY_30 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd"
#define KEY_46 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLQ=="
#define KEY_28 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw=="
#define KEY_44 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis="

static void test_each_suite_is_read_and_written(void **state)
{
	static const char *const lines[UA_SRTP_SUITES] = {
		"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30, "1 AES_CM_128_HMAC_SHA1_32 inline:" KEY_30,
		"22 AES_256_CM_HMAC_SHA1_80 inline:" KEY_46, "999999999 AES_256_CM_HMAC_SHA1_32 inline:" KEY_46,
		"1 AEAD_AES_128_GCM inline:" KEY_28, "1 AEAD_AES_256_GCM inline:" KEY_44,
	};

	(void)state;
	for (unsigned i = 0; i < UA_SRTP_SUITES; i++) {
		char text[UA_CRYPTO_TEXT_MAX];
		struct ua_crypto crypto;

		assert_int_equal(ua_crypto_parse(&crypto, lines[i], strlen(lines[i])), 0);
		assert_int_equal(crypto.suite, i);
		for (size_t byte = 0; byte < ua_srtp_key_length(i); byte++)
			assert_int_equal(crypto.key[byte], byte);
		ua_crypto_print(&crypto, text);
		/* RFC 4568 s9.2: a=crypto:<tag> <suite> inline:<key and salt> | read and written so, for every suite */
		assert_string_equal(text, lines[i]);
	}
}

static void test_odd_lines_are_read_or_refused(void **state)
{
	static const struct {
		const char *text;
		int err;
	} lines[] = {
		/* RFC 4568 s6.1: a lifetime may stand behind the key | taken as longer than a call lasts */
		{"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|2^31", 0},
		/* RFC 4568 s6.1: a key identifier comes in every packet | such a line is not taken */
		{"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|2^31|1:4", ENOTSUP},
		{"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "|1:4;inline:" KEY_30 "|2:4", ENOTSUP},
		/* RFC 4568 s6.3.7: an unknown parameter makes the line unusable, but for one with - before it | so it is */
		{"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 " UNENCRYPTED_SRTP", ENOTSUP},
		{"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 " UNAUTHENTICATED_SRTP", ENOTSUP},
		{"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 " KDR=1", ENOTSUP},
		{"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 " WSH=64 -x", 0},
		{"1 F8_128_HMAC_SHA1_80 inline:" KEY_30, ENOTSUP},
		{"1 AEAD_AES_128_GCM inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw", 0}, /* no = at its end */
		{"1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_28, EBADMSG},
		{"1 AES_CM_128_HMAC_SHA1_80 inline:AAEC=wQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd", EBADMSG},
		{"1 AES_CM_128_HMAC_SHA1_80 inline:", EBADMSG},
		{"1 AES_CM_128_HMAC_SHA1_80 uri:" KEY_30, ENOTSUP},
		{"1 AES_CM_128_HMAC_SHA1_80", EBADMSG},
		{"x AES_CM_128_HMAC_SHA1_80 inline:" KEY_30, EBADMSG},
		{"", EBADMSG},
	};
	struct ua_crypto crypto;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_int_equal(ua_crypto_parse(&crypto, lines[i].text, strlen(lines[i].text)), lines[i].err);
}

static void test_fingerprints_are_read_and_written(void **state)
{
	static const char text[] = "sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:FE:FF";
	static const char lower[] = "SHA-256 00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:10:11:12:13:14:15:16:17:18:19:1a:1b:1c:1d:fe:ff";
	struct ua_fingerprint fingerprint, again;
	char out[UA_FINGERPRINT_TEXT_MAX];

	(void)state;
	assert_int_equal(ua_fingerprint_parse(&fingerprint, text, strlen(text)), 0);
	ua_fingerprint_print(&fingerprint, out);
	assert_string_equal(out, text);
	assert_int_equal(ua_fingerprint_parse(&again, lower, strlen(lower)), 0);
	assert_true(ua_fingerprint_is_same(&again, &fingerprint));
	assert_int_equal(ua_fingerprint_parse(&again, text, strlen(text) - 1), EBADMSG);
	assert_int_equal(ua_fingerprint_parse(&again, "sha-1 00", 8), ENOTSUP);
	assert_int_equal(ua_fingerprint_parse(&again, "sha-256", 7), EBADMSG);
}

static void local_make(struct ua_sdp_local *local, enum ua_srtp_policy policy, const uint8_t *suites, size_t count)
{
	*local = (struct ua_sdp_local){
		.addr = "127.0.0.1", .port = 4000, .direction = UA_SENDRECV, .ptime_ms = 20,
		.formats = {{.payload_type = 8, .codec = UA_CODEC_PCMA}}, .format_count = 1,
		.security = {.policy = policy},
	};
	assert_int_equal(ua_security_keys_make(&local->security, suites, count), 0);
}

/* As it goes over the wire. */
static void carried(struct ua_sdp *there, const struct ua_sdp *here)
{
	char text[UA_SDP_TEXT_MAX];
	size_t length = ua_sdp_print(here, 1, 1, text, sizeof(text));

	assert_int_not_equal(length, 0);
	assert_int_equal(ua_sdp_parse(there, text, length), 0);
	assert_true(ua_security_is_same(&there->security, &here->security));
}

enum outcome { REFUSED, PLAIN, KEYS };

static enum outcome exchange(const struct ua_sdp_local *caller, const struct ua_sdp_local *callee)
{
	struct ua_sdp said, offer, answer;
	struct ua_agreed there, here;

	ua_sdp_offer(&said, caller);
	carried(&offer, &said);
	if (ua_sdp_answer(&said, &offer, callee))
		return REFUSED;
	carried(&answer, &said);
	assert_int_equal(ua_security_agree(&there, &offer.security, true, &callee->security), 0);
	if (ua_security_agree(&here, &answer.security, false, &caller->security))
		return REFUSED;
	assert_int_equal(here.by, there.by);
	if (here.by == UA_AGREED_PLAIN)
		return PLAIN;
	assert_int_equal(here.send.suite, there.receive.suite);
	assert_memory_equal(here.send.key, there.receive.key, ua_srtp_key_length(here.send.suite));
	assert_int_equal(there.send.suite, here.receive.suite);
	assert_memory_equal(there.send.key, here.receive.key, ua_srtp_key_length(here.send.suite));
	assert_memory_not_equal(there.send.key, here.send.key, ua_srtp_key_length(here.send.suite));
	return KEYS;
}

static void test_policies_meet(void **state)
{
	static const enum outcome outcomes[3][3] = { /* caller, callee */
		[UA_SRTP_OFF] = {PLAIN, PLAIN, REFUSED},
		[UA_SRTP_OPTIONAL] = {PLAIN, KEYS, KEYS},
		[UA_SRTP_REQUIRED] = {REFUSED, KEYS, KEYS},
	};
	const uint8_t callers[] = {UA_SRTP_AEAD_AES_256_GCM, UA_SRTP_AES_CM_128_HMAC_SHA1_80};
	const uint8_t callees[] = {UA_SRTP_AES_CM_128_HMAC_SHA1_80, UA_SRTP_AES_256_CM_HMAC_SHA1_80};
	const uint8_t strangers[] = {UA_SRTP_AEAD_AES_128_GCM};

	(void)state;
	for (int from = 0; from < 3; from++) {
		for (int to = 0; to < 3; to++) {
			struct ua_sdp_local caller, callee;

			local_make(&caller, from, callers, 2);
			local_make(&callee, to, callees, 2);
			/* RFC 4568 s5.1.2: the answerer takes one line it knows and gives its own key | in each case that policy allows */
			assert_int_equal(exchange(&caller, &callee), outcomes[from][to]);
			local_make(&callee, to, strangers, 1); /* no suite in common */
			assert_int_equal(exchange(&caller, &callee),
				from == UA_SRTP_REQUIRED || to == UA_SRTP_REQUIRED ? REFUSED : PLAIN);
		}
	}
}

static void test_an_answer_that_fits_no_offer_is_refused(void **state)
{
	const uint8_t suites[] = {UA_SRTP_AES_CM_128_HMAC_SHA1_80, UA_SRTP_AES_256_CM_HMAC_SHA1_80};
	struct ua_sdp_local caller, callee;
	struct ua_sdp offer, answer;
	struct ua_agreed agreed;

	(void)state;
	for (int policy = UA_SRTP_OPTIONAL; policy <= UA_SRTP_REQUIRED; policy++) {
		local_make(&caller, policy, suites, 2);
		local_make(&callee, UA_SRTP_OPTIONAL, suites, 2);
		ua_sdp_offer(&offer, &caller);
		assert_int_equal(ua_sdp_answer(&answer, &offer, &callee), 0);
		answer.security.cryptos[0].tag = 2; /* ... is of the other suite */
		/* RFC 4568 s5.1.3: the answer must take one of the offered lines | else the call is not made */
		assert_int_equal(ua_security_agree(&agreed, &answer.security, false, &caller.security), ENOTSUP);
		answer.security.cryptos[0].tag = 7;
		assert_int_equal(ua_security_agree(&agreed, &answer.security, false, &caller.security), ENOTSUP);
		answer.security.crypto_count = 0;
		assert_int_equal(ua_security_agree(&agreed, &answer.security, false, &caller.security),
			policy == UA_SRTP_REQUIRED ? ENOTSUP : 0);
	}
}

static void test_an_answer_repeats_the_profile(void **state)
{
	static const char *const profiles[] = {"RTP/SAVP", "RTP/SAVPF", "RTP/AVP", "RTP/AVPF"};
	const uint8_t suites[] = {UA_SRTP_AES_CM_128_HMAC_SHA1_80};
	struct ua_sdp_local local;

	(void)state;
	local_make(&local, UA_SRTP_OPTIONAL, suites, 1);
	for (size_t i = 0; i < 4; i++) {
		char text[400], line[40];
		struct ua_sdp offer, answer;

		snprintf(line, sizeof(line), "m=audio 4000 %s 8\r\n", profiles[i]);
		snprintf(text, sizeof(text), "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n%s"
			"a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "\r\n", line);
		assert_int_equal(ua_sdp_parse(&offer, text, strlen(text)), 0);
		assert_int_equal(ua_sdp_answer(&answer, &offer, &local), 0);
		ua_sdp_print(&answer, 1, 1, text, sizeof(text));
		assert_non_null(strstr(text, line));
		/* RFC 4568 s5.1.2: the answer's tag is the offer's | so it is */
		assert_non_null(strstr(text, "a=crypto:3 AES_CM_128_HMAC_SHA1_80 inline:"));
		assert_null(strstr(text, KEY_30));
	}
}

/* Some offer both side by side. */
static void test_of_two_lines_the_plain_one_is_taken(void **state)
{
	static const char text[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
		"m=audio 4000 RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" KEY_30 "\r\nm=audio 4002 RTP/AVP 8\r\n";
	struct ua_sdp offer, answer;
	struct ua_sdp_local local;
	char out[600];

	(void)state;
	local_make(&local, UA_SRTP_OFF, NULL, 0);
	assert_int_equal(ua_sdp_parse(&offer, text, strlen(text)), 0);
	assert_int_equal(offer.port, 4002);
	assert_int_equal(ua_sdp_answer(&answer, &offer, &local), 0);
	ua_sdp_print(&answer, 1, 1, out, sizeof(out));
	assert_non_null(strstr(out, "m=audio 0 RTP/SAVP 8\r\nm=audio 4000 RTP/AVP 8\r\n"));
}

/* Who was called with keys, and would rather have a handshake, holds the call: it stays protected. */
static void test_keys_that_count_are_offered_again(void **state)
{
	const uint8_t suites[] = {UA_SRTP_AES_CM_128_HMAC_SHA1_80};
	struct ua_sdp_local here, there;

	(void)state;
	for (int policy = UA_SRTP_OPTIONAL; policy <= UA_SRTP_REQUIRED; policy++) {
		local_make(&here, policy, suites, 1);
		local_make(&there, policy, suites, 1);
		here.security.dtls = true;
		assert_int_equal(exchange(&there, &here), KEYS);
		here.security.by_keys = true;
		assert_int_equal(exchange(&here, &there), KEYS);
	}
}

static size_t fingerprint_line(char *line, const char *digest, size_t length)
{
	size_t end = (size_t)sprintf(line, "a=fingerprint:%s ", digest);

	for (size_t i = 0; i < length; i++)
		end += (size_t)sprintf(line + end, "%s%02X", i ? ":" : "", (unsigned)(length + i) & 255);
	return end + (size_t)sprintf(line + end, "\r\n");
}

static void test_the_strongest_known_fingerprint_counts(void **state)
{
	static const struct {
		struct { const char *name; size_t length; } given[3];
		bool known, weak;
		enum ua_digest digest;
	} rows[] = {
		{{{"sha-256", 32}}, true, false, UA_SHA_256},
		{{{"SHA-384", 48}}, true, false, UA_SHA_384},
		{{{"sha-256", 32}, {"sha-512", 64}, {"sha-1", 20}}, true, false, UA_SHA_512},
		{{{"sha-512", 64}, {"sha-256", 32}}, true, false, UA_SHA_512},
		/* RFC 8122 s5: md2 and md5 must not be used | they are none, and so is sha-1; a call that needs one says so */
		{{{"sha-1", 20}, {"md5", 16}}, false, true, UA_SHA_256},
		{{{"sha-512", 63}}, false, false, UA_SHA_256},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[1500];
		size_t end = (size_t)sprintf(text, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
			"m=audio 4000 UDP/TLS/RTP/SAVP 8\r\na=setup:actpass\r\n");
		struct ua_security_local local = {.policy = UA_SRTP_OPTIONAL, .dtls = true};
		struct ua_security answer;
		struct ua_sdp sdp;

		for (size_t k = 0; k < 3 && rows[i].given[k].name; k++)
			end += fingerprint_line(text + end, rows[i].given[k].name, rows[i].given[k].length);
		assert_int_equal(ua_sdp_parse(&sdp, text, end), 0);
		assert_int_equal(sdp.security.has_fingerprint, rows[i].known);
		assert_int_equal(sdp.security.has_weak_fingerprint, rows[i].weak);
		assert_int_equal(sdp.security.fingerprint.digest, rows[i].digest);
		if (rows[i].known)
			assert_int_equal(sdp.security.fingerprint.bytes[1], ua_digest_length(rows[i].digest) + 1);
		assert_int_equal(ua_security_answer(&answer, &sdp.security, &local), rows[i].known ? 0 : ENOTSUP);
	}
}

static void test_handshakes_are_agreed_on(void **state)
{
	struct ua_sdp_local caller, callee;
	struct ua_sdp offer, answer;
	struct ua_agreed here, there;

	(void)state;
	for (int policy = UA_SRTP_OPTIONAL; policy <= UA_SRTP_REQUIRED; policy++) {
		local_make(&caller, policy, NULL, 0);
		local_make(&callee, UA_SRTP_OPTIONAL, NULL, 0);
		caller.security.dtls = callee.security.dtls = true;
		memset(caller.security.fingerprint.bytes, 1, ua_digest_length(UA_SHA_256));
		memset(callee.security.fingerprint.bytes, 2, ua_digest_length(UA_SHA_256));
		ua_sdp_offer(&offer, &caller);
		carried(&answer, &offer);
		/* RFC 5763 s5: the offer says actpass | so it does, with SHA-256 */
		assert_int_equal(answer.security.setup, UA_SETUP_ACTPASS);
		assert_int_equal(answer.security.profile, policy == UA_SRTP_REQUIRED ? UA_PROFILE_DTLS_SAVP : UA_PROFILE_AVP);
		assert_int_equal(ua_sdp_answer(&answer, &offer, &callee), 0);
		assert_int_equal(ua_security_agree(&there, &offer.security, true, &callee.security), 0);
		assert_int_equal(ua_security_agree(&here, &answer.security, false, &caller.security), 0);
		assert_int_equal(here.by, UA_AGREED_HANDSHAKE);
		assert_int_equal(there.by, UA_AGREED_HANDSHAKE);
		/* RFC 5763 s5: the answerer should be active | it is */
		assert_true(there.active);
		assert_false(here.active);
		assert_int_equal(here.fingerprint.bytes[0], 2);
		assert_int_equal(there.fingerprint.bytes[0], 1);
		callee.security.dtls = false;
		assert_int_equal(ua_sdp_answer(&answer, &offer, &callee), policy == UA_SRTP_REQUIRED ? ENOTSUP : 0);
		/* The other way round in the call that there is. */
		caller.security.part = UA_SETUP_PASSIVE;
		callee.security.dtls = true;
		callee.security.part = UA_SETUP_ACTIVE;
		ua_sdp_offer(&offer, &callee);
		assert_int_equal(ua_sdp_answer(&answer, &offer, &caller), 0);
		/* RFC 8842 s5.3: an answer that begins no new association keeps the part that its side has | it stays passive */
		assert_int_equal(answer.security.setup, UA_SETUP_PASSIVE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_suite_is_read_and_written),
		cmocka_unit_test(test_odd_lines_are_read_or_refused),
		cmocka_unit_test(test_fingerprints_are_read_and_written),
		cmocka_unit_test(test_the_strongest_known_fingerprint_counts),
		cmocka_unit_test(test_policies_meet),
		cmocka_unit_test(test_an_answer_that_fits_no_offer_is_refused),
		cmocka_unit_test(test_an_answer_repeats_the_profile),
		cmocka_unit_test(test_of_two_lines_the_plain_one_is_taken),
		cmocka_unit_test(test_keys_that_count_are_offered_again),
		cmocka_unit_test(test_handshakes_are_agreed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
