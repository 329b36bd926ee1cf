/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libre's TLS verifies nothing and takes one name for all; but each connection inherits what its context says when it is made,
 * and tells when its handshake begins.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <re.h>

#include "sip/interpose.h"
#include "sip/tls.h"

#define REFUSAL_MAX 160
#define NOBODY      "nobody.invalid" /* RFC 2606 */

struct ua_tls {
	struct tls *tls;
	char *ca_file, *certificate_file, *key_file;
	bool unverified;
	bool refused;
	char refusal[REFUSAL_MAX];
	struct list links; /* struct ua_tls_link */
	char expected[UA_TLS_NAME_MAX + 1];
	unsigned lane;
};

static int own_index = -1;  /* of ours among what is attached to a context */
static int link_index = -1; /* ... to a connection */

static struct ua_tls *ua_of(const SSL *ssl)
{
	return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), own_index);
}

/* ---- which connections there are ---- */

static void link_destroy(void *arg)
{
	struct ua_tls_link *link = arg;

	list_unlink(&link->le);
}

/* Without memory nobody has proved anything there. */
static void on_ssl_new(void *parent, void *attached, CRYPTO_EX_DATA *all, int index, long number, void *arg)
{
	const struct tls *tls;
	const struct tcp_conn *tcp = ua_interpose_tls_starting(&tls);
	struct ua_tls *ua = tcp ? SSL_CTX_get_ex_data(tls_openssl_context(tls), own_index) : NULL;
	struct ua_tls_link *link;

	(void)attached;
	(void)number;
	(void)arg;
	if (!ua)
		return;
	link = mem_zalloc(sizeof(*link), link_destroy);
	if (!link)
		return;
	link->ssl = parent;
	link->tcp = tcp;
	link->lane = ua->lane;
	str_ncpy(link->name, ua->expected, sizeof(link->name));
	(void)tcp_conn_local_get(tcp, &link->local);
	(void)tcp_conn_peer_get(tcp, &link->peer);
	if (CRYPTO_set_ex_data(all, index, link) == 1)
		list_append(&ua->links, &link->le, link);
	else
		mem_deref(link);
}

static void on_ssl_free(void *parent, void *attached, CRYPTO_EX_DATA *all, int index, long number, void *arg)
{
	(void)parent;
	(void)all;
	(void)index;
	(void)number;
	(void)arg;
	mem_deref(attached);
}

const struct list *ua_tls_links(const struct ua_tls *ua)
{
	return &ua->links;
}

const struct ua_tls_link *ua_tls_link_of(const struct ua_tls *ua, const struct sip_msg *msg)
{
	const struct tcp_conn *tcp = msg->tp == SIP_TRANSP_TLS ? sip_msg_tcpconn(msg) : NULL;
	struct le *le;

	LIST_FOREACH(&ua->links, le) {
		const struct ua_tls_link *link = le->data;

		if (tcp && link->tcp == tcp)
			return link;
	}
	return NULL;
}

