/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/gateway.h"
#include "gateway/gateway_private.h"
#include "gateway/log.h"
#include "gateway/mailbox.h"
#include "gateway/taste.h"
#include "sip/dialog_info.h"

#define NS_PER_MS         1000000ull
#define STOP_MS           5000
#define STOP_REVIEW_MS    20
#define REVIEW_MS         1000

static void on_media_notice(int fd, void *arg)
{
	const struct media_watch *watch = arg;
	struct media_line *media_line;

	(void)fd;
	media_notice_clear(watch->media);
	while (!gateway_is_stopping(watch->gateway) && (media_line = media_changed(watch->media))) {
		struct line *line = media_line_arg(media_line);

		/* A port whose line is closed has nobody to tell. */
		if (line)
			line_media_changed(line);
	}
}

/* Who watches an account is told whether one of its lines would ring; those that could not be opened never do. */
static void accounts_review(struct gateway *gateway)
{
	for (unsigned i = 0; i < gateway->config->account_count; i++)
		gateway->account_users[i].ready = gateway->account_users[i].has_lines = false;
	for (unsigned i = 0; i < gateway->line_count; i++) {
		struct account_user *user = ua_account_arg(gateway->line_accounts[i]);

		user->has_lines = true;
		user->ready = user->ready || line_readiness(gateway->lines[i]) == LINE_READY;
	}
	for (unsigned i = 0; i < gateway->config->account_count; i++) {
		if (gateway->account_users[i].has_lines)
			ua_account_busy_set(gateway->accounts[i], !gateway->account_users[i].ready);
	}
}

/* Heals whatever a lost notice left behind, and does what time brings. */
static void lines_review(struct gateway *gateway)
{
	uint64_t now_ms = loop_now_ms(gateway->loop);
	int64_t wall_s = loop_wall_s(gateway->loop);

	for (unsigned i = 0; i < gateway->line_count; i++) {
		line_media_changed(gateway->lines[i]);
		line_wakeup_review(gateway->lines[i], now_ms, wall_s);
	}
}

static void refusals_log(struct gateway *gateway)
{
	struct ua_agent_counts counts;

	gateway_sip_counts(gateway, &counts);
	refusals_review(&gateway->refusals, &counts, loop_now_ms(gateway->loop));
}

/* The servers may not have us any more, or only where we cannot be reached. */
static void accounts_register_again(struct gateway *gateway, unsigned listen)
{
	for (unsigned i = 0; i < gateway->config->account_count; i++) {
		if (gateway->account_users[i].listen == listen)
			(void)gateway_account_register(gateway, i);
	}
}

static void presence_log(struct gateway *gateway, unsigned listen)
{
	const char *addr = gateway->listen.each[listen];

	switch (presence_review(&gateway->presences[listen], addr)) {
	case PRESENCE_SAME:
		break;
	case PRESENCE_LOST:
		gw_log(GW_LOG_WARNING, NULL, "%s is no address of this machine any more: no call goes until it is back%s", addr,
			gateway->listen.any_ipv4 || gateway->listen.any_ipv6 ? ", or tipringd is started again" : "");
		break;
	case PRESENCE_BACK:
		gw_log(GW_LOG_NOTICE, NULL, "%s is an address of this machine again: registering its accounts", addr);
		accounts_register_again(gateway, listen);
		break;
	}
}

static void on_review(void *arg)
{
	struct gateway *gateway = arg;

	if (!gateway_is_stopping(gateway)) {
		lines_review(gateway);
		accounts_review(gateway);
		for (unsigned i = 0; i < gateway->listen.count; i++)
			presence_log(gateway, i);
	}
	state_review(gateway->state);
	refusals_log(gateway);
	loop_timer_start(gateway->review_timer, REVIEW_MS);
}

static int taste_of(struct gateway *gateway, const struct config_profile *profile, const struct taste **tastep)
{
	size_t index = (size_t)(profile - gateway->config->profiles);
	int err = 0;

	if (!gateway->tastes[index])
		err = taste_alloc(&gateway->tastes[index], profile);
	if (err)
		gw_log(GW_LOG_ERROR, profile->name, "the tones of %s cannot be made: %s",
			profile->country.text, strerror(err));
	*tastep = gateway->tastes[index];
	return err;
}

static void on_callee_free(void *arg)
{
	(void)line_callee_free(arg);
}

