/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "sip/dtls.h"
#include "sip/dtls_record.h"

#define VALID_BEFORE_S (24 * 3600)           /* a peer's clock may be behind */
#define VALID_S        (10l * 365 * 24 * 3600)
#define SERIAL_BITS    63
#define RECORD_ALERT   21
#define LABEL          "EXTRACTOR-dtls_srtp" /* RFC 5764 s4.2 */
#define PROFILES_MAX   128
#define FAILURE_MAX    120
#define RUMOUR_MAX     200
#define LATE           "it was not done in time"
#define FIRST_US       (UA_DTLS_FIRST_MS * 1000u)
#define LONGEST_US     60000000u             /* RFC 6347 s4.2.4.1 */

struct ua_dtls_identity {
	SSL_CTX *context;
	BIO_METHOD *method; /* of what packets leave by */
	struct ua_fingerprint fingerprint;
};

struct ua_dtls {
	SSL *ssl;
	BIO *in; /* the ssl's: one packet at a time */
	bool active;
	struct ua_fingerprint fingerprint;
	ua_dtls_send_h *send;
	void *arg;
	enum ua_dtls_state state;
	char failure[FAILURE_MAX], rumour[RUMOUR_MAX];
	struct ua_crypto client, server;
};

static const struct profile {
	unsigned long id;
	const char *name;
	enum ua_srtp_suite suite;
} profiles[] = {
	{SRTP_AES128_CM_SHA1_80, "SRTP_AES128_CM_SHA1_80", UA_SRTP_AES_CM_128_HMAC_SHA1_80},
	{SRTP_AES128_CM_SHA1_32, "SRTP_AES128_CM_SHA1_32", UA_SRTP_AES_CM_128_HMAC_SHA1_32},
	{SRTP_AEAD_AES_128_GCM, "SRTP_AEAD_AES_128_GCM", UA_SRTP_AEAD_AES_128_GCM},
	{SRTP_AEAD_AES_256_GCM, "SRTP_AEAD_AES_256_GCM", UA_SRTP_AEAD_AES_256_GCM},
};
#define PROFILE_COUNT (sizeof(profiles) / sizeof(profiles[0]))

/* Of the first epoch: the peer cannot know whose it is, and ours may be the answer to a forged message. */
static bool is_plain_alert(const char *bytes, int length)
{
	return length > 4 && bytes[0] == RECORD_ALERT && !bytes[3] && !bytes[4];
}

static int packet_write(BIO *bio, const char *bytes, int length)
{
	struct ua_dtls *dtls = BIO_get_data(bio);

	if (length > 0 && !is_plain_alert(bytes, length))
		dtls->send((const uint8_t *)bytes, (size_t)length, dtls->arg);
	return length;
}

static long packet_control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *method_new(void)
{
	int type = BIO_get_new_index();
	BIO_METHOD *method = type == -1 ? NULL : BIO_meth_new(type | BIO_TYPE_SOURCE_SINK, "packets of a handshake");

	if (method && BIO_meth_set_write(method, packet_write) && BIO_meth_set_ctrl(method, packet_control))
		return method;
	BIO_meth_free(method);
	return NULL;
}

static const EVP_MD *digest_of(enum ua_digest digest)
{
	return digest == UA_SHA_512 ? EVP_sha512() : digest == UA_SHA_384 ? EVP_sha384() : EVP_sha256();
}

static bool fingerprint_of(const X509 *certificate, enum ua_digest digest, struct ua_fingerprint *fingerprint)
{
	unsigned length = sizeof(fingerprint->bytes);

	*fingerprint = (struct ua_fingerprint){.digest = (uint8_t)digest};
	return certificate && X509_digest(certificate, digest_of(digest), fingerprint->bytes, &length) == 1 &&
		length == ua_digest_length(digest);
}

static bool serial_set(X509 *certificate)
{
	uint64_t serial;

	return RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
		ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> (64 - SERIAL_BITS)) == 1;
}

