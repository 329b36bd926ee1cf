/* SPDX-License-Identifier: BSD-3-Clause */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "tests/unit/certificates.h"

static char dir[64];

void certificates_open(void)
{
	strcpy(dir, "/tmp/tipring-tls-XXXXXX");
	assert_non_null(mkdtemp(dir));
}

void certificates_close(void)
{
	DIR *files = opendir(dir);
	struct dirent *file;

	assert_non_null(files);
	while ((file = readdir(files)))
		unlink(certificates_path(file->d_name));
	closedir(files);
	assert_int_equal(rmdir(dir), 0);
}

const char *certificates_path(const char *file)
{
	static char texts[4][sizeof(dir) + 256];
	static unsigned next;
	char *text = texts[next++ % 4];

	snprintf(text, sizeof(texts[0]), "%s/%s", dir, file);
	return text;
}

static void extend(X509 *certificate, int kind, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

/* Not signed yet; by NULL: itself. */
static X509 *certificate_make(EVP_PKEY *key, const char *common, X509 *by, long until_s)
{
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);
	static long serial;

	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(certificate), -30 * CERTIFICATES_DAY_S);
	X509_gmtime_adj(X509_getm_notAfter(certificate), until_s);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)common, -1, -1, 0);
	X509_set_issuer_name(certificate, by ? X509_get_subject_name(by) : name);
	X509_set_pubkey(certificate, key);
	return certificate;
}

void certificates_write(const char *file, EVP_PKEY *key, X509 *certificate)
{
	FILE *out = fopen(certificates_path(file), "w");

	assert_non_null(out);
	if (key)
		assert_int_equal(PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(PEM_write_X509(out, certificate), 1);
	fclose(out);
}

X509 *certificates_authority(EVP_PKEY **key, const char *common)
{
	X509 *ca;

	*key = EVP_EC_gen("P-256");
	ca = certificate_make(*key, common, NULL, 30 * CERTIFICATES_DAY_S);
	extend(ca, NID_basic_constraints, "critical,CA:TRUE");
	assert_true(X509_sign(ca, *key, EVP_sha256()) > 0);
	return ca;
}

void certificates_issue(const char *file, const char *common, const char *names, X509 *by, EVP_PKEY *by_key, long until_s)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = certificate_make(key, common, by, until_s);

	extend(certificate, NID_subject_alt_name, names);
	assert_true(X509_sign(certificate, by ? by_key : key, EVP_sha256()) > 0);
	certificates_write(file, key, certificate);
	X509_free(certificate);
	EVP_PKEY_free(key);
}
