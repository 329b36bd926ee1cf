/* SPDX-License-Identifier: BSD-3-Clause */
/* A digest challenge from anywhere, and our credentials for it: one line, whatever stood there. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sip/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ua_digest_input input = {
		.user = "100", .password = "secret", .method = "INVITE", .uri = "sip:200@example.org",
		.cnonce = "c", .nonce_count = 1,
	};
	char text[UA_CREDENTIALS_MAX];
	struct ua_challenge challenge;
	struct ua_answer answer;
	int err;

	if (!ua_answer_parse(&answer, (const char *)data, size) && (!answer.user[0] || strpbrk(answer.uri, "\r\n")))
		abort();
	if (ua_challenge_parse(&challenge, (const char *)data, size))
		return 0;
	err = ua_digest_print(text, sizeof(text), &challenge, &input);
	if (err != ENOMEM && (err || strpbrk(text, "\r\n")))
		abort();
	return 0;
}
