/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/completion.h"
#include "gateway/log.h"
#include "sip/dialog_info.h"
#include "sip/probe.h"
#include "sip/subscription.h"

#define MS_PER_S 1000u

struct completion {
	const char *name;
	struct loop *loop;
	struct ua_account *account;
	completion_free_h *callee_free;
	void *arg;
	struct completion_of of;  /* number "": nobody is waited for */
	bool seen_busy;           /* so that being free means something */
	bool is_free;
	struct ua_subscription *subscription; /* NULL: he is asked instead */
	struct ua_probe *probe;   /* under way */
	struct loop_timer *poll, *offer, *end;
};

static bool is_on(const struct completion *completion)
{
	return completion->of.number[0];
}

void completion_cancel(struct completion *completion)
{
	if (!completion)
		return;
	ua_subscription_end(completion->subscription);
	ua_probe_cancel(completion->probe);
	completion->subscription = NULL;
	completion->probe = NULL;
	completion->is_free = false;
	completion->of.number[0] = 0;
	loop_timer_stop(completion->poll);
	loop_timer_stop(completion->offer);
	loop_timer_stop(completion->end);
}

const struct completion_of *completion_whom(const struct completion *completion)
{
	return &completion->of;
}

static void on_offer(void *arg)
{
	struct completion *completion = arg;

	loop_timer_start(completion->offer, COMPLETION_OFFER_S * MS_PER_S);
	completion->callee_free(completion->arg);
}

static void state_heard(struct completion *completion, bool busy)
{
	bool was_free = completion->is_free;

	completion->seen_busy = completion->seen_busy || busy;
	completion->is_free = !busy && completion->seen_busy;
	if (!completion->is_free)
		loop_timer_stop(completion->offer);
	else if (!was_free)
		on_offer(completion);
}

static void on_notified(struct ua_subscription *subscription, const struct ua_notice *notice, void *arg)
{
	struct completion *completion = arg;
	bool busy;

	(void)subscription;
	if (notice->length && ua_dialog_info_parse(&busy, notice->body, notice->length) == 0)
		state_heard(completion, busy);
}

/* What has been heard of him counts on. */
static void on_changed(struct ua_subscription *subscription, enum ua_subscription_state state, unsigned status,
	const char *reason, void *arg)
{
	struct completion *completion = arg;

	if (state < UA_SUBSCRIPTION_FAILED)
		return;
	gw_log(GW_LOG_INFO, completion->name, "whom to reach may not be watched (%u %s), and is asked instead", status, reason);
	completion->subscription = NULL;
	ua_subscription_end(subscription);
	loop_timer_start(completion->poll, COMPLETION_POLL_S * MS_PER_S);
}

/* Other answers say nothing of his telephone. */
static void on_probe(unsigned status, void *arg)
{
	struct completion *completion = arg;

	completion->probe = NULL;
	if (status == 486 || status == 600)
		state_heard(completion, true);
	else if (status >= 200 && status < 300)
		state_heard(completion, false);
}

static void on_poll(void *arg)
{
	struct completion *completion = arg;

	loop_timer_start(completion->poll, COMPLETION_POLL_S * MS_PER_S);
	if (completion->probe)
		return;
	if (ua_probe_send(&completion->probe, completion->account, completion->of.number, completion->of.account, on_probe,
		    completion) != 0)
		completion->probe = NULL;
}

static void on_end(void *arg)
{
	struct completion *completion = arg;

	gw_log(GW_LOG_INFO, completion->name, "whom to reach could not be reached, and is not waited for any more");
	completion_cancel(completion);
}

int completion_alloc(struct completion **completionp, struct loop *loop, const char *name, struct ua_account *account,
	completion_free_h *callee_free, void *arg)
{
	struct completion *completion = calloc(1, sizeof(*completion));
	int err;

	if (!completion)
		return ENOMEM;
	completion->loop = loop;
	completion->name = name;
	completion->account = account;
	completion->callee_free = callee_free;
	completion->arg = arg;
	err = loop_timer_alloc(&completion->poll, loop, on_poll, completion);
	if (!err)
		err = loop_timer_alloc(&completion->offer, loop, on_offer, completion);
	if (!err)
		err = loop_timer_alloc(&completion->end, loop, on_end, completion);
	if (err)
		completion_free(completion);
	else
		*completionp = completion;
	return err;
}

void completion_free(struct completion *completion)
{
	if (!completion)
		return;
	if (is_on(completion))
		completion_cancel(completion);
	loop_timer_free(completion->poll);
	loop_timer_free(completion->offer);
	loop_timer_free(completion->end);
	free(completion);
}

int completion_begin(struct completion *completion, const struct completion_of *of)
{
	static const struct ua_subscription_handlers handlers = {on_notified, on_changed};
	const struct completion_of wanted = *of;
	const struct ua_subscribe_to to = {
		.user = wanted.number, .account = wanted.account, .event = UA_DIALOG, .accept = UA_DIALOG_TYPE,
		.expires_s = COMPLETION_S,
	};
	int err;

	completion_cancel(completion);
	err = ua_subscription_begin(&completion->subscription, completion->account, &to, 0, &handlers, completion);
	if (err)
		return err;
	completion->of = wanted;
	completion->seen_busy = wanted.was_busy;
	loop_timer_start(completion->end, COMPLETION_S * MS_PER_S);
	return 0;
}
