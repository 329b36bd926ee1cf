/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where in a body the session description is: it may be all of it, or one of several parts (RFC 2046 s5.1, RFC 5621), as where a
 * server tells of a call that waits beside it (3GPP TS 24.615). Private to sip/.
 */
#ifndef TIPRING_SIP_CONTENT_H
#define TIPRING_SIP_CONTENT_H

#include <re.h>

#define UA_CONTENT_PARTS_MAX 16 /* of one multipart */
#define UA_CONTENT_DEPTH_MAX 3  /* multiparts within each other */

#define UA_ACCEPT "Accept: application/sdp, multipart/mixed, multipart/alternative, multipart/related\r\n" \
	"Accept-Encoding: identity\r\n" /* whole lines */

/* A body or a part, with the values of its header fields; those that it does not have are not set. */
struct ua_content {
	struct pl type;        /* Content-Type */
	struct pl disposition; /* Content-Disposition */
	struct pl encoding;    /* Content-Encoding */
	struct pl transfer;    /* Content-Transfer-Encoding */
	struct pl body;
};

/* *sdp is left alone where there is none.
 * ENODATA: there is none, and nothing else that has to be understood.
 * ENOTSUP: something else has to be, since it does not say handling=optional, and is not; *sdp is set all the same where there is one.
 * EBADMSG: parts that cannot be told apart, or too many of them. */
int ua_content_sdp(struct pl *sdp, const struct ua_content *content);

#endif