static int line_open(struct gateway *gateway, unsigned index)
{
	const struct config_line *config = &gateway->config->lines[index];
	unsigned place = gateway->line_count;
	struct ua_account *account =
		gateway->accounts[config->account - gateway->config->accounts];
	struct media_line *media_line = NULL;
	const struct taste *taste;
	int err = taste_of(gateway, config->profile, &taste);

	if (!err)
		err = media_pool_line_add(&media_line, gateway->media, config->driver.text,
			config->channel.text, taste_media(taste),
			loop_now_ms(gateway->loop) * NS_PER_MS);
	if (!err)
		err = line_alloc(&gateway->lines[place], gateway->loop, config, gateway_leg_config(gateway, config->account),
			&gateway->directory, state_subscriber(gateway->state, index), account, media_line);
	if (err) {
		gw_log(GW_LOG_ERROR, config->name, "%s channel %s cannot be opened: %s",
			config->driver.text, config->channel.text, strerror(err));
		gateway->closed[gateway->closed_count++] = config;
		return err;
	}
	gateway->line_accounts[place] = account;
	gateway->line_count++;
	if (gateway_leg_config(gateway, config->account)->mapper)
		mapper_spare_add(gateway_leg_config(gateway, config->account)->mapper);
	if (completion_alloc(&gateway->completions[place], gateway->loop, config->name, account, on_callee_free,
		    gateway->lines[place]) == 0)
		line_completion_set(gateway->lines[place], gateway->completions[place]);
	return 0;
}

static int media_open(struct gateway *gateway, const struct gateway_options *options)
{
	const struct config *config = gateway->config;
	struct media_config media = {
		.block_samples = config->media.block_ms * (FXS_RATE_HZ / 1000),
		.events_size = options->events_size ? options->events_size : EVENT_QUEUE_MAX,
		.realtime = config->media.realtime,
		.prompts = &config->prompts,
		.dummy_path = config->dummy.path.text,
		.lines_max = config->line_count ? config->line_count : 1,
	};
	int err = media_pool_alloc(&gateway->media, &media, config->media.workers, loop_now_ms(gateway->loop) * NS_PER_MS);

	if (err)
		gw_log(GW_LOG_ERROR, NULL, "the media plane cannot be made: %s", strerror(err));
	return err;
}

static int media_run(struct gateway *gateway, const struct gateway_options *options)
{
	bool realtime = false;
	int err;

	if (!options->threads)
		return 0;
	err = media_pool_start(gateway->media, &realtime);
	if (err)
		gw_log(GW_LOG_ERROR, NULL, "a media thread cannot be started: %s", strerror(err));
	else if (gateway->config->media.realtime && !realtime)
		gw_log(GW_LOG_NOTICE, NULL, "real-time priority and locked memory are not permitted: sound may "
			"suffer under load (see realtime in tipring.conf)");
	return err;
}

static int tables_alloc(struct gateway *gateway)
{
	const struct config *config = gateway->config;

	gateway->accounts = calloc(config->account_count + 1, sizeof(*gateway->accounts));
	gateway->account_users = calloc(config->account_count + 1, sizeof(*gateway->account_users));
	gateway->leg_configs = calloc(config->account_count + 1, sizeof(*gateway->leg_configs));
	gateway->tastes = calloc(config->profile_count + 1, sizeof(*gateway->tastes));
	gateway->lines = calloc(config->line_count + 1, sizeof(*gateway->lines));
	gateway->line_accounts = calloc(config->line_count + 1, sizeof(*gateway->line_accounts));
	gateway->groups = calloc(config->group_count + 1, sizeof(*gateway->groups));
	gateway->directory = (struct directory){.config = config, .accounts = gateway->accounts, .lines = gateway->lines};
	gateway->completions = calloc(config->line_count + 1, sizeof(*gateway->completions));
	gateway->closed = calloc(config->line_count + 1, sizeof(*gateway->closed));
	return gateway->accounts && gateway->account_users && gateway->leg_configs && gateway->tastes && gateway->lines && gateway->line_accounts && gateway->groups &&
		gateway->completions && gateway->closed ? 0 : ENOMEM;
}

/* One port out of order does not take the others away; with none at all there is nothing to do. */
static int lines_open(struct gateway *gateway)
{
	int err = 0;

	for (unsigned i = 0; i < gateway->config->line_count; i++) {
		int line_err = line_open(gateway, i);

		err = line_err ? line_err : err;
	}
	return gateway->line_count > 0 ? 0 : err;
}

static void member_add(struct gateway *gateway, struct ring_group *group, const struct config_line *member)
{
	for (unsigned i = 0; i < gateway->line_count; i++) {
		if (line_is(gateway->lines[i], member))
			group->lines[group->line_count++] = gateway->lines[i];
	}
}

static void groups_open(struct gateway *gateway)
{
	for (unsigned i = 0; i < gateway->config->group_count; i++) {
		struct ring_group *group = &gateway->groups[i];

		group->config = &gateway->config->groups[i];
		for (unsigned k = 0; k < group->config->member_count; k++)
			member_add(gateway, group, group->config->members[k]);
	}
}

