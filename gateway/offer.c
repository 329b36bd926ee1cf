/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/line/line.h"
#include "gateway/log.h"
#include "gateway/offer.h"

#define MS_PER_S 1000u
#define KEPT_MAX 128 /* bytes of a text; of Alert-Info twice that */

struct offer {
	struct offers *offers;
	struct offer *next;
	struct loop *loop;
	struct leg *leg;
	char name[CONFIG_NAME_MAX + 1];
	struct line **lines;
	unsigned line_count, tried; /* of them, when they ring one after the other */
	unsigned ringing;
	bool at_once;
	unsigned step_s;
	uint64_t until_ms;
	/* For the lines that ring later. */
	struct ua_incoming incoming;
	char called_user[KEPT_MAX], caller_user[KEPT_MAX], caller_name[UA_NAME_MAX], alert_info[2 * KEPT_MAX];
};

/* What the handler was told lasts no longer than that; the offered session is the leg's. */
static void keep(struct offer *offer, const struct ua_incoming *incoming)
{
	snprintf(offer->called_user, sizeof(offer->called_user), "%s", incoming->called_user);
	snprintf(offer->caller_user, sizeof(offer->caller_user), "%s", incoming->caller_user);
	snprintf(offer->caller_name, sizeof(offer->caller_name), "%s", incoming->caller_name);
	snprintf(offer->alert_info, sizeof(offer->alert_info), "%s", incoming->alert_info);
	offer->incoming = (struct ua_incoming){
		.account = incoming->account, .called_user = offer->called_user, .caller_user = offer->caller_user,
		.caller_name = offer->caller_name, .anonymous = incoming->anonymous, .verification = incoming->verification, .alert_info = offer->alert_info,
		.diversions = incoming->diversions,
	};
}

static void unlink_and_free(struct offer *offer)
{
	struct offer **at = &offer->offers->first;

	while (*at != offer)
		at = &(*at)->next;
	*at = offer->next;
	leg_free(offer->leg);
	free(offer->lines);
	free(offer);
}

static void withdraw(struct offer *offer)
{
	for (unsigned i = 0; i < offer->line_count; i++)
		line_offer_gone(offer->lines[i], offer);
}

/* leg_free says 480 to a caller who is still there. */
static void end(struct offer *offer)
{
	withdraw(offer);
	unlink_and_free(offer);
}

static void on_leg(struct leg *leg, enum line_event event, void *arg)
{
	struct offer *offer = arg;

	if (event < LINE_EV_ENDED || event == LINE_EVENT_COUNT)
		return;
	gw_log(GW_LOG_INFO, offer->name, "the caller is gone: %s", leg_end(leg)->reason ? leg_end(leg)->reason : "");
	end(offer);
}

/* A call that rings is not transferred. */
static unsigned on_refer(struct leg *leg, const struct ua_refer_request *request, struct ua_referral *referral, void *arg)
{
	(void)leg;
	(void)request;
	(void)referral;
	(void)arg;
	return 403;
}

static const struct leg_handlers handlers = {.event = on_leg, .refer = on_refer};

static unsigned seconds_left(const struct offer *offer)
{
	uint64_t now_ms = loop_now_ms(offer->loop);

	return now_ms < offer->until_ms ? (unsigned)((offer->until_ms - now_ms + MS_PER_S - 1) / MS_PER_S) : 0;
}

static void ring_all(struct offer *offer)
{
	for (unsigned i = 0; i < offer->line_count; i++)
		offer->ringing += line_offer(offer->lines[i], offer, &offer->incoming, seconds_left(offer));
}

static void ring_next(struct offer *offer)
{
	unsigned left_s = seconds_left(offer);

	while (left_s && !offer->ringing && offer->tried < offer->line_count)
		offer->ringing += line_offer(offer->lines[offer->tried++], offer, &offer->incoming,
			left_s < offer->step_s ? left_s : offer->step_s);
}

static struct offer *offer_make(struct offers *offers, struct loop *loop, const struct offer_plan *plan,
	const struct ua_incoming *incoming)
{
	struct offer *offer = calloc(1, sizeof(*offer));
	struct line **lines = calloc(plan->line_count + 1, sizeof(struct line *));

	if (!offer || !lines) {
		free(offer);
		free(lines);
		return NULL;
	}
	offer->offers = offers;
	offer->loop = loop;
	snprintf(offer->name, sizeof(offer->name), "%s", plan->name);
	offer->lines = lines;
	memcpy(lines, plan->lines, plan->line_count * sizeof(struct line *));
	offer->line_count = plan->line_count;
	offer->at_once = plan->at_once;
	offer->step_s = plan->step_s;
	offer->until_ms = loop_now_ms(loop) + plan->ring_s * MS_PER_S;
	keep(offer, incoming);
	offer->next = offers->first;
	offers->first = offer;
	return offer;
}

void offer_begin(struct offers *offers, struct loop *loop, const struct offer_plan *plan, const struct leg_config *config,
	struct ua_invite *invite, const struct ua_incoming *incoming)
{
	struct offer *offer = offer_make(offers, loop, plan, incoming);
	int err;

	if (!offer) {
		ua_invite_reject(invite, 503, "Service Unavailable");
		return;
	}
	err = leg_take(&offer->leg, config, invite, incoming, &handlers, offer);
	if (!err)
		err = leg_ring(offer->leg, false);
	if (err) {
		gw_log(GW_LOG_WARNING, offer->name, "a call from %s could not be taken: %s", incoming->caller_user, strerror(err));
		unlink_and_free(offer);
		return;
	}
	if (offer->at_once)
		ring_all(offer);
	else
		ring_next(offer);
	if (!offer->ringing)
		end(offer);
}

int offer_claim(struct offer *offer, struct leg **legp, const struct leg_config *config, const struct leg_handlers *leg_handlers, void *arg)
{
	int err = leg_move(legp, offer->leg, config, leg_handlers, arg);

	if (!err)
		end(offer);
	return err;
}

void offer_decline(struct offer *offer)
{
	offer->ringing--;
	if (!offer->at_once)
		ring_next(offer);
	if (!offer->ringing)
		end(offer);
}

void offers_end(struct offers *offers)
{
	while (offers->first)
		end(offers->first);
}

void offers_free(struct offers *offers)
{
	while (offers->first)
		unlink_and_free(offers->first);
}
