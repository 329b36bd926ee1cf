/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls on somebody's behalf. This peer knows no transfer: who asks for one is refused at once, and it asks for none. */
#include <errno.h>
#include <stdio.h>

#include "sip/refer.h"
#include "tests/flow/peer_private.h"

void ua_invite_far_uri(const struct ua_invite *invite, char *uri, size_t size)
{
	(void)invite;
	(void)size;
	uri[0] = 0;
}

int ua_invite_refer(struct ua_invite *invite, const struct ua_refer_to *to)
{
	(void)invite;
	(void)to;
	return ENOTSUP;
}

void ua_referral_tell(struct ua_referral *referral, unsigned status, const char *phrase)
{
	(void)referral;
	(void)status;
	(void)phrase;
}

void ua_referral_end(struct ua_referral *referral, unsigned status, const char *phrase)
{
	ua_referral_tell(referral, status, phrase);
}

/* Nor does it know what a flash would mean. */
int ua_invite_info(struct ua_invite *invite, const char *type, const char *body)
{
	(void)invite;
	(void)type;
	(void)body;
	return 0;
}