static int state_open(struct gateway *gateway)
{
	int err = state_alloc(&gateway->state, gateway->config);

	if (err)
		gw_log(GW_LOG_ERROR, NULL, "%s, what subscribers have set, cannot be used: %s", gateway->config->state.path.text,
			strerror(err));
	return err;
}

static int media_watch(struct gateway *gateway)
{
	struct media *media;
	int err = 0;

	while (!err && (media = media_pool_worker(gateway->media, gateway->watch_count))) {
		struct media_watch *watch = &gateway->watches[gateway->watch_count];

		*watch = (struct media_watch){.gateway = gateway, .media = media};
		err = loop_watch(gateway->loop, media_notice_fd(media), on_media_notice, watch);
		gateway->watch_count += !err;
	}
	return err;
}

/* Without an account there is one all the same. */
static int listen_open(struct gateway *gateway)
{
	const struct config *config = gateway->config;
	int err = 0;

	gateway->listen = config->sip.listen;
	for (unsigned i = 0; i < config->account_count && !err; i++) {
		err = listen_resolve(&gateway->listen, &config->accounts[i].server);
		if (err)
			gw_log(GW_LOG_ERROR, config->accounts[i].name, "no address of this machine can be had for it: %s", err == ENOSPC ?
				"its server is reached from yet another one; allowed are 4" : strerror(err));
	}
	if (!gateway->listen.count)
		strcpy(gateway->listen.each[gateway->listen.count++], gateway->listen.any_ipv4 ? "127.0.0.1" : "::1");
	return err;
}

static int open_all(struct gateway *gateway, const struct gateway_options *options)
{
	const struct config *config = gateway->config;
	int err = tables_alloc(gateway);

	if (!err)
		err = loop_timer_alloc(&gateway->review_timer, gateway->loop, on_review, gateway);
	if (!err)
		err = state_open(gateway);
	if (!err)
		err = listen_open(gateway);
	for (unsigned i = 0; i < gateway->listen.count && !err; i++)
		err = gateway_agent_open(gateway, i);
	if (!err)
		err = media_open(gateway, options);
	for (unsigned i = 0; i < config->account_count && !err; i++)
		err = gateway_account_open(gateway, i);
	if (!err)
		err = lines_open(gateway);
	if (!err) {
		groups_open(gateway);
		err = media_watch(gateway);
	}
	if (err)
		return err;
	loop_timer_start(gateway->review_timer, REVIEW_MS);
	return media_run(gateway, options);
}

int gateway_alloc(struct gateway **gatewayp, struct loop *loop, const struct config *config,
	const struct gateway_options *options)
{
	struct gateway *gateway = calloc(1, sizeof(*gateway));
	int err;

	if (!gateway)
		return ENOMEM;
	gateway->loop = loop;
	gateway->config = config;
	gateway->options = *options;
	err = open_all(gateway, options);
	if (err) {
		gateway_free(gateway);
		return err;
	}
	*gatewayp = gateway;
	return 0;
}

static void mailboxes_close(struct gateway *gateway)
{
	for (unsigned i = 0; gateway->account_users && i < gateway->config->account_count; i++) {
		mailbox_free(gateway->account_users[i].mailbox);
		gateway->account_users[i].mailbox = NULL;
	}
}

void gateway_free(struct gateway *gateway)
{
	if (!gateway)
		return;
	if (gateway->media)
		media_pool_stop(gateway->media);
	while (gateway->watch_count)
		loop_unwatch(gateway->loop, media_notice_fd(gateway->watches[--gateway->watch_count].media));
	loop_timer_free(gateway->review_timer);
	loop_timer_free(gateway->stop_timer);
	offers_free(&gateway->offers);
	for (unsigned i = 0; i < gateway->line_count; i++) {
		completion_free(gateway->completions[i]);
		line_free(gateway->lines[i]);
	}
	mailboxes_close(gateway);
	for (unsigned i = 0; gateway->accounts && i < gateway->config->account_count; i++)
		ua_account_free(gateway->accounts[i]);
	gateway_stun_close(gateway);
	for (unsigned i = 0; i < LISTEN_MAX; i++)
		ua_agent_free(gateway->agents[i]);
	media_pool_free(gateway->media);
	for (unsigned i = 0; gateway->tastes && i < gateway->config->profile_count; i++)
		taste_free(gateway->tastes[i]);
	state_free(gateway->state);
	free(gateway->groups);
	free(gateway->lines);
	free(gateway->closed);
	free(gateway->line_accounts);
	free(gateway->completions);
	free(gateway->accounts);
	free(gateway->account_users);
	free(gateway->leg_configs);
	ua_dtls_identity_free(gateway->handshakes.identity);
	free(gateway->tastes);
	free(gateway);
}

