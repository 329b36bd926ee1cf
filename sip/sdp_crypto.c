/* SPDX-License-Identifier: BSD-3-Clause */
/* Reading and writing the lines. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "sip/sdp_crypto.h"
#include "sip/span.h"

#define TAG_DIGITS   9 /* RFC 4568 s9.1 */
#define BASE64_MAX   64        /* of the longest key */
#define KEY_METHOD   "inline:"

const char *const ua_profile_names[UA_PROFILES] = {
	[UA_PROFILE_AVP] = "RTP/AVP",
	[UA_PROFILE_AVPF] = "RTP/AVPF",
	[UA_PROFILE_SAVP] = "RTP/SAVP",
	[UA_PROFILE_SAVPF] = "RTP/SAVPF",
	[UA_PROFILE_DTLS_SAVP] = "UDP/TLS/RTP/SAVP",
	[UA_PROFILE_DTLS_SAVPF] = "UDP/TLS/RTP/SAVPF",
};

static bool read_tag(struct span text, unsigned *tag)
{
	*tag = 0;
	for (size_t i = 0; i < text.length; i++) {
		if (!isdigit((unsigned char)text.p[i]))
			return false;
		*tag = *tag * 10 + (unsigned)(text.p[i] - '0');
		if (i == TAG_DIGITS)
			return false;
	}
	return text.length > 0;
}

static bool read_suite(struct span name, uint8_t *suite)
{
	for (uint8_t i = 0; i < UA_SRTP_SUITES; i++) {
		if (!span_is(name, ua_srtp_suite_name(i)))
			continue;
		*suite = i;
		return true;
	}
	return false;
}

/* Some leave the = at the end out. */
static int read_base64(uint8_t *key, size_t key_length, struct span text)
{
	char padded[BASE64_MAX + 1];
	uint8_t bytes[BASE64_MAX / 4 * 3];
	size_t wanted = (key_length + 2) / 3 * 4;
	int err = EBADMSG;

	while (text.length && text.p[text.length - 1] == '=')
		text.length--;
	if (text.length != (key_length * 4 + 2) / 3 || memchr(text.p, '=', text.length))
		return EBADMSG;
	memcpy(padded, text.p, text.length);
	memset(padded + text.length, '=', wanted - text.length);
	if (EVP_DecodeBlock(bytes, (const unsigned char *)padded, (int)wanted) == (int)(wanted / 4 * 3)) {
		memcpy(key, bytes, key_length);
		err = 0;
	}
	OPENSSL_cleanse(padded, sizeof(padded));
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return err;
}

/* inline:<key>[|<lifetime>][|<MKI>:<length>]; the lifetime is more than a call lasts. */
static int read_key(struct ua_crypto *crypto, struct span text)
{
	struct span key;

	if (text.length < strlen(KEY_METHOD) || strncasecmp(text.p, KEY_METHOD, strlen(KEY_METHOD)))
		return ENOTSUP;
	text.p += strlen(KEY_METHOD);
	text.length -= strlen(KEY_METHOD);
	if (memchr(text.p, ':', text.length) || memchr(text.p, ';', text.length))
		return ENOTSUP;
	key = take_until(&text, '|');
	return read_base64(crypto->key, ua_srtp_key_length(crypto->suite), key);
}

/* Only such may be left out of account (RFC 4568 s6.3.7). */
static bool is_unimportant(struct span parameter)
{
	struct span name = take_until(&parameter, '=');

	return span_is(name, "WSH") || (name.length && name.p[0] == '-');
}

int ua_crypto_parse(struct ua_crypto *crypto, const char *text, size_t length)
{
	struct span rest = {text, length}, tag = take_word(&rest), suite = take_word(&rest), key = take_word(&rest);
	struct ua_crypto result = {0};
	int err;

	if (!read_tag(tag, &result.tag) || !suite.length || !key.length)
		return EBADMSG;
	if (!read_suite(suite, &result.suite))
		return ENOTSUP;
	err = read_key(&result, key);
	while (!err && rest.length) {
		struct span parameter = take_word(&rest);

		if (parameter.length && !is_unimportant(parameter))
			err = ENOTSUP;
	}
	if (!err)
		*crypto = result;
	return err;
}

void ua_crypto_print(const struct ua_crypto *crypto, char text[UA_CRYPTO_TEXT_MAX])
{
	unsigned char key[BASE64_MAX + 1];

	EVP_EncodeBlock(key, crypto->key, (int)ua_srtp_key_length(crypto->suite));
	snprintf(text, UA_CRYPTO_TEXT_MAX, "%u %s " KEY_METHOD "%s", crypto->tag, ua_srtp_suite_name(crypto->suite), key);
	OPENSSL_cleanse(key, sizeof(key));
}

bool ua_crypto_is_same(const struct ua_crypto *a, const struct ua_crypto *b)
{
	return a->tag == b->tag && a->suite == b->suite && memcmp(a->key, b->key, ua_srtp_key_length(a->suite)) == 0;
}

int ua_security_keys_make(struct ua_security_local *local, const uint8_t *suites, size_t count)
{
	local->crypto_count = 0;
	for (size_t i = 0; i < count && i < UA_SRTP_SUITES; i++) {
		struct ua_crypto *crypto = &local->cryptos[i];

		*crypto = (struct ua_crypto){.tag = (unsigned)i + 1, .suite = suites[i]};
		if (RAND_bytes(crypto->key, (int)ua_srtp_key_length(suites[i])) != 1)
			return ENOMEM;
		local->crypto_count++;
	}
	return 0;
}

static int hex_digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

static const struct digest {
	const char *name;
	size_t length;
} digests[UA_DIGESTS] = {
	[UA_SHA_256] = {"sha-256", 32},
	[UA_SHA_384] = {"sha-384", 48},
	[UA_SHA_512] = {"sha-512", 64},
};

size_t ua_digest_length(enum ua_digest digest)
{
	return digests[digest].length;
}

static int fingerprint_read(struct ua_fingerprint *fingerprint, enum ua_digest digest, struct span value)
{
	struct ua_fingerprint result = {.digest = (uint8_t)digest};
	const size_t length = digests[digest].length;

	if (value.length != 3 * length - 1)
		return EBADMSG;
	for (size_t i = 0; i < length; i++) {
		int high = hex_digit(value.p[3 * i]), low = hex_digit(value.p[3 * i + 1]);

		if (high < 0 || low < 0 || (i + 1 < length && value.p[3 * i + 2] != ':'))
			return EBADMSG;
		result.bytes[i] = (uint8_t)(high << 4 | low);
	}
	*fingerprint = result;
	return 0;
}

int ua_fingerprint_parse(struct ua_fingerprint *fingerprint, const char *text, size_t length)
{
	struct span rest = {text, length}, digest = take_word(&rest), value = take_word(&rest);

	for (unsigned i = 0; i < UA_DIGESTS; i++) {
		if (span_is(digest, digests[i].name))
			return fingerprint_read(fingerprint, (enum ua_digest)i, value);
	}
	return ENOTSUP;
}

void ua_fingerprint_print(const struct ua_fingerprint *fingerprint, char text[UA_FINGERPRINT_TEXT_MAX])
{
	const struct digest *digest = &digests[fingerprint->digest];
	char *end = text + sprintf(text, "%s ", digest->name);

	for (size_t i = 0; i < digest->length; i++)
		end += sprintf(end, "%s%02X", i ? ":" : "", fingerprint->bytes[i]);
}

bool ua_fingerprint_is_same(const struct ua_fingerprint *a, const struct ua_fingerprint *b)
{
	return a->digest == b->digest && !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}
