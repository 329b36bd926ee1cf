/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

#include "sip/digest.h"

struct ua_digest_algorithm {
	const char *name;   /* in SIP */
	const char *crypto; /* in libcrypto */
};

/* The first row is the one that is meant when a challenge names none. SIP registers these (RFC 8760
 * s2). */
static const struct ua_digest_algorithm algorithms[] = {
	{"MD5", "MD5"},
	{"SHA-256", "SHA2-256"},
	{"SHA-512-256", "SHA2-512/256"},
};

static const char *const qops[] = {
	[UA_QOP_AUTH] = "auth",
	[UA_QOP_AUTH_INT] = "auth-int",
};

struct parameter {
	const char *name, *value; /* value without its quotes */
	size_t name_length, value_length;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(const char **p, const char *end)
{
	while (*p < end && is_space(**p))
		(*p)++;
}

static int take_quoted(struct parameter *parameter, const char **p, const char *end)
{
	const char *start = ++*p;

	while (*p < end && **p != '"')
		*p += **p == '\\' && *p + 1 < end ? 2 : 1;
	if (*p >= end)
		return EBADMSG;
	parameter->value = start;
	parameter->value_length = (size_t)(*p - start);
	(*p)++;
	return 0;
}

static void take_token(struct parameter *parameter, const char **p, const char *end)
{
	parameter->value = *p;
	while (*p < end && **p != ',' && !is_space(**p))
		(*p)++;
	parameter->value_length = (size_t)(*p - parameter->value);
}

/* name = value or name = "value", and the comma after it. ENODATA: that was all. */
static int take_parameter(struct parameter *parameter, const char **p, const char *end)
{
	int err = 0;

	while (*p < end && (is_space(**p) || **p == ','))
		(*p)++;
	if (*p == end)
		return ENODATA;
	parameter->name = *p;
	while (*p < end && **p != '=' && !is_space(**p))
		(*p)++;
	parameter->name_length = (size_t)(*p - parameter->name);
	skip_space(p, end);
	if (*p == end || *(*p)++ != '=')
		return EBADMSG;
	skip_space(p, end);
	if (*p < end && **p == '"')
		err = take_quoted(parameter, p, end);
	else
		take_token(parameter, p, end);
	return err;
}

static bool text_is(const char *p, size_t length, const char *text)
{
	return length == strlen(text) && !strncasecmp(p, text, length);
}

/* It goes into a header of ours again: a line break in it would make that two. */
static int copy(char *text, size_t size, const struct parameter *parameter)
{
	if (parameter->value_length >= size)
		return EBADMSG;
	for (size_t i = 0; i < parameter->value_length; i++) {
		if ((unsigned char)parameter->value[i] < ' ')
			return EBADMSG;
	}
	memcpy(text, parameter->value, parameter->value_length);
	text[parameter->value_length] = '\0';
	return 0;
}

static int set_realm(struct ua_challenge *challenge, const struct parameter *parameter)
{
	return copy(challenge->realm, sizeof(challenge->realm), parameter);
}

static int set_nonce(struct ua_challenge *challenge, const struct parameter *parameter)
{
	return copy(challenge->nonce, sizeof(challenge->nonce), parameter);
}

static int set_opaque(struct ua_challenge *challenge, const struct parameter *parameter)
{
	return copy(challenge->opaque, sizeof(challenge->opaque), parameter);
}

static int set_stale(struct ua_challenge *challenge, const struct parameter *parameter)
{
	challenge->stale = text_is(parameter->value, parameter->value_length, "true");
	return 0;
}

static int set_algorithm(struct ua_challenge *challenge, const struct parameter *parameter)
{
	challenge->algorithm = NULL;
	challenge->algorithm_said = true;
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (text_is(parameter->value, parameter->value_length, algorithms[i].name))
			challenge->algorithm = &algorithms[i];
	}
	return challenge->algorithm ? 0 : ENOTSUP;
}

static enum ua_digest_qop qop_named(const char *p, size_t length)
{
	for (size_t i = UA_QOP_AUTH; i < sizeof(qops) / sizeof(qops[0]); i++) {
		if (text_is(p, length, qops[i]))
			return (enum ua_digest_qop)i;
	}
	return UA_QOP_NONE;
}

/* A list of what the server takes. "auth" is taken before "auth-int", which does not outlive a
 * proxy that changes the body. */
