/* SPDX-License-Identifier: BSD-3-Clause */
/* What a mailbox says of its messages: the body application/simple-message-summary (RFC 3842 s5.2). Pure. */
#ifndef TIPRING_SIP_MESSAGE_SUMMARY_H
#define TIPRING_SIP_MESSAGE_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>

#define UA_MESSAGE_SUMMARY       "message-summary" /* the package */
#define UA_MESSAGE_SUMMARY_TYPE  "application/simple-message-summary"
#define UA_MESSAGE_COUNT_MAX     99999

struct ua_message_summary {
	bool waiting;                   /* Messages-Waiting: yes */
	unsigned voice_new, voice_old;  /* 0 where it does not say; at most UA_MESSAGE_COUNT_MAX */
};

/* Lines that are not known are passed over, a second of the same name counts for nothing. EBADMSG: no Messages-Waiting line, or one
 * that says neither yes nor no; summary is untouched then. A count that cannot be read is 0. */
int ua_message_summary_parse(struct ua_message_summary *summary, const char *text, size_t length);

#endif
