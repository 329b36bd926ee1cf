/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A telephone's key as the body of INFO: "application/dtmf-relay" has lines Signal= and Duration= (ms), "application/dtmf" the key
 * alone. No standard has either; this is what gateways say and take. Plain values, any thread.
 */
#ifndef TIPRING_SIP_KEY_INFO_H
#define TIPRING_SIP_KEY_INFO_H

#include <stddef.h>

#define UA_KEY_INFO_TYPE     "application/dtmf-relay"
#define UA_KEY_INFO_ACCEPT   "Accept: application/dtmf-relay, application/dtmf\r\n" /* a whole line */
#define UA_KEY_INFO_TEXT_MAX 40
#define UA_KEY_INFO_MS_MIN   40 /* a key of less is played so long, for it would not be heard */
#define UA_KEY_INFO_MS_MAX   5000
#define UA_KEY_INFO_MS_USUAL 160 /* where none is said */

struct ua_key_info {
	char key; /* 0-9 * # A-D */
	unsigned ms;
};

void ua_key_info_print(const struct ua_key_info *info, char text[UA_KEY_INFO_TEXT_MAX]);

/* ENOTSUP: another type. EBADMSG: no key in it. type has no parameters; neither needs a final zero. */
int ua_key_info_parse(struct ua_key_info *info, const char *type, size_t type_length, const char *body, size_t length);

#endif
