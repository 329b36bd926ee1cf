/* SPDX-License-Identifier: BSD-3-Clause */
/* Protected packets from anywhere, and such as the key has signed, whatever they hold. The first byte says which suite, and who made it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sip/srtp.h"

#define BYTES_MAX 2048

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ua_srtp *ends[UA_SRTP_SUITES][2]; /* receives, sends */

static void make(void)
{
	static const uint8_t key[UA_SRTP_KEY_MAX] = {1, 2, 3};

	for (enum ua_srtp_suite suite = 0; suite < UA_SRTP_SUITES; suite++) {
		for (int sends = 0; sends < 2; sends++) {
			if (ua_srtp_alloc(&ends[suite][sends], suite, key, sends))
				abort();
		}
	}
}

static void forged(struct ua_srtp *receives, const uint8_t *data, size_t size, bool is_report)
{
	uint8_t *bytes = malloc(size ? size : 1); /* of exactly its size, for the sanitizer */
	size_t length = size;

	if (!bytes)
		abort();
	memcpy(bytes, data, size);
	if ((is_report ? ua_srtcp_unprotect(receives, bytes, &length) : ua_srtp_unprotect(receives, bytes, &length)) == 0)
		abort();
	free(bytes);
}

static void signed_by_peer(struct ua_srtp *const pair[2], const uint8_t *data, size_t size, bool is_report)
{
	uint8_t bytes[BYTES_MAX + UA_SRTP_OVERHEAD_MAX];
	size_t length = size < BYTES_MAX ? size : BYTES_MAX;

	memcpy(bytes, data, length);
	if (is_report ? ua_srtcp_protect(pair[1], bytes, &length, sizeof(bytes)) : ua_srtp_protect(pair[1], bytes, &length, sizeof(bytes)))
		return;
	if ((is_report ? ua_srtcp_unprotect(pair[0], bytes, &length) : ua_srtp_unprotect(pair[0], bytes, &length)) == 0 &&
	    (length > size || memcmp(bytes, data, length) != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned suite;
	bool is_report;

	if (!ends[0][0])
		make();
	if (size == 0)
		return 0;
	suite = data[0] % UA_SRTP_SUITES;
	is_report = data[0] & 0x40;
	if (data[0] & 0x80)
		signed_by_peer(ends[suite], data + 1, size - 1, is_report);
	else
		forged(ends[suite][0], data + 1, size - 1, is_report);
	return 0;
}