static bool all_unregistered(const struct gateway *gateway)
{
	for (unsigned i = 0; i < gateway->config->account_count; i++) {
		if (ua_account_state(gateway->accounts[i]) != UA_REG_NONE)
			return false;
	}
	return true;
}

static void on_stop_review(void *arg)
{
	struct gateway *gateway = arg;

	if (all_unregistered(gateway) || loop_now_ms(gateway->loop) >= gateway->stop_by_ms)
		gateway->stop_done(gateway->stop_arg);
	else
		loop_timer_start(gateway->stop_timer, STOP_REVIEW_MS);
}

void gateway_stop(struct gateway *gateway, void (*done)(void *arg), void *arg)
{
	if (gateway_is_stopping(gateway))
		return;
	gateway->stop_done = done;
	gateway->stop_arg = arg;
	gateway->stop_by_ms = loop_now_ms(gateway->loop) + STOP_MS;
	offers_end(&gateway->offers);
	for (unsigned i = 0; i < gateway->line_count; i++) {
		line_shut(gateway->lines[i]);
		completion_cancel(gateway->completions[i]);
	}
	mailboxes_close(gateway);
	for (unsigned i = 0; i < gateway->config->account_count; i++)
		ua_account_unregister(gateway->accounts[i]);
	if (loop_timer_alloc(&gateway->stop_timer, gateway->loop, on_stop_review, gateway) != 0)
		done(arg);
	else
		loop_timer_start(gateway->stop_timer, STOP_REVIEW_MS);
}

struct media *gateway_media(const struct gateway *gateway, unsigned worker)
{
	return media_pool_worker(gateway->media, worker);
}

struct subscriber *gateway_subscriber(struct gateway *gateway, const char *line)
{
	for (unsigned i = 0; i < gateway->config->line_count; i++) {
		if (!strcmp(gateway->config->lines[i].name, line))
			return state_subscriber(gateway->state, i);
	}
	return NULL;
}

bool gateway_line_status(const struct gateway *gateway, unsigned index, struct line_status *status)
{
	if (index < gateway->line_count)
		line_status_get(gateway->lines[index], status);
	else if (index - gateway->line_count < gateway->closed_count)
		*status = (struct line_status){
			.name = gateway->closed[index - gateway->line_count]->name,
			.state = "closed",
			.fault = true,
		};
	else
		return false;
	return true;
}

static void counts_add(struct ua_agent_counts *sum, const struct ua_agent_counts *counts)
{
	sum->requests_in += counts->requests_in;
	sum->requests_out += counts->requests_out;
	sum->refused_malformed += counts->refused_malformed - counts->unreadable;
	sum->refused_unknown += counts->refused_unknown;
	sum->refused_strangers += counts->refused_strangers;
	sum->refused_busy += counts->refused_busy;
	sum->dropped += counts->dropped;
	sum->retransmitted += counts->retransmitted;
	if (counts->refused_last[0])
		memcpy(sum->refused_last, counts->refused_last, sizeof(sum->refused_last));
}

void gateway_sip_counts(const struct gateway *gateway, struct ua_agent_counts *counts)
{
	ua_agent_counts_get(gateway->agents[0], counts);
	for (unsigned i = 1; i < gateway->listen.count; i++) {
		struct ua_agent_counts more;

		ua_agent_counts_get(gateway->agents[i], &more);
		counts_add(counts, &more);
	}
}

bool gateway_account_status(const struct gateway *gateway, unsigned index, struct account_status *status)
{
	if (index >= gateway->config->account_count)
		return false;
	*status = (struct account_status){
		.name = gateway->config->accounts[index].name,
		.registration = ua_account_state(gateway->accounts[index]),
	};
	ua_account_registration(gateway->accounts[index], &status->view);
	return true;
}

const char *gateway_account_address(const struct gateway *gateway, unsigned index, unsigned which)
{
	return ua_account_associated(gateway->accounts[index], which);
}

unsigned gateway_lines_in_use(const struct gateway *gateway)
{
	unsigned count = 0;

	for (unsigned i = 0; i < gateway->line_count; i++)
		count += line_is_in_use(gateway->lines[i]);
	return count;
}

int gateway_reload(struct gateway *gateway, FILE *errors)
{
	return gateway->options.reload ? gateway->options.reload(errors, gateway->options.reload_arg) : ENOTSUP;
}

bool gateway_line_exists(const struct gateway *gateway, unsigned index)
{
	return index < gateway->line_count;
}

bool gateway_line_call(const struct gateway *gateway, unsigned index, unsigned call_index, struct line_call *call)
{
	return index < gateway->line_count && line_call_get(gateway->lines[index], call_index, call);
}
