/* SPDX-License-Identifier: BSD-3-Clause */
/* A packet is ciphered with a stream of AES in counter mode and signed with HMAC-SHA1, or both at once with GCM. */
#define OPENSSL_API_COMPAT 0x10100000L /* SHA1_Init and so on: EVP's HMAC allocates for each packet */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "sip/srtp.h"
#include "sip/srtp_replay.h"

#define RTP_HEADER_BYTES  12
#define RTCP_HEADER_BYTES 8 /* of the first packet, with its SSRC: what stays readable */
#define RTCP_INDEX_BYTES  4
#define RTCP_ENCRYPTED    0x80000000u
#define RTCP_INDEX_MAX    0x7fffffffu
#define SALT_MAX          14
#define AROUND            0x10000u /* of an index, when the sequence has gone around once */
#define GCM_TAG_BYTES     16
#define GCM_IV_BYTES      12
#define HMAC_KEY_BYTES    20
#define HMAC_BLOCK_BYTES  64

enum label { /* RFC 3711 s4.3.1; RTCP's come 3 later */
	LABEL_CIPHER,
	LABEL_HMAC,
	LABEL_SALT,
	LABEL_RTCP,
};

struct suite {
	const char *name;
	size_t key_bytes, salt_bytes;
	size_t tag_bytes, rtcp_tag_bytes; /* RFC 4568 s6.2.2: RTCP is always signed with 80 bits */
	bool gcm;
};

