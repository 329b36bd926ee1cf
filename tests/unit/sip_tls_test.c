/* SPDX-License-Identifier: BSD-3-Clause */
/* Both ends of TLS in one process, without a network: ours, and another one of OpenSSL alone. Certificates are made as they are needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/ssl.h>
#include <re.h>

#include "sip/tls.h"
#include "tests/unit/certificates.h"

#define NAME "sip.example.org"

static struct {
	EVP_PKEY *ca_key;
	X509 *ca;
	struct ua_tls *ours;
	SSL_CTX *other;
	SSL *near, *far; /* of the last handshake */
	char seen[64];   /* whose certificate the far end has seen; "": none */
	char wanted[64]; /* which name the far end was asked for */
} world;

static void issue_usual(const char *file, const char *common, const char *names)
{
	certificates_issue(file, common, names, world.ca, world.ca_key, 30 * CERTIFICATES_DAY_S);
}

static int note_wanted(SSL *ssl, int *alert, void *arg)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	(void)alert;
	(void)arg;
	snprintf(world.wanted, sizeof(world.wanted), "%s", name ? name : "");
	return SSL_TLSEXT_ERR_OK;
}

static void other_takes(const char *file)
{
	assert_int_equal(SSL_CTX_use_certificate_chain_file(world.other, certificates_path(file)), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey_file(world.other, certificates_path(file), SSL_FILETYPE_PEM), 1);
}

static int begin(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	certificates_open();
	world.ca = certificates_authority(&world.ca_key, "the authority");
	certificates_write("ca.pem", NULL, world.ca);
	issue_usual("server.pem", "server", "DNS:" NAME ",IP:192.0.2.7");
	issue_usual("ours.pem", "ours", "DNS:gateway.example.org");
	world.other = SSL_CTX_new(TLS_method());
	SSL_CTX_set_tlsext_servername_callback(world.other, note_wanted);
	assert_int_equal(SSL_CTX_load_verify_locations(world.other, certificates_path("ca.pem"), NULL), 1);
	SSL_CTX_set_verify(world.other, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	other_takes("server.pem");
	return 0;
}

static void hang_up(void)
{
	SSL_free(world.near);
	SSL_free(world.far);
	world.near = world.far = NULL;
}

static int end(void **state)
{
	(void)state;
	hang_up();
	ua_tls_free(world.ours);
	SSL_CTX_free(world.other);
	X509_free(world.ca);
	EVP_PKEY_free(world.ca_key);
	certificates_close();
	return 0;
}

static void open_ours(bool unverified)
{
	const struct ua_tls_config config = {
		.ca_file = certificates_path("ca.pem"), .certificate_file = certificates_path("ours.pem"), .unverified = unverified,
	};

	assert_int_equal(ua_tls_alloc(&world.ours, &config), 0);
}

static void note_seen(void)
{
	X509 *certificate = SSL_get1_peer_certificate(world.far);

	world.seen[0] = '\0';
	if (certificate)
		X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, world.seen, sizeof(world.seen));
	X509_free(certificate);
}

static void connect_ends(void)
{
	BIO *near, *far;

	hang_up();
	world.near = SSL_new(tls_openssl_context(ua_tls_context(world.ours)));
	world.far = SSL_new(world.other);
	assert_int_equal(BIO_new_bio_pair(&near, 0, &far, 0), 1);
	SSL_set_bio(world.near, near, near);
	SSL_set_bio(world.far, far, far);
}

/* Whether both have got through. */
static bool shake(void)
{
	char byte;

	for (int i = 0; i < 20; i++) {
		(void)SSL_do_handshake(world.near);
		(void)SSL_do_handshake(world.far);
		(void)SSL_read(world.near, &byte, 1); /* what is refused late, by TLS 1.3, is told here */
	}
	note_seen();
	return SSL_is_init_finished(world.near) && SSL_is_init_finished(world.far) && !(SSL_get_shutdown(world.near) & SSL_RECEIVED_SHUTDOWN);
}

static bool calls(const char *name)
{
	ua_tls_expect(world.ours, name, 0);
	connect_ends();
	SSL_set_connect_state(world.near);
	SSL_set_accept_state(world.far);
	return shake();
}

static bool is_called(void)
{
	connect_ends();
	SSL_set_accept_state(world.near);
	SSL_set_connect_state(world.far);
	return shake();
}

