/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Completion of a line's calls: waiting until somebody can be reached who was busy or did not answer.
 *
 * His telephone is watched (SUBSCRIBE, package dialog, RFC 4235). Where that is refused or fails he is asked every COMPLETION_POLL_S whether he
 * could take a call (OPTIONS); he is free when he says 2xx. In both ways somebody who was not at home is free only when he has been busy in the
 * meantime. It ends after COMPLETION_S, by the subscriber's code, or with the next one; it does not outlive the daemon. Control thread.
 */
#ifndef TIPRING_GATEWAY_COMPLETION_H
#define TIPRING_GATEWAY_COMPLETION_H

#include "gateway/digitmap.h"
#include "gateway/loop.h"
#include "sip/account.h"

#define COMPLETION_S         1800
#define COMPLETION_POLL_S    30
#define COMPLETION_OFFER_S   5   /* between two looks at whether the subscriber's own telephone is free */
#define COMPLETION_NUMBER_MAX 127

struct completion;

/* Whom. */
struct completion_of {
	char number[COMPLETION_NUMBER_MAX + 1]; /* as it is sent */
	char dialled[COMPLETION_NUMBER_MAX + 1]; /* as it was dialled, for what may be called when */
	struct ua_account *account;             /* of this gateway, asked past every server; NULL: somebody beyond it */
	bool was_busy;                          /* rather than not at home */
};

/* He can be reached. Comes again and again until he no longer can or it is over. */
typedef void completion_free_h(void *arg);

/* name is the line's, for the log. All outlive it. */
int completion_alloc(struct completion **completionp, struct loop *loop, const char *name, struct ua_account *account,
	completion_free_h *callee_free, void *arg);
void completion_free(struct completion *completion);

/* What was wanted before is not any more. An errno when it cannot even be tried. */
int completion_begin(struct completion *completion, const struct completion_of *of);
/* Whom is waited for; number "": nobody. */
const struct completion_of *completion_whom(const struct completion *completion);
/* The subscriber calls him now, or gives up. NULL: nothing. */
void completion_cancel(struct completion *completion);

#endif
