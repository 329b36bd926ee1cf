/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The gateway: composes loop, agent, accounts, media and lines from a configuration. The daemon is this plus a short
 * main; flow tests run it on a virtual loop with a scripted peer. Control thread.
 */
#ifndef TIPRING_GATEWAY_GATEWAY_H
#define TIPRING_GATEWAY_GATEWAY_H

#include "gateway/config/config.h"
#include "gateway/line/line.h"
#include "gateway/loop.h"
#include "gateway/media/media_pool.h"
#include "sip/agent.h"

struct gateway;

struct gateway_options {
	bool threads;         /* false: the caller runs media_step itself */
	unsigned events_size; /* of each line's queue, 0: the default */
	/* What gateway_reload does; NULL: nothing can be read again. */
	int (*reload)(FILE *errors, void *arg);
	void *reload_arg;
};

/* Opens everything and starts to register. What fails is logged and returned. config must outlive it. */
int gateway_alloc(struct gateway **gatewayp, struct loop *loop, const struct config *config,
	const struct gateway_options *options);
void gateway_free(struct gateway *gateway);

/* Ends calls and un-registers, then calls done; at the latest after 5 s. */
void gateway_stop(struct gateway *gateway, void (*done)(void *arg), void *arg);

/* One of the media workers; NULL: there are not so many. */
struct media *gateway_media(const struct gateway *gateway, unsigned worker);

/* What the subscriber of a configured line has set; NULL: no such line. */
struct subscriber *gateway_subscriber(struct gateway *gateway, const char *line);

/* For the operator: the line with that index, false when there are no more. */
bool gateway_line_status(const struct gateway *gateway, unsigned index, struct line_status *status);
/* ... and its calls, likewise, of those lines that are open. */
bool gateway_line_exists(const struct gateway *gateway, unsigned index);
bool gateway_line_call(const struct gateway *gateway, unsigned index, unsigned call_index, struct line_call *call);

/* An account, in the order of the configuration; false: there is none of that index. */
struct account_status {
	const char *name;
	enum ua_registration registration;
	struct ua_registration_view view;
};
bool gateway_account_status(const struct gateway *gateway, unsigned index, struct account_status *status);
/* Its addresses by the registrar's word, as of ua_account_associated. */
const char *gateway_account_address(const struct gateway *gateway, unsigned index, unsigned which);

/* Lines that a start anew would disturb: in a call, ringing, being dialled, or with calls that go on past the telephone. One that was left off its
 * hook is none. */
unsigned gateway_lines_in_use(const struct gateway *gateway);

/* For the operator: reads the configuration again (reload_ask). ENOTSUP: nobody here can. */
int gateway_reload(struct gateway *gateway, FILE *errors);

/* What the SIP side met since the start. */
void gateway_sip_counts(const struct gateway *gateway, struct ua_agent_counts *counts);

#endif
