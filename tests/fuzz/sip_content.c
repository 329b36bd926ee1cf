/* SPDX-License-Identifier: BSD-3-Clause */
/* Bodies of many parts. The input's first line is the Content-Type, its second the Content-Disposition. */
#include <re.h>
#include <assert.h>
#include <string.h>

#include "sip/content.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pl take_line(struct pl *rest)
{
	const char *end = rest->l ? memchr(rest->p, '\n', rest->l) : NULL;
	struct pl line = {rest->p, end ? (size_t)(end - rest->p) : rest->l};

	pl_advance(rest, (ssize_t)(line.l + (end != NULL)));
	return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pl rest = {(const char *)data, size}, sdp = pl_null;
	struct ua_content content = {0};
	int err;

	content.type = take_line(&rest);
	content.disposition = take_line(&rest);
	content.body = rest;
	err = ua_content_sdp(&sdp, &content);
	assert(err || sdp.p);
	/* It lies within the body. */
	assert(!sdp.p || (sdp.p >= rest.p && sdp.p + sdp.l <= rest.p + rest.l));
	return 0;
}