static int set_qop(struct ua_challenge *challenge, const struct parameter *parameter)
{
	const char *p = parameter->value, *end = p + parameter->value_length;

	while (p < end) {
		const char *start = p;
		enum ua_digest_qop qop;

		while (p < end && *p != ',' && !is_space(*p))
			p++;
		qop = qop_named(start, (size_t)(p - start));
		if (qop && (!challenge->qop || qop < challenge->qop))
			challenge->qop = qop;
		if (p < end)
			p++;
	}
	return challenge->qop || parameter->value_length == 0 ? 0 : ENOTSUP;
}

static const struct {
	const char *name;
	int (*set)(struct ua_challenge *challenge, const struct parameter *parameter);
} setters[] = {
	{"realm", set_realm},
	{"nonce", set_nonce},
	{"opaque", set_opaque},
	{"stale", set_stale},
	{"algorithm", set_algorithm},
	{"qop", set_qop},
};

static int set_parameter(struct ua_challenge *challenge, const struct parameter *parameter)
{
	for (size_t i = 0; i < sizeof(setters) / sizeof(setters[0]); i++) {
		if (text_is(parameter->name, parameter->name_length, setters[i].name))
			return setters[i].set(challenge, parameter);
	}
	return 0;
}

static bool takes_scheme(const char **p, const char *end)
{
	const char *scheme;

	skip_space(p, end);
	for (scheme = *p; *p < end && !is_space(**p);)
		(*p)++;
	return text_is(scheme, (size_t)(*p - scheme), "Digest");
}

int ua_challenge_parse(struct ua_challenge *challenge, const char *text, size_t length)
{
	const char *p = text, *end = text + length;
	struct ua_challenge result = {.algorithm = &algorithms[0]};
	struct parameter parameter;
	int err;

	if (!takes_scheme(&p, end))
		return ENOTSUP;
	while (!(err = take_parameter(&parameter, &p, end))) {
		err = set_parameter(&result, &parameter);
		if (err)
			return err;
	}
	if (err != ENODATA || !result.nonce[0] || !result.realm[0])
		return EBADMSG;
	*challenge = result;
	return 0;
}

/* nc-value: eight hexadecimal digits (RFC 7616 s3.4); fewer are taken. */
static int set_nonce_count(struct ua_answer *answer, const struct parameter *parameter)
{
	char digits[8 + 1];
	int err = copy(digits, sizeof(digits), parameter);

	if (err || !digits[0] || digits[strspn(digits, "0123456789abcdefABCDEF")])
		return EBADMSG;
	answer->nonce_count = (uint32_t)strtoul(digits, NULL, 16);
	return 0;
}

static int set_answer(struct ua_answer *answer, const struct parameter *parameter)
{
	const struct {
		const char *name;
		char *text;
		size_t size;
	} rows[] = {
		{"username", answer->user, sizeof(answer->user)}, {"uri", answer->uri, sizeof(answer->uri)},
		{"cnonce", answer->cnonce, sizeof(answer->cnonce)}, {"response", answer->response, sizeof(answer->response)},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (text_is(parameter->name, parameter->name_length, rows[i].name))
			return copy(rows[i].text, rows[i].size, parameter);
	}
	if (text_is(parameter->name, parameter->name_length, "nc"))
		return set_nonce_count(answer, parameter);
	return set_parameter(&answer->challenge, parameter);
}

int ua_answer_parse(struct ua_answer *answer, const char *text, size_t length)
{
	const char *p = text, *end = text + length;
	struct ua_answer result = {.challenge = {.algorithm = &algorithms[0]}};
	struct parameter parameter;
	int err;

	if (!takes_scheme(&p, end))
		return ENOTSUP;
	while (!(err = take_parameter(&parameter, &p, end))) {
		err = set_answer(&result, &parameter);
		if (err)
			return err;
	}
	if (err != ENODATA || !result.challenge.nonce[0] || !result.challenge.realm[0] || !result.user[0] || !result.uri[0] ||
	    !result.response[0])
		return EBADMSG;
	*answer = result;
	return 0;
}

struct hash {
	EVP_MD_CTX *context;
	bool failed;
};

static struct hash hash_start(const struct ua_digest_algorithm *algorithm)
{
	EVP_MD *md = EVP_MD_fetch(NULL, algorithm->crypto, NULL);
	struct hash hash = {.context = EVP_MD_CTX_new()};

	hash.failed = !md || !hash.context || !EVP_DigestInit_ex(hash.context, md, NULL);
	EVP_MD_free(md);
	return hash;
}