static bool certificate_fill(X509 *certificate, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(certificate);

	return X509_set_version(certificate, 2) == 1 && serial_set(certificate) &&
		X509_gmtime_adj(X509_getm_notBefore(certificate), -VALID_BEFORE_S) &&
		X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_S) &&
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"tipring", -1, -1, 0) == 1 &&
		X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
		X509_sign(certificate, key, EVP_sha256()) > 0;
}

static bool certificate_use(struct ua_dtls_identity *identity)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	bool used = key && certificate && certificate_fill(certificate, key) && fingerprint_of(certificate, UA_SHA_256, &identity->fingerprint) &&
		SSL_CTX_use_certificate(identity->context, certificate) == 1 && SSL_CTX_use_PrivateKey(identity->context, key) == 1;

	X509_free(certificate);
	EVP_PKEY_free(key);
	return used;
}

/* Nobody vouches for these certificates but the session description, and that they are who sends them is not known before the end. */
static int on_certificate(X509_STORE_CTX *store, void *arg)
{
	(void)arg;
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

static bool context_set(struct ua_dtls_identity *identity)
{
	SSL_CTX *context = identity->context;

	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(context, on_certificate, NULL);
	SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_max_cert_list(context, DTLS_MESSAGE_MAX);
	return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
		SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:!aNULL:!PSK") == 1 && certificate_use(identity);
}

int ua_dtls_identity_alloc(struct ua_dtls_identity **identityp)
{
	struct ua_dtls_identity *identity = calloc(1, sizeof(*identity));

	if (!identity)
		return ENOMEM;
	identity->method = method_new();
	identity->context = SSL_CTX_new(DTLS_method());
	if (!identity->method || !identity->context || !context_set(identity)) {
		ERR_clear_error();
		ua_dtls_identity_free(identity);
		return ENOMEM;
	}
	*identityp = identity;
	return 0;
}

void ua_dtls_identity_free(struct ua_dtls_identity *identity)
{
	if (!identity)
		return;
	SSL_CTX_free(identity->context);
	BIO_meth_free(identity->method);
	free(identity);
}

const struct ua_fingerprint *ua_dtls_identity_fingerprint(const struct ua_dtls_identity *identity)
{
	return &identity->fingerprint;
}

bool ua_dtls_is(const uint8_t *bytes, size_t length)
{
	return length && bytes[0] >= 20 && bytes[0] <= 63;
}

const uint8_t *ua_dtls_hello(const uint8_t *bytes, size_t length)
{
	return dtls_records_hello(bytes, length);
}

bool ua_dtls_has_suite(enum ua_srtp_suite suite)
{
	for (size_t i = 0; i < PROFILE_COUNT; i++) {
		if (profiles[i].suite == suite)
			return true;
	}
	return false;
}

static bool profiles_name(const struct ua_dtls_config *config, char names[PROFILES_MAX])
{
	size_t length = 0;

	for (size_t i = 0; i < config->suite_count; i++) {
		for (size_t j = 0; j < PROFILE_COUNT; j++) {
			if (profiles[j].suite == config->suites[i] && length < PROFILES_MAX)
				length += (size_t)snprintf(names + length, PROFILES_MAX - length, "%s%s", length ? ":" : "", profiles[j].name);
		}
	}
	return length && length < PROFILES_MAX;
}

static unsigned on_timer(SSL *ssl, unsigned before_us)
{
	(void)ssl;
	return !before_us ? FIRST_US : before_us > LONGEST_US / 2 ? LONGEST_US : 2 * before_us;
}

static int ssl_make(struct ua_dtls *dtls, const struct ua_dtls_config *config, const char *names)
{
	BIO *out;

	dtls->ssl = SSL_new(config->identity->context);
	if (!dtls->ssl)
		return ENOMEM;
	dtls->in = BIO_new(BIO_s_mem());
	out = BIO_new(config->identity->method);
	if (!dtls->in || !out) {
		BIO_free(dtls->in);
		BIO_free(out);
		return ENOMEM;
	}
	BIO_set_mem_eof_return(dtls->in, -1);
	BIO_set_data(out, dtls);
	BIO_set_init(out, 1);
	SSL_set_bio(dtls->ssl, dtls->in, out);
	if (SSL_set_app_data(dtls->ssl, dtls) != 1 || SSL_set_tlsext_use_srtp(dtls->ssl, names) != 0 || SSL_set_mtu(dtls->ssl, UA_DTLS_MTU) <= 0)
		return ENOMEM;
	DTLS_set_timer_cb(dtls->ssl, on_timer);
	if (dtls->active)
		SSL_set_connect_state(dtls->ssl);
	else
		SSL_set_accept_state(dtls->ssl);
	return 0;
}

int ua_dtls_alloc(struct ua_dtls **dtlsp, const struct ua_dtls_config *config)
{
	struct ua_dtls *dtls;
	char names[PROFILES_MAX];
	int err;

	if (!profiles_name(config, names))
		return EINVAL;
	dtls = calloc(1, sizeof(*dtls));
	if (!dtls)
		return ENOMEM;
	dtls->active = config->active;
	dtls->send = config->send;
	dtls->arg = config->arg;
	dtls->fingerprint = config->fingerprint;
	snprintf(dtls->rumour, sizeof(dtls->rumour), LATE);
	err = ssl_make(dtls, config, names);
	if (err) {
		ERR_clear_error();
		ua_dtls_free(dtls);
		return err;
	}
	*dtlsp = dtls;
	return 0;
}

void ua_dtls_free(struct ua_dtls *dtls)
{
	if (!dtls)
		return;
	SSL_free(dtls->ssl);
	explicit_bzero(dtls, sizeof(*dtls));
	free(dtls);
}

static enum ua_dtls_state fail(struct ua_dtls *dtls, const char *why)
{
	dtls->state = UA_DTLS_FAILED;
	snprintf(dtls->failure, sizeof(dtls->failure), "%s", why);
	snprintf(dtls->rumour, sizeof(dtls->rumour), LATE "; with whoever answered, %s", why);
	return dtls->state;
}

static enum ua_dtls_state spoil(struct ua_dtls *dtls, const char *why)
{
	dtls->state = UA_DTLS_SPOILT;
	snprintf(dtls->rumour, sizeof(dtls->rumour), LATE "; what came, of the other side or in its name, led to: %s", why);
	return dtls->state;
}

/* The client's key, the server's, and the salts in the same order (RFC 5764 s4.2); a key has its salt behind it. */
static bool keys_export(struct ua_dtls *dtls, enum ua_srtp_suite suite)
{
	uint8_t material[2 * UA_SRTP_KEY_MAX];
	const size_t whole = ua_srtp_key_length(suite), master = ua_srtp_master_length(suite), salt = whole - master;
	bool exported = SSL_export_keying_material(dtls->ssl, material, 2 * whole, LABEL, strlen(LABEL), NULL, 0, 0) == 1;

	dtls->client.suite = dtls->server.suite = (uint8_t)suite;
	memcpy(dtls->client.key, material, master);
	memcpy(dtls->server.key, material + master, master);
	memcpy(dtls->client.key + master, material + 2 * master, salt);
	memcpy(dtls->server.key + master, material + 2 * master + salt, salt);
	explicit_bzero(material, sizeof(material));
	return exported;
}

/* Whoever it is has signed the handshake by now. */
static bool is_peer(const struct ua_dtls *dtls)
{
	X509 *certificate = SSL_get1_peer_certificate(dtls->ssl);
	struct ua_fingerprint fingerprint;
	bool is = fingerprint_of(certificate, dtls->fingerprint.digest, &fingerprint) && ua_fingerprint_is_same(&fingerprint, &dtls->fingerprint);

	X509_free(certificate);
	return is;
}

static enum ua_dtls_state finish(struct ua_dtls *dtls)
{
	const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(dtls->ssl);

	if (!is_peer(dtls))
		return fail(dtls, "the certificate is not the one that the session description names");
	for (size_t i = 0; profile && i < PROFILE_COUNT; i++) {
		if (profiles[i].id != profile->id)
			continue;
		if (!keys_export(dtls, profiles[i].suite))
			return fail(dtls, "no keys came of it");
		return dtls->state = UA_DTLS_DONE;
	}
	return fail(dtls, "no protection that both sides know");
}

static enum ua_dtls_state error_judge(struct ua_dtls *dtls, int result)
{
	char text[FAILURE_MAX] = "its end"; /* libssl says nothing more */
	unsigned long code;

	switch (SSL_get_error(dtls->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return dtls->state;
	default:
		break;
	}
	code = ERR_peek_error();
	if (code && ERR_reason_error_string(code))
		snprintf(text, sizeof(text), "%s", ERR_reason_error_string(code));
	ERR_clear_error();
	return spoil(dtls, text);
}

/* Nothing is said over it but the handshake; what is read is alerts, and the last flight of a peer that missed ours. */
static enum ua_dtls_state go_on(struct ua_dtls *dtls)
{
	uint8_t nothing[64];
	int result;

	ERR_clear_error();
	if (dtls->state == UA_DTLS_DONE) {
		(void)SSL_read(dtls->ssl, nothing, sizeof(nothing));
		ERR_clear_error();
		return dtls->state;
	}
	result = SSL_do_handshake(dtls->ssl);
	return result == 1 ? finish(dtls) : error_judge(dtls, result);
}

enum ua_dtls_state ua_dtls_begin(struct ua_dtls *dtls)
{
	return dtls->active && dtls->state == UA_DTLS_RUNS ? go_on(dtls) : dtls->state;
}

static bool is_over(const struct ua_dtls *dtls)
{
	return dtls->state == UA_DTLS_FAILED || dtls->state == UA_DTLS_SPOILT;
}

static void alert_note(struct ua_dtls *dtls, int alert)
{
	snprintf(dtls->rumour, sizeof(dtls->rumour), LATE "; the other side, or somebody in its name, said: %s",
		SSL_alert_desc_string_long(alert));
}

enum ua_dtls_state ua_dtls_take(struct ua_dtls *dtls, const uint8_t *bytes, size_t length)
{
	uint8_t kept[UA_DTLS_PACKET_MAX];
	size_t kept_length;
	int alert;

	if (is_over(dtls) || !ua_dtls_is(bytes, length) || length > UA_DTLS_PACKET_MAX)
		return dtls->state;
	kept_length = dtls_records_sift(kept, bytes, length, dtls->active, &alert);
	if (alert >= 0)
		alert_note(dtls, alert);
	(void)BIO_reset(dtls->in); /* a packet is read whole or not at all */
	if (!kept_length || BIO_write(dtls->in, kept, (int)kept_length) != (int)kept_length)
		return dtls->state;
	return go_on(dtls);
}

enum ua_dtls_state ua_dtls_timeout(struct ua_dtls *dtls)
{
	if (is_over(dtls))
		return dtls->state;
	ERR_clear_error();
	if (DTLSv1_handle_timeout(dtls->ssl) < 0) {
		ERR_clear_error();
		return dtls->state == UA_DTLS_DONE ? dtls->state : spoil(dtls, "nothing more");
	}
	return dtls->state;
}

int ua_dtls_timeout_ms(const struct ua_dtls *dtls)
{
	struct timeval left;

	if (is_over(dtls) || DTLSv1_get_timeout(dtls->ssl, &left) != 1)
		return -1;
	return (int)(left.tv_sec * 1000 + (left.tv_usec + 999) / 1000);
}

enum ua_dtls_state ua_dtls_state(const struct ua_dtls *dtls)
{
	return dtls->state;
}

const char *ua_dtls_failure(const struct ua_dtls *dtls)
{
	return dtls->failure;
}

const char *ua_dtls_rumour(const struct ua_dtls *dtls)
{
	return dtls->rumour;
}

void ua_dtls_keys(const struct ua_dtls *dtls, struct ua_crypto *send, struct ua_crypto *receive)
{
	*send = dtls->active ? dtls->client : dtls->server;
	*receive = dtls->active ? dtls->server : dtls->client;
}
