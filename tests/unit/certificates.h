/* SPDX-License-Identifier: BSD-3-Clause */
/* Certificates for tests, made as they are needed, in a folder that goes with them. What cannot be made fails the test. */
#ifndef TIPRING_TESTS_CERTIFICATES_H
#define TIPRING_TESTS_CERTIFICATES_H

#include <openssl/x509.h>

#define CERTIFICATES_DAY_S (24L * 3600)

void certificates_open(void);
void certificates_close(void);
/* Where a file of that name is, or will be; good for three calls more. */
const char *certificates_path(const char *file);

/* X509_free, EVP_PKEY_free */
X509 *certificates_authority(EVP_PKEY **key, const char *common);
/* key NULL: the certificate alone */
void certificates_write(const char *file, EVP_PKEY *key, X509 *certificate);
/* A file with key and certificate of that name; names is the subjectAltName. by NULL: it signs itself. */
void certificates_issue(const char *file, const char *common, const char *names, X509 *by, EVP_PKEY *by_key, long until_s);

#endif