static void hash_add(struct hash *hash, const char *text)
{
	if (!hash->failed && !EVP_DigestUpdate(hash->context, text, strlen(text)))
		hash->failed = true;
}

static int hash_finish(struct hash *hash, char hex[static UA_DIGEST_HEX + 1])
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	if (!hash->failed && !EVP_DigestFinal_ex(hash->context, bytes, &length))
		hash->failed = true;
	EVP_MD_CTX_free(hash->context);
	hash->context = NULL;
	if (hash->failed)
		return ENOTSUP;
	for (unsigned i = 0; i < length; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

/* H(a ":" b ":" ...), the list ending with NULL. */
static int hash_joined(char hex[static UA_DIGEST_HEX + 1], const struct ua_digest_algorithm *algorithm,
	const char *const *parts)
{
	struct hash hash = hash_start(algorithm);

	for (size_t i = 0; parts[i]; i++) {
		if (i)
			hash_add(&hash, ":");
		hash_add(&hash, parts[i]);
	}
	return hash_finish(&hash, hex);
}

/* H(A2) (RFC 7616 s3.4.3). */
static int hash_request(char hex[static UA_DIGEST_HEX + 1], const struct ua_challenge *challenge,
	const struct ua_digest_input *input)
{
	char body[UA_DIGEST_HEX + 1] = "";
	const char *whole[] = {input->body ? input->body : "", NULL};
	const char *parts[] = {
		input->method, input->uri, challenge->qop == UA_QOP_AUTH_INT ? body : NULL, NULL,
	};
	int err = parts[2] ? hash_joined(body, challenge->algorithm, whole) : 0;

	return err ? err : hash_joined(hex, challenge->algorithm, parts);
}

int ua_digest_response(char response[static UA_DIGEST_HEX + 1], const struct ua_challenge *challenge,
	const struct ua_digest_input *input)
{
	char ha1[UA_DIGEST_HEX + 1] = "", ha2[UA_DIGEST_HEX + 1] = "", nc[9];
	const char *a1[] = {input->user, challenge->realm, input->password, NULL};
	const char *with_qop[] = {
		ha1, challenge->nonce, nc, input->cnonce, qops[challenge->qop], ha2, NULL,
	};
	const char *without_qop[] = {ha1, challenge->nonce, ha2, NULL};
	int err;

	snprintf(nc, sizeof(nc), "%08x", (unsigned)input->nonce_count);
	err = hash_joined(ha1, challenge->algorithm, a1);
	if (!err)
		err = hash_request(ha2, challenge, input);
	if (!err)
		err = hash_joined(response, challenge->algorithm,
			challenge->qop ? with_qop : without_qop);
	OPENSSL_cleanse(ha1, sizeof(ha1));
	return err;
}

static void escape(char *text, size_t size, const char *raw)
{
	size_t length = 0;

	for (; *raw && length + 2 < size; raw++) {
		if (*raw == '"' || *raw == '\\')
			text[length++] = '\\';
		text[length++] = *raw;
	}
	text[length] = '\0';
}

int ua_digest_print(char *text, size_t size, const struct ua_challenge *challenge,
	const struct ua_digest_input *input)
{
	char response[UA_DIGEST_HEX + 1], user[256], opaque[UA_OPAQUE_MAX + 16] = "";
	char algorithm[32] = "", qop[160] = "";
	int length, err = ua_digest_response(response, challenge, input);

	if (err)
		return err;
	escape(user, sizeof(user), input->user);
	if (challenge->opaque[0])
		snprintf(opaque, sizeof(opaque), ", opaque=\"%s\"", challenge->opaque);
	if (challenge->algorithm_said)
		snprintf(algorithm, sizeof(algorithm), ", algorithm=%s", challenge->algorithm->name);
	if (challenge->qop)
		snprintf(qop, sizeof(qop), ", qop=%s, cnonce=\"%s\", nc=%08x", qops[challenge->qop],
			input->cnonce, (unsigned)input->nonce_count);
	length = snprintf(text, size,
		"Digest username=\"%s\", realm=\"%s\", nonce=\"%s\", uri=\"%s\", response=\"%s\"%s%s%s",
		user, challenge->realm, challenge->nonce, input->uri, response, algorithm, opaque, qop);
	return length > 0 && (size_t)length < size ? 0 : EOVERFLOW;
}