static void assert_refused(const char *why)
{
	const char *refusal = ua_tls_refusal(world.ours);

	assert_non_null(refusal);
	if (!strstr(refusal, why))
		fail_msg("\"%s\" is not in: %s", why, refusal);
	assert_null(ua_tls_refusal(world.ours));
}

static void test_the_right_server_is_taken_and_asked_for_by_its_name(void **state)
{
	(void)state;
	open_ours(false);
	/* RFC 5922 s7.3: who has the server's name in the certificate's subjectAltName is the server | he is taken */
	assert_true(calls(NAME));
	assert_null(ua_tls_refusal(world.ours));
	/* RFC 6066 s3: the client says which server it wants | it does */
	assert_string_equal(world.wanted, NAME);
	/* RFC 5922 s7.1: a numeric address is looked for among the IP addresses of the certificate | it is */
	assert_true(calls("192.0.2.7"));
	/* RFC 6066 s3: a numeric address is not said | it is not */
	assert_string_equal(world.wanted, "");
}

static void test_who_does_not_bear_the_name_is_refused(void **state)
{
	static const char *const others[] = {"other.example.org", "example.org", "a.sip.example.org", "192.0.2.8", NULL};

	(void)state;
	open_ours(false);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		/* RFC 5922 s7.4: another name than was wanted ends the connection | and the log says so */
		assert_false(calls(others[i]));
		assert_refused("mismatch");
	}
}

static void test_a_wildcard_stands_for_a_whole_label(void **state)
{
	(void)state;
	open_ours(false);
	issue_usual("server.pem", "server", "DNS:s*.example.org");
	other_takes("server.pem");
	/* RFC 6125 s6.4.3: a wildcard beside other characters need not match | it does not */
	assert_false(calls(NAME));
}

static void test_a_certificate_that_nobody_vouches_for_is_refused(void **state)
{
	EVP_PKEY *key;
	X509 *stranger = certificates_authority(&key, "a stranger");

	(void)state;
	open_ours(false);
	certificates_issue("server.pem", "server", "DNS:" NAME, NULL, NULL, 30 * CERTIFICATES_DAY_S);
	other_takes("server.pem");
	/* RFC 3261 s26.3.1: certificates are validated by known authorities | one that signed itself is refused */
	assert_false(calls(NAME));
	assert_refused("self-signed certificate");
	certificates_issue("server.pem", "server", "DNS:" NAME, stranger, key, 30 * CERTIFICATES_DAY_S);
	other_takes("server.pem");
	assert_false(calls(NAME));
	assert_refused("unable to get local issuer certificate");
	certificates_issue("server.pem", "server", "DNS:" NAME, world.ca, world.ca_key, -CERTIFICATES_DAY_S);
	other_takes("server.pem");
	/* RFC 5280 s6.1.3: a certificate counts within its time | an expired one is refused */
	assert_false(calls(NAME));
	assert_refused("certificate has expired");
	X509_free(stranger);
	EVP_PKEY_free(key);
}

static void test_anybody_is_taken_when_that_is_wanted(void **state)
{
	(void)state;
	open_ours(true);
	certificates_issue("server.pem", "server", "DNS:other.example.org", NULL, NULL, -CERTIFICATES_DAY_S);
	other_takes("server.pem");
	assert_true(calls(NAME));
}

static void test_tls_1_2_is_the_least(void **state)
{
	static const struct {
		int version;
		bool taken;
	} rows[] = {{TLS1_1_VERSION, false}, {TLS1_2_VERSION, true}, {TLS1_3_VERSION, true}};

	(void)state;
	open_ours(false);
	SSL_CTX_set_security_level(tls_openssl_context(ua_tls_context(world.ours)), 0); /* which forbids it too */
	SSL_CTX_set_security_level(world.other, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(SSL_CTX_set_min_proto_version(world.other, 0), 1);
		assert_int_equal(SSL_CTX_set_max_proto_version(world.other, rows[i].version), 1);
		/* RFC 8996 s5: TLS 1.1 is not used | neither towards a server */
		assert_int_equal(calls(NAME), rows[i].taken);
		/* RFC 8996 s5: nor taken when it is offered | nor from one */
		assert_int_equal(is_called(), rows[i].taken);
	}
}

static void test_our_certificate_is_given_to_who_asks(void **state)
{
	(void)state;
	open_ours(false);
	assert_true(calls(NAME));
	/* RFC 3261 s26.3.2.1: a server may ask for the client's certificate | it gets ours */
	assert_string_equal(world.seen, "ours");
	ua_tls_free(world.ours);
	assert_int_equal(ua_tls_alloc(&world.ours, &(struct ua_tls_config){.ca_file = certificates_path("ca.pem")}), 0);
	assert_false(calls(NAME));
	assert_refused("TLS refused by the server");
}