static bool certificate_has(X509 *certificate, const char *name)
{
	struct sa numeric;

	if (sa_set_str(&numeric, name, 0) == 0)
		return X509_check_ip_asc(certificate, name, 0) == 1;
	return X509_check_host(certificate, name, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1;
}

bool ua_tls_link_has_name(const struct ua_tls_link *link, const char *name)
{
	X509 *certificate = SSL_get0_peer_certificate(link->ssl);

	return certificate && name[0] && SSL_is_init_finished(link->ssl) && SSL_get_verify_mode(link->ssl) & SSL_VERIFY_PEER &&
		SSL_get_verify_result(link->ssl) == X509_V_OK && certificate_has(certificate, name);
}

/* ---- the handshake ---- */

/* The first reason counts: what follows comes of it. */
static void refuse(struct ua_tls *ua, const char *what, const char *why)
{
	if (ua->refused)
		return;
	ua->refused = true;
	snprintf(ua->refusal, sizeof(ua->refusal), "%s: %s", what, why ? why : "unknown");
}

static int on_verify(int good, X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());

	if (!good && ua_of(ssl))
		refuse(ua_of(ssl), "certificate refused", X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
	return good;
}

/* A file that cannot be read leaves what was read before. */
static void files_read(const struct ua_tls *ua, SSL *ssl)
{
	if (ua->ca_file)
		(void)SSL_CTX_load_verify_locations(SSL_get_SSL_CTX(ssl), ua->ca_file, NULL);
	if (ua->certificate_file && SSL_use_certificate_chain_file(ssl, ua->certificate_file) == 1)
		(void)SSL_use_PrivateKey_file(ssl, ua->key_file, SSL_FILETYPE_PEM);
	ERR_clear_error();
}

static void handshake_begin(struct ua_tls *ua, SSL *ssl)
{
	const char *name = X509_VERIFY_PARAM_get0_host(SSL_get0_param(ssl), 0);

	files_read(ua, ssl);
	if (SSL_is_server(ssl)) { /* whoever it is */
		(void)X509_VERIFY_PARAM_set1_host(SSL_get0_param(ssl), NULL, 0);
		(void)X509_VERIFY_PARAM_set1_ip(SSL_get0_param(ssl), NULL, 0);
		return;
	}
	SSL_set_verify(ssl, ua->unverified ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, on_verify);
	if (name)
		(void)SSL_set_tlsext_host_name(ssl, name);
}

static void on_info(const SSL *ssl, int where, int value)
{
	struct ua_tls *ua = ua_of(ssl);

	if (!ua) /* gone before its connections */
		return;
	if (where & SSL_CB_HANDSHAKE_START)
		handshake_begin(ua, (SSL *)ssl);
	else if (where & SSL_CB_ALERT && where & SSL_CB_READ && value >> 8 == SSL3_AL_FATAL)
		refuse(ua, "TLS refused by the server", SSL_alert_desc_string_long(value));
	else if (where & SSL_CB_HANDSHAKE_DONE)
		ua->refused = false;
}

static int context_prepare(struct ua_tls *ua)
{
	SSL_CTX *context = tls_openssl_context(ua->tls);

	if (own_index < 0)
		own_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	if (link_index < 0)
		link_index = SSL_get_ex_new_index(0, NULL, on_ssl_new, NULL, on_ssl_free);
	if (own_index < 0 || link_index < 0 || SSL_CTX_set_ex_data(context, own_index, ua) != 1 ||
	    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
		return ENOMEM;
	if (ua->ca_file ? SSL_CTX_load_verify_locations(context, ua->ca_file, NULL) != 1 :
		SSL_CTX_set_default_verify_paths(context) != 1)
		return ENOENT;
	if (ua->certificate_file && (SSL_CTX_use_certificate_chain_file(context, ua->certificate_file) != 1 ||
	    SSL_CTX_use_PrivateKey_file(context, ua->key_file, SSL_FILETYPE_PEM) != 1))
		return ENOENT;
	SSL_CTX_set_verify(context, ua->unverified ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, on_verify);
	X509_VERIFY_PARAM_set_hostflags(SSL_CTX_get0_param(context), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	SSL_CTX_set_info_callback(context, on_info);
	return 0;
}

static void destroy(void *arg)
{
	struct ua_tls *ua = arg;

	list_clear(&ua->links);
	if (ua->tls && own_index >= 0)
		SSL_CTX_set_ex_data(tls_openssl_context(ua->tls), own_index, NULL);
	mem_deref(ua->tls);
	mem_deref(ua->ca_file);
	mem_deref(ua->certificate_file);
	mem_deref(ua->key_file);
}

static int said(char **textp, const char *text)
{
	return text && text[0] ? str_dup(textp, text) : 0;
}

int ua_tls_alloc(struct ua_tls **uap, const struct ua_tls_config *config)
{
	struct ua_tls *ua = mem_zalloc(sizeof(*ua), destroy);
	int err;

	if (!ua)
		return ENOMEM;
	ua->unverified = config->unverified;
	err = tls_alloc(&ua->tls, TLS_METHOD_SSLV23, NULL, NULL);
	if (!err)
		err = said(&ua->ca_file, config->ca_file);
	if (!err)
		err = said(&ua->certificate_file, config->certificate_file);
	if (!err)
		err = said(&ua->key_file, config->key_file && config->key_file[0] ? config->key_file : config->certificate_file);
	if (!err)
		err = context_prepare(ua);
	ERR_clear_error();
	if (err)
		mem_deref(ua);
	else
		*uap = ua;
	return err;
}

void ua_tls_free(struct ua_tls *ua)
{
	mem_deref(ua);
}

struct tls *ua_tls_context(const struct ua_tls *ua)
{
	return ua->tls;
}

bool ua_tls_has_certificate(const struct ua_tls *ua)
{
	return ua->certificate_file;
}

bool ua_tls_verifies(const struct ua_tls *ua)
{
	return !ua->unverified;
}

void ua_tls_expect(struct ua_tls *ua, const char *name, unsigned lane)
{
	X509_VERIFY_PARAM *wanted = SSL_CTX_get0_param(tls_openssl_context(ua->tls));
	struct sa numeric;

	str_ncpy(ua->expected, name ? name : "", sizeof(ua->expected));
	ua->lane = lane;

	if (name && sa_set_str(&numeric, name, 0) == 0) {
		(void)X509_VERIFY_PARAM_set1_host(wanted, NULL, 0);
		(void)X509_VERIFY_PARAM_set1_ip_asc(wanted, name);
		return;
	}
	(void)X509_VERIFY_PARAM_set1_ip(wanted, NULL, 0);
	(void)X509_VERIFY_PARAM_set1_host(wanted, name ? name : NOBODY, 0);
}

const char *ua_tls_refusal(struct ua_tls *ua)
{
	bool refused = ua->refused;

	ua->refused = false;
	return refused ? ua->refusal : NULL;
}