static const struct suite suites[UA_SRTP_SUITES] = {
	[UA_SRTP_AES_CM_128_HMAC_SHA1_80] = {"AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 10, false},
	[UA_SRTP_AES_CM_128_HMAC_SHA1_32] = {"AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 10, false},
	[UA_SRTP_AES_256_CM_HMAC_SHA1_80] = {"AES_256_CM_HMAC_SHA1_80", 32, 14, 10, 10, false},
	[UA_SRTP_AES_256_CM_HMAC_SHA1_32] = {"AES_256_CM_HMAC_SHA1_32", 32, 14, 4, 10, false},
	[UA_SRTP_AEAD_AES_128_GCM] = {"AEAD_AES_128_GCM", 16, 12, GCM_TAG_BYTES, GCM_TAG_BYTES, true},
	[UA_SRTP_AEAD_AES_256_GCM] = {"AEAD_AES_256_GCM", 32, 12, GCM_TAG_BYTES, GCM_TAG_BYTES, true},
};

/* The states after the padded key: a packet costs what its bytes cost. */
struct hmac {
	SHA_CTX inner, outer;
};

/* One for RTP and one for RTCP. */
struct transform {
	EVP_CIPHER_CTX *cipher;
	struct hmac hmac;
	uint8_t salt[SALT_MAX];
	size_t tag_bytes;
};

struct ua_srtp {
	const struct suite *suite;
	bool sends;
	struct transform rtp, rtcp;
	struct srtp_sources sources;
	uint32_t rtcp_index; /* of the next that is sent */
};

const char *ua_srtp_suite_name(enum ua_srtp_suite suite)
{
	return suites[suite].name;
}

size_t ua_srtp_key_length(enum ua_srtp_suite suite)
{
	return suites[suite].key_bytes + suites[suite].salt_bytes;
}

size_t ua_srtp_master_length(enum ua_srtp_suite suite)
{
	return suites[suite].key_bytes;
}

static void put_32(uint8_t *bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t get_32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void xor_32(uint8_t *bytes, uint32_t value)
{
	put_32(bytes, get_32(bytes) ^ value);
}

static const EVP_CIPHER *counter_mode(size_t key_bytes)
{
	return key_bytes == 32 ? EVP_aes_256_ctr() : EVP_aes_128_ctr();
}

static const EVP_CIPHER *gcm_mode(size_t key_bytes)
{
	return key_bytes == 32 ? EVP_aes_256_gcm() : EVP_aes_128_gcm();
}

int ua_srtp_derive(uint8_t *out, size_t length, enum ua_srtp_suite suite, const uint8_t *key, uint8_t label)
{
	const struct suite *row = &suites[suite];
	uint8_t iv[16] = {0};
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	int done = 0, err = ENOMEM;

	memcpy(iv, key + row->key_bytes, row->salt_bytes);
	iv[7] ^= label;
	memset(out, 0, length);
	if (cipher && EVP_EncryptInit_ex(cipher, counter_mode(row->key_bytes), NULL, key, iv) == 1 &&
	    EVP_EncryptUpdate(cipher, out, &done, out, (int)length) == 1)
		err = 0;
	EVP_CIPHER_CTX_free(cipher);
	return err;
}

/* RFC 2104 */
static void hmac_init(struct hmac *hmac, const uint8_t key[HMAC_KEY_BYTES])
{
	uint8_t inner[HMAC_BLOCK_BYTES], outer[HMAC_BLOCK_BYTES];

	for (size_t i = 0; i < HMAC_BLOCK_BYTES; i++) {
		uint8_t byte = i < HMAC_KEY_BYTES ? key[i] : 0;

		inner[i] = byte ^ 0x36;
		outer[i] = byte ^ 0x5c;
	}
	SHA1_Init(&hmac->inner);
	SHA1_Update(&hmac->inner, inner, sizeof(inner));
	SHA1_Init(&hmac->outer);
	SHA1_Update(&hmac->outer, outer, sizeof(outer));
	OPENSSL_cleanse(inner, sizeof(inner));
	OPENSSL_cleanse(outer, sizeof(outer));
}

static void hmac_sign(const struct hmac *hmac, uint8_t tag[SHA_DIGEST_LENGTH], const uint8_t *bytes, size_t length,
	const uint8_t *more, size_t more_length)
{
	struct hmac state = *hmac;

	SHA1_Update(&state.inner, bytes, length);
	SHA1_Update(&state.inner, more, more_length);
	SHA1_Final(tag, &state.inner);
	SHA1_Update(&state.outer, tag, SHA_DIGEST_LENGTH);
	SHA1_Final(tag, &state.outer);
}

static int transform_init(struct transform *transform, enum ua_srtp_suite suite, const uint8_t *key, uint8_t label, bool sends)
{
	const struct suite *row = &suites[suite];
	uint8_t cipher_key[32], hmac_key[HMAC_KEY_BYTES];
	const EVP_CIPHER *mode = row->gcm ? gcm_mode(row->key_bytes) : counter_mode(row->key_bytes);
	int err;

	transform->cipher = EVP_CIPHER_CTX_new();
	if (!transform->cipher)
		return ENOMEM;
	transform->tag_bytes = label == LABEL_RTCP ? row->rtcp_tag_bytes : row->tag_bytes;
	err = ua_srtp_derive(cipher_key, row->key_bytes, suite, key, label + LABEL_CIPHER);
	if (!err)
		err = ua_srtp_derive(hmac_key, sizeof(hmac_key), suite, key, label + LABEL_HMAC);
	if (!err)
		err = ua_srtp_derive(transform->salt, row->salt_bytes, suite, key, label + LABEL_SALT);
	if (!err && EVP_CipherInit_ex(transform->cipher, mode, NULL, cipher_key, NULL, sends || !row->gcm) != 1)
		err = ENOMEM;
	if (!err)
		hmac_init(&transform->hmac, hmac_key);
	OPENSSL_cleanse(cipher_key, sizeof(cipher_key));
	OPENSSL_cleanse(hmac_key, sizeof(hmac_key));
	return err;
}

int ua_srtp_alloc(struct ua_srtp **srtpp, enum ua_srtp_suite suite, const uint8_t *key, bool sends)
{
	struct ua_srtp *srtp = calloc(1, sizeof(*srtp));
	int err;

	if (!srtp)
		return ENOMEM;
	srtp->suite = &suites[suite];
	srtp->sends = sends;
	err = transform_init(&srtp->rtp, suite, key, LABEL_CIPHER, sends);
	if (!err)
		err = transform_init(&srtp->rtcp, suite, key, LABEL_RTCP, sends);
	if (err)
		ua_srtp_free(srtp);
	else
		*srtpp = srtp;
	return err;
}

void ua_srtp_free(struct ua_srtp *srtp)
{
	if (!srtp)
		return;
	EVP_CIPHER_CTX_free(srtp->rtp.cipher);
	EVP_CIPHER_CTX_free(srtp->rtcp.cipher);
	OPENSSL_cleanse(srtp, sizeof(*srtp));
	free(srtp);
}

/* RFC 3711 s4.1.1; index is one of RTP, with what its sequence went around, or of RTCP. */
static bool counter_run(struct transform *transform, uint32_t ssrc, uint64_t index, uint8_t *bytes, size_t length)
{
	uint8_t iv[16] = {0};
	int done;

	memcpy(iv, transform->salt, SALT_MAX);
	xor_32(iv + 4, ssrc);
	xor_32(iv + 8, (uint32_t)(index >> 16));
	iv[12] ^= (uint8_t)(index >> 8);
	iv[13] ^= (uint8_t)index;
	return EVP_EncryptInit_ex(transform->cipher, NULL, NULL, NULL, iv) == 1 &&
		EVP_EncryptUpdate(transform->cipher, bytes, &done, bytes, (int)length) == 1;
}

/* RFC 7714 s8.1 and s9.1: RTP's index has 48 bits, RTCP's 31; both end the vector. */
static bool gcm_begin(struct transform *transform, uint32_t ssrc, uint64_t index)
{
	uint8_t iv[GCM_IV_BYTES];

	memcpy(iv, transform->salt, sizeof(iv));
	xor_32(iv + 2, ssrc);
	iv[6] ^= (uint8_t)(index >> 40);
	iv[7] ^= (uint8_t)(index >> 32);
	xor_32(iv + 8, (uint32_t)index);
	return EVP_CipherInit_ex(transform->cipher, NULL, NULL, NULL, iv, -1) == 1;
}

static bool gcm_feed(struct transform *transform, uint8_t *out, const uint8_t *bytes, size_t length)
{
	int done;

	return length == 0 || EVP_CipherUpdate(transform->cipher, out, &done, bytes, (int)length) == 1;
}

static bool gcm_end(struct transform *transform, bool sends, uint8_t *tag)
{
	uint8_t nothing[16];
	int done;

	if (!sends && EVP_CIPHER_CTX_ctrl(transform->cipher, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_BYTES, tag) != 1)
		return false;
	if (EVP_CipherFinal_ex(transform->cipher, nothing, &done) != 1)
		return false;
	return !sends || EVP_CIPHER_CTX_ctrl(transform->cipher, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_BYTES, tag) == 1;
}

/* Bytes of an RTP packet that stay readable: header, contributors, extension. 0: it is none. */
static size_t rtp_header_length(const uint8_t *bytes, size_t length)
{
	size_t header = RTP_HEADER_BYTES;

	if (length < header || bytes[0] >> 6 != 2)
		return 0;
	header += 4 * (bytes[0] & 15u);
	if (bytes[0] & 0x10) {
		if (length < header + 4)
			return 0;
		header += 4 + 4 * ((size_t)bytes[header + 2] << 8 | bytes[header + 3]);
	}
	return header <= length ? header : 0;
}

static bool rtp_gcm(struct ua_srtp *srtp, uint8_t *bytes, size_t header, size_t length, uint32_t ssrc, uint64_t index)
{
	return gcm_begin(&srtp->rtp, ssrc, index) && gcm_feed(&srtp->rtp, NULL, bytes, header) &&
		gcm_feed(&srtp->rtp, bytes + header, bytes + header, length - header) &&
		gcm_end(&srtp->rtp, srtp->sends, bytes + length);
}

static void rtp_sign(const struct ua_srtp *srtp, uint8_t tag[SHA_DIGEST_LENGTH], const uint8_t *bytes, size_t length,
	uint64_t index)
{
	uint8_t around[4];

	put_32(around, (uint32_t)(index >> 16));
	hmac_sign(&srtp->rtp.hmac, tag, bytes, length, around, sizeof(around));
}

static bool rtp_protect(struct ua_srtp *srtp, uint8_t *bytes, size_t header, size_t length, uint32_t ssrc, uint64_t index)
{
	uint8_t tag[SHA_DIGEST_LENGTH];

	if (srtp->suite->gcm)
		return rtp_gcm(srtp, bytes, header, length, ssrc, index);
	if (!counter_run(&srtp->rtp, ssrc, index, bytes + header, length - header))
		return false;
	rtp_sign(srtp, tag, bytes, length, index);
	memcpy(bytes + length, tag, srtp->rtp.tag_bytes);
	return true;
}

int ua_srtp_protect(struct ua_srtp *srtp, uint8_t *bytes, size_t *length, size_t size)
{
	size_t header = rtp_header_length(bytes, *length);
	uint32_t ssrc;
	uint64_t index;

	if (!header)
		return EBADMSG;
	if (*length + srtp->rtp.tag_bytes > size)
		return ENOSPC;
	ssrc = get_32(bytes + 8);
	index = srtp_sources_index(&srtp->sources, ssrc, (uint16_t)(bytes[2] << 8 | bytes[3]));
	/* The same bytes of the stream must never cipher two packets. */
	if (!srtp_sources_is_new(&srtp->sources, ssrc, index))
		return EALREADY;
	if (!rtp_protect(srtp, bytes, header, *length, ssrc, index))
		return EBADMSG;
	srtp_sources_take(&srtp->sources, ssrc, index);
	*length += srtp->rtp.tag_bytes;
	return 0;
}

static bool rtp_unprotect(struct ua_srtp *srtp, uint8_t *bytes, size_t header, size_t length, uint32_t ssrc, uint64_t index)
{
	uint8_t tag[SHA_DIGEST_LENGTH];

	if (srtp->suite->gcm)
		return rtp_gcm(srtp, bytes, header, length, ssrc, index);
	rtp_sign(srtp, tag, bytes, length, index);
	return CRYPTO_memcmp(tag, bytes + length, srtp->rtp.tag_bytes) == 0 &&
		counter_run(&srtp->rtp, ssrc, index, bytes + header, length - header);
}

/* What GCM has deciphered before the tag proved wrong is ciphered again by the same. */
static void rtp_restore(struct ua_srtp *srtp, uint8_t *bytes, size_t header, size_t length, uint32_t ssrc, uint64_t index)
{
	if (srtp->suite->gcm)
		(void)rtp_gcm(srtp, bytes, header, length, ssrc, index);
}

/* Raises the index where only so the packet is the sender's. */
static bool rtp_prove(struct ua_srtp *srtp, uint8_t *bytes, size_t header, size_t length, uint32_t ssrc, uint64_t *index)
{
	if (rtp_unprotect(srtp, bytes, header, length, ssrc, *index))
		return true;
	if (!srtp_sources_may_have_gone_around(&srtp->sources, ssrc, *index))
		return false;
	rtp_restore(srtp, bytes, header, length, ssrc, *index);
	*index += AROUND;
	return rtp_unprotect(srtp, bytes, header, length, ssrc, *index);
}

int ua_srtp_unprotect(struct ua_srtp *srtp, uint8_t *bytes, size_t *length)
{
	size_t header, body;
	uint32_t ssrc;
	uint64_t index;

	if (*length < RTP_HEADER_BYTES + srtp->rtp.tag_bytes)
		return EBADMSG;
	body = *length - srtp->rtp.tag_bytes;
	header = rtp_header_length(bytes, body);
	if (!header)
		return EBADMSG;
	ssrc = get_32(bytes + 8);
	index = srtp_sources_index(&srtp->sources, ssrc, (uint16_t)(bytes[2] << 8 | bytes[3]));
	if (!srtp_sources_is_new(&srtp->sources, ssrc, index))
		return EALREADY;
	if (!rtp_prove(srtp, bytes, header, body, ssrc, &index))
		return EACCES;
	srtp_sources_take(&srtp->sources, ssrc, index);
	*length = body;
	return 0;
}

static bool is_rtcp(const uint8_t *bytes, size_t length)
{
	return length >= RTCP_HEADER_BYTES && bytes[0] >> 6 == 2;
}

/* What is signed beside the packet is its index word; in GCM's packets that comes behind the tag. */
static bool rtcp_gcm(struct ua_srtp *srtp, uint8_t *bytes, size_t length, uint32_t word)
{
	const bool ciphered = word & RTCP_ENCRYPTED;
	uint8_t end[RTCP_INDEX_BYTES];

	put_32(end, word);
	return gcm_begin(&srtp->rtcp, get_32(bytes + 4), word & RTCP_INDEX_MAX) &&
		gcm_feed(&srtp->rtcp, NULL, bytes, ciphered ? RTCP_HEADER_BYTES : length) &&
		gcm_feed(&srtp->rtcp, NULL, end, sizeof(end)) &&
		(!ciphered || gcm_feed(&srtp->rtcp, bytes + RTCP_HEADER_BYTES, bytes + RTCP_HEADER_BYTES, length - RTCP_HEADER_BYTES)) &&
		gcm_end(&srtp->rtcp, srtp->sends, bytes + length);
}

static bool rtcp_counter(struct ua_srtp *srtp, uint8_t *bytes, size_t length, uint32_t word)
{
	return !(word & RTCP_ENCRYPTED) || counter_run(&srtp->rtcp, get_32(bytes + 4), word & RTCP_INDEX_MAX,
		bytes + RTCP_HEADER_BYTES, length - RTCP_HEADER_BYTES);
}

static bool rtcp_protect(struct ua_srtp *srtp, uint8_t *bytes, size_t length, uint32_t word)
{
	uint8_t tag[SHA_DIGEST_LENGTH];

	if (srtp->suite->gcm) {
		put_32(bytes + length + GCM_TAG_BYTES, word);
		return rtcp_gcm(srtp, bytes, length, word);
	}
	if (!rtcp_counter(srtp, bytes, length, word))
		return false;
	put_32(bytes + length, word);
	hmac_sign(&srtp->rtcp.hmac, tag, bytes, length + RTCP_INDEX_BYTES, NULL, 0);
	memcpy(bytes + length + RTCP_INDEX_BYTES, tag, srtp->rtcp.tag_bytes);
	return true;
}

int ua_srtcp_protect(struct ua_srtp *srtp, uint8_t *bytes, size_t *length, size_t size)
{
	size_t grown = *length + srtp->rtcp.tag_bytes + RTCP_INDEX_BYTES;

	if (!is_rtcp(bytes, *length))
		return EBADMSG;
	if (grown > size)
		return ENOSPC;
	if (srtp->rtcp_index == RTCP_INDEX_MAX)
		return EALREADY;
	if (!rtcp_protect(srtp, bytes, *length, RTCP_ENCRYPTED | ++srtp->rtcp_index))
		return EBADMSG;
	*length = grown;
	return 0;
}

static bool rtcp_unprotect(struct ua_srtp *srtp, uint8_t *bytes, size_t length, uint32_t word)
{
	uint8_t tag[SHA_DIGEST_LENGTH];

	if (srtp->suite->gcm)
		return rtcp_gcm(srtp, bytes, length, word);
	hmac_sign(&srtp->rtcp.hmac, tag, bytes, length + RTCP_INDEX_BYTES, NULL, 0);
	return CRYPTO_memcmp(tag, bytes + length + RTCP_INDEX_BYTES, srtp->rtcp.tag_bytes) == 0 &&
		rtcp_counter(srtp, bytes, length, word);
}

int ua_srtcp_unprotect(struct ua_srtp *srtp, uint8_t *bytes, size_t *length)
{
	size_t added = srtp->rtcp.tag_bytes + RTCP_INDEX_BYTES, body;
	uint32_t word, ssrc;

	if (*length < RTCP_HEADER_BYTES + added || !is_rtcp(bytes, *length))
		return EBADMSG;
	body = *length - added;
	word = get_32(bytes + body + (srtp->suite->gcm ? GCM_TAG_BYTES : 0));
	ssrc = get_32(bytes + 4);
	if (!srtp_sources_rtcp_is_new(&srtp->sources, ssrc, word & RTCP_INDEX_MAX))
		return EALREADY;
	if (!rtcp_unprotect(srtp, bytes, body, word))
		return EACCES;
	srtp_sources_rtcp_take(&srtp->sources, ssrc, word & RTCP_INDEX_MAX);
	*length = body;
	return 0;
}