static void test_who_calls_here_sees_ours_and_is_asked_for_his(void **state)
{
	(void)state;
	open_ours(false);
	assert_true(is_called());
	assert_string_equal(world.seen, "ours");
	assert_non_null(SSL_get0_peer_certificate(world.near));
	certificates_issue("server.pem", "server", "DNS:" NAME, NULL, NULL, 30 * CERTIFICATES_DAY_S);
	other_takes("server.pem");
	/* RFC 5922 s7.5: a certificate that a client gives must hold | else the connection ends */
	assert_false(is_called());
}

static void test_a_renewed_certificate_of_ours_is_taken_up(void **state)
{
	(void)state;
	open_ours(false);
	assert_true(calls(NAME));
	assert_string_equal(world.seen, "ours");
	issue_usual("ours.pem", "renewed", "DNS:gateway.example.org");
	assert_true(calls(NAME));
	assert_string_equal(world.seen, "renewed");
	assert_true(is_called());
	assert_string_equal(world.seen, "renewed");
}

static void test_while_it_is_being_written_the_old_one_goes_on(void **state)
{
	FILE *half;

	(void)state;
	open_ours(false);
	half = fopen(certificates_path("ours.pem"), "w");
	fputs("-----BEGIN CERTIFICATE-----\nMIIB", half);
	fclose(half);
	assert_true(calls(NAME));
	assert_string_equal(world.seen, "ours");
	unlink(certificates_path("ours.pem"));
	assert_true(is_called());
	assert_string_equal(world.seen, "ours");
}

static void test_a_renewed_certificate_of_the_server_is_taken(void **state)
{
	(void)state;
	open_ours(false);
	assert_true(calls(NAME));
	issue_usual("server.pem", "another", "DNS:" NAME);
	other_takes("server.pem");
	assert_true(calls(NAME));
}

static void test_a_new_authority_is_believed_from_the_next_connection_on(void **state)
{
	EVP_PKEY *key;
	X509 *next = certificates_authority(&key, "the next authority");

	(void)state;
	open_ours(false);
	certificates_issue("server.pem", "server", "DNS:" NAME, next, key, 30 * CERTIFICATES_DAY_S);
	other_takes("server.pem");
	assert_false(calls(NAME));
	assert_refused("issuer");
	certificates_write("ca.pem", NULL, next);
	ua_tls_expect(world.ours, NAME, 0);
	SSL_CTX_set_verify(world.other, SSL_VERIFY_NONE, NULL); /* it believes the old one alone */
	assert_true(calls(NAME));
	X509_free(next);
	EVP_PKEY_free(key);
}

static void test_files_that_cannot_be_used_are_told(void **state)
{
	struct ua_tls_config config = {.ca_file = "/nonexistent/ca.pem"};

	(void)state;
	assert_int_equal(ua_tls_alloc(&world.ours, &config), ENOENT);
	config = (struct ua_tls_config){.certificate_file = certificates_path("ca.pem")}; /* without a key */
	assert_int_equal(ua_tls_alloc(&world.ours, &config), ENOENT);
	config = (struct ua_tls_config){.certificate_file = certificates_path("ours.pem"), .key_file = certificates_path("server.pem")}; /* another's */
	assert_int_equal(ua_tls_alloc(&world.ours, &config), ENOENT);
	assert_null(world.ours);
}

#define tls_test(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		tls_test(test_the_right_server_is_taken_and_asked_for_by_its_name),
		tls_test(test_who_does_not_bear_the_name_is_refused),
		tls_test(test_a_wildcard_stands_for_a_whole_label),
		tls_test(test_a_certificate_that_nobody_vouches_for_is_refused),
		tls_test(test_anybody_is_taken_when_that_is_wanted),
		tls_test(test_tls_1_2_is_the_least),
		tls_test(test_our_certificate_is_given_to_who_asks),
		tls_test(test_who_calls_here_sees_ours_and_is_asked_for_his),
		tls_test(test_a_renewed_certificate_of_ours_is_taken_up),
		tls_test(test_while_it_is_being_written_the_old_one_goes_on),
		tls_test(test_a_renewed_certificate_of_the_server_is_taken),
		tls_test(test_a_new_authority_is_believed_from_the_next_connection_on),
		tls_test(test_files_that_cannot_be_used_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
