/* SPDX-License-Identifier: BSD-3-Clause */
/* Who calls and how the network wants him announced, from an INVITE. Private to sip/. */
#ifndef TIPRING_SIP_CALLER_H
#define TIPRING_SIP_CALLER_H

#include "sip/agent_private.h"

#define UA_ALERT_INFO_MAX 256 /* bytes, with the final zero */

struct ua_caller {
	char user[UA_TEXT_MAX], name[UA_NAME_MAX];
	bool anonymous;
	enum ua_verification verification;
	char called[UA_TEXT_MAX]; /* user part */
	char alert_info[UA_ALERT_INFO_MAX];
	unsigned diversions;
	bool came_back;
};
/* Members as in struct ua_incoming. */
void ua_caller_read(struct ua_caller *caller, const struct ua_account *account, const struct sip_msg *msg);

#endif
