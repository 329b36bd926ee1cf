/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/line/line.h"
#include "gateway/line/line_private.h"
#include "gateway/log.h"

#define MS_PER_S 1000u
#define CONFIRM_MS 1000 /* 800 of tone, and a pause before the dial tone */
#define SPLASH_MS 500
#define CALLEE_FREE_MS 20000
#define NOT_REFERRED_MS 2000 /* of busy tone before the call is back */

static bool has_hotline(const struct line *line, unsigned *delay_s)
{
	return line_hotline(line, delay_s)[0] != 0;
}

static void on_limit_timer(void *arg)
{
	line_limit_reached(arg);
}

/* The subscriber has not taken the call that waits. */
static void on_waiting_timer(void *arg)
{
	struct line *line = arg;
	struct line_leg *place = line_leg(line, LINE_ROLE_WAITING);

	if (!line_has(line, LINE_ROLE_WAITING))
		return;
	line_r_digit_abandon(line);
	if (!line_forward_ringing(line, place))
		leg_hang_up(place->leg, 0);
	place->over = true;
	line_dispatch(line, LINE_EV_WAITING_ENDED);
}

static void on_timer(void *arg)
{
	struct line *line = arg;

	line_dispatch(line, line_judge_timeout(line));
}

static bool hold_plays(const struct config_profile *profile)
{
	return use_traits(profile->use)->hold_sound && strcmp(profile->hold_sound.text, CONFIG_HOLD_SILENCE) != 0;
}

static struct playout_config playout_of(const struct leg_config *config, enum use use)
{
	struct playout_config playout = config->playout;

	playout.fixed = use_traits(use)->fixed_playout;
	if (playout.fixed)
		playout.start_ms = config->playout_machine_ms;
	return playout;
}

int line_alloc(struct line **linep, struct loop *loop, const struct config_line *config,
	const struct leg_config *leg_config, const struct directory *directory, struct subscriber *subscriber,
	struct ua_account *account, struct media_line *media)
{
	struct line *line = calloc(1, sizeof(*line));
	int err;

	if (!line)
		return ENOMEM;
	line->loop = loop;
	line->config = config;
	line->leg_config = *leg_config;
	line->leg_config.dtmf = config->profile->dtmf;
	line->leg_config.playout = playout_of(leg_config, config->profile->use);
	line->leg_config.hold_plays = hold_plays(config->profile);
	if (!use_traits(config->profile->use)->any_codec)
		codecs_keep_exact(&line->leg_config.codecs);
	line->leg_config.hold_inactive = config->profile->hold_offer == CONFIG_HOLD_INACTIVE;
	line->directory = directory;
	line->subscriber = subscriber;
	line->account = account;
	line->media = media;
	line->state = LINE_IDLE;
	for (uint8_t role = 0; role < LINE_ROLE_COUNT; role++)
		line->place[role] = role;
	err = loop_timer_alloc(&line->timer, loop, on_timer, line);
	if (!err)
		err = loop_timer_alloc(&line->waiting_timer, loop, on_waiting_timer, line);
	if (!err)
		err = line_bridges_init(line, loop);
	if (!err)
		err = loop_timer_alloc(&line->limit_timer, loop, on_limit_timer, line);
	if (err) {
		line_free(line);
		return err;
	}
	media_line_arg_set(media, line);
	line_wish(line);
	*linep = line;
	return 0;
}

void line_free(struct line *line)
{
	if (!line)
		return;
	loop_timer_free(line->timer);
	loop_timer_free(line->waiting_timer);
	loop_timer_free(line->limit_timer);
	line_bridges_free(line);
	for (unsigned i = 0; i < MEDIA_CALLS; i++)
		leg_free(line->legs[i].leg);
	for (unsigned i = 0; i < line->retired_count; i++)
		leg_free(line->retired[i].leg);
	free(line);
}

/* That no call comes here, or that messages wait. */
static bool reminds(const struct line *line)
{
	return subscriber_has(line->subscriber, SUBSCRIBER_FORWARD_ALWAYS) || line->messages.waiting;
}

static uint8_t tone_of(const struct line *line)
{
	const struct line_outputs *outputs = line_fsm_outputs(line->state);

	if ((line->state == LINE_TALKING || line->state == LINE_THREE_WAY) && line_waits(line))
		return FXS_TONE_CALL_WAITING;
	if (line->state == LINE_DIAL_TONE && reminds(line))
		return FXS_TONE_STUTTER;
	if (outputs->tone == LINE_TONE_RELEASE)
		return line->config->profile->release_tone;
	if (outputs->tone == LINE_TONE_R_DIGIT)
		return line->config->profile->r_digit_tone ? FXS_TONE_RECALL_DIAL : FXS_TONE_COUNT;
	return outputs->tone;
}

static bool first_is_at_ear(const struct line *line)
{
	return line->state == LINE_THREE_WAY || line->state == LINE_THREE_RINGS || line->state == LINE_THREE_EARLY;
}

/* The active call, and in a three-way call the other party too. */
static bool is_at_ear(const struct line *line, int role)
{
	return role == LINE_ROLE_ACTIVE || (role == LINE_ROLE_HELD && first_is_at_ear(line));
}

static void streams_wish(struct line *line, struct media_wish *wish)
{
	const struct line_outputs *outputs = line_fsm_outputs(line->state);

	for (int role = 0; role < LINE_ROLE_COUNT; role++) {
		bool at_ear = is_at_ear(line, role);

		if (line_leg(line, role)->leg)
			leg_stream_wish(line_leg(line, role)->leg, at_ear && outputs->talks,
				at_ear && outputs->hears, &wish->streams[line->place[role]]);
	}
	for (unsigned i = 0; i < MEDIA_CALLS && first_is_at_ear(line); i++)
		wish->hears[i] = (uint8_t)(((1u << MEDIA_CALLS) - 1) & ~(1u << i));
	line_bridges_wish(line, wish);
}

/* What rings or waits. */
static uint8_t pattern_of(struct line *line)
{
	if (line->state == LINE_RING_BACK)
		return line->config->profile->recall_ring;
	if (line->state == LINE_KEPT)
		return line->config->profile->emergency_ring;
	if (line->state == LINE_RINGING)
		return line_leg(line, LINE_ROLE_ACTIVE)->pattern;
	return line_waits(line) ? line_leg(line, LINE_ROLE_WAITING)->pattern : RING_COUNTRY;
}

static void announcement_wish(const struct line *line, struct media_wish *wish)
{
	if (line->state != LINE_ANNOUNCEMENT)
		return;
	wish->tone = line->announcement.tone;
	wish->echo = line->announcement.echo;
	wish->prompts = line->announcement.prompts;
}

static bool begins_dialling(enum line_state state)
{
	return state == LINE_DIAL_TONE || state == LINE_RECALL || state == LINE_CONFIRMED ||
		state == LINE_AWAKE;
}

/* The state's outputs and the legs, as one wish to the media thread. */
void line_wish(struct line *line)
{
	const struct line_outputs *outputs = line_fsm_outputs(line->state);
	struct media_wish wish;

	memset(&wish, 0, sizeof(wish));
	wish.feed = outputs->active ? FXS_FEED_ACTIVE : FXS_FEED_IDLE;
	wish.hook_mode = outputs->hook_mode;
	wish.tone = tone_of(line);
	wish.tone_serial = line->tone_serial;
	wish.beep_serial = line->beep_serial;
	wish.tone_stops_at_digit = begins_dialling(line->state) || line->state == LINE_R_DIGIT;
	wish.ring = outputs->ring;
	wish.pattern = pattern_of(line);
	wish.sound = outputs->sound;
	streams_wish(line, &wish);
	announcement_wish(line, &wish);
	line->wish_sequence = media_line_wish(line->media, &wish);
	line_limit_review(line);
}

const struct use_traits *line_traits(const struct line *line)
{
	for (int role = 0; role < LINE_ROLE_COUNT; role++) {
		const struct leg *leg = line->legs[line->place[role]].leg;

		if (leg && is_at_ear(line, role) && leg_machine(leg))
			return use_traits(USE_FAX);
	}
	return use_traits(line->config->profile->use);
}

void line_beep(struct line *line)
{
	if (!line_traits(line)->tones_over_call)
		return;
	line->beep_serial++;
	line_wish(line);
}

/* How long the telephone rings. */
unsigned line_answer_s(const struct line *line)
{
	const struct config_profile *profile = line->config->profile;
	bool forwards = subscriber_has(line->subscriber, SUBSCRIBER_FORWARD_NO_ANSWER);

	if (line->offer)
		return line->offer_s;
	return forwards && profile->forward_no_answer_s < profile->ring_s ? profile->forward_no_answer_s : profile->ring_s;
}

static unsigned timer_ms(const struct line *line, enum line_timer timer)
{
	const struct config_profile *profile = line->config->profile;
	unsigned delay_s;

	switch (timer) {
	case LINE_TIMER_NONE:
		return 0;
	case LINE_TIMER_FIRST_DIGIT:
		return (line->state == LINE_DIAL_TONE && has_hotline(line, &delay_s) ? delay_s : profile->first_digit_s) *
			MS_PER_S;
	case LINE_TIMER_INTER_DIGIT:
		return profile->inter_digit_s * MS_PER_S;
	case LINE_TIMER_RING:
	case LINE_TIMER_RING_BACK:
		return profile->ring_s * MS_PER_S;
	case LINE_TIMER_TONE:
		return profile->tone_s * MS_PER_S;
	case LINE_TIMER_TRANSFER:
		return profile->transfer_s * MS_PER_S;
	case LINE_TIMER_HOWLER:
		return profile->howler_s * MS_PER_S;
	case LINE_TIMER_ANSWER:
		return line_answer_s(line) * MS_PER_S;
	case LINE_TIMER_WAKEUP:
		return profile->wakeup_ring_s * MS_PER_S;
	case LINE_TIMER_ANNOUNCEMENT:
		return line->announcement.ms;
	case LINE_TIMER_CALLEE_FREE:
		return CALLEE_FREE_MS;
	case LINE_TIMER_SPLASH:
		return SPLASH_MS;
	case LINE_TIMER_R_DIGIT:
		return profile->r_digit_s * MS_PER_S;
	case LINE_TIMER_CONFIRM:
		return CONFIRM_MS;
	case LINE_TIMER_NOT_REFERRED:
		return NOT_REFERRED_MS;
	case LINE_TIMER_KEPT:
		return profile->emergency_hold_s * MS_PER_S;
	case LINE_TIMER_SUSPENDED:
		return profile->csh_s * MS_PER_S;
	}
	return 0;
}

static bool is_flash(enum line_event event)
{
	return event == LINE_EV_FLASH || (event >= LINE_EV_FLASH_BARRED && event <= LINE_EV_FLASH_R);
}

/* Ringing time goes on from CALLING to RINGBACK; a digit and a flash begin their time anew, a call that is refused
 * meanwhile does not. */
static void timer_set(struct line *line, enum line_state before, enum line_event event)
{
	enum line_timer timer = line_fsm_outputs(line->state)->timer;
	bool anew = is_flash(event) || (event == LINE_EV_DIGIT && timer == LINE_TIMER_INTER_DIGIT);

	if (timer == LINE_TIMER_NONE)
		loop_timer_stop(line->timer);
	else if (anew || timer != line_fsm_outputs(before)->timer)
		loop_timer_start(line->timer, timer_ms(line, timer));
}

void line_timer_again(struct line *line)
{
	loop_timer_start(line->timer, timer_ms(line, line_fsm_outputs(line->state)->timer));
}

/* The one place where a line's state changes. */
static void state_set(struct line *line, enum line_state next, enum line_event event)
{
	enum line_state before = line->state;

	line->state = next;
	if (next != before)
		gw_log(GW_LOG_INFO, line->config->name, "%s, %s -> %s", line_event_name(event),
			line_state_name(before), line_state_name(next));
	if (next != before || is_flash(event))
		line->tone_serial++;
	if (begins_dialling(next))
		line->digits[0] = 0;
	if (next == LINE_R_DIGIT && before != LINE_R_DIGIT)
		line->r_digit_from = before;
	if (next != LINE_REFERRING && next != LINE_TRANSFERRING)
		line->blind_number[0] = 0;
	if (next == LINE_IDLE) {
		line->emergency = false;
		line->times_referred = 0;
		memset(&line->once, 0, sizeof(line->once));
	}
	timer_set(line, before, event);
}

/* On-hook no call is left without a bell. */
static enum line_event what_is_left(const struct line *line)
{
	if (line->state != LINE_IDLE)
		return LINE_EVENT_COUNT;
	if (line_has(line, LINE_ROLE_HELD))
		return LINE_EV_HELD_LEFT;
	return line_waits(line) ? LINE_EV_CALL_LEFT : LINE_EVENT_COUNT;
}

void line_dispatch(struct line *line, enum line_event event)
{
	struct line_step step = line_fsm_step(line->state, event);
	enum line_event follow;

	if (!step.known) {
		line->surprises++;
		gw_log(GW_LOG_DEBUG, line->config->name, "%s while %s: nothing to do",
			line_event_name(event), line_state_name(line->state));
		return;
	}
	state_set(line, step.next, event);
	follow = line_verb_do(line, step.verb);
	/* A leg that ended or was hung up leaves the line. */
	line_legs_retire(line);
	if (follow == LINE_EVENT_COUNT)
		follow = what_is_left(line);
	if (follow != LINE_EVENT_COUNT)
		line_dispatch(line, follow);
	else
		line_wish(line);
}

void line_shut(struct line *line)
{
	line_referral_drop(line);
	(void)line_offer_leave(line);
	for (enum line_role role = 0; role < LINE_ROLE_COUNT; role++)
		line_role_hang_up(line, role);
	line_bridges_shut(line);
	line_legs_retire(line);
	if (line->state != LINE_IDLE)
		state_set(line, LINE_IDLE, LINE_EV_HANG_UP);
	line_wish(line);
}

bool line_is(const struct line *line, const struct config_line *config)
{
	return line->config == config;
}

bool line_has_number(const struct line *line, const char *number)
{
	return number[0] && strcmp(line->config->number.text, number) == 0;
}

bool line_may_call(const struct line *line)
{
	return line->config->calls_unregistered ||
		ua_account_state(line->account) == UA_REG_REGISTERED;
}

bool line_gets_dial_tone(const struct line *line)
{
	return line_may_call(line) || line->config->profile->emergency.count > 0 ||
		directory_has_others(line->directory, line->config);
}

static enum line_event lift_event(const struct line *line)
{
	unsigned delay_s;

	if (!line_gets_dial_tone(line))
		return LINE_EV_LIFT_BARRED;
	return has_hotline(line, &delay_s) && delay_s == 0 ? LINE_EV_HOTLINE : LINE_EV_LIFT;
}

static void hang_up_heard(struct line *line, uint64_t at_ns)
{
	line->hang_ups++;
	line->off_hook = false;
	line_referral_drop(line);
	line_dispatch(line, line_judge_hang_up(line, at_ns));
}

static void flash_heard(struct line *line, uint64_t at_ns)
{
	enum line_event event;

	line->flashes++;
	line->flash_at_ns = at_ns;
	event = line_judge_flash(line);
	if (event != LINE_EVENT_COUNT)
		line_dispatch(line, event);
}

/* For whom the telephone's sound is too. */
static void key_heard(struct line *line, const struct media_event *event)
{
	for (int role = 0; role < LINE_ROLE_COUNT; role++) {
		if (line_leg(line, role)->leg && is_at_ear(line, role) && !leg_key(line_leg(line, role)->leg, event->digit, event->duration_ms))
			gw_log(GW_LOG_WARNING, line->config->name, "a key of the telephone did not reach the far end");
	}
}

static void telephone_did(struct line *line, const struct media_event *event)
{
	switch (event->kind) {
	case MEDIA_EVENT_LIFTED:
		if (line->off_hook)
			hang_up_heard(line, event->at_ns); /* the queue was full when it came */
		line->off_hook = true;
		line_dispatch(line, lift_event(line));
		break;
	case MEDIA_EVENT_HUNG_UP:
		hang_up_heard(line, event->at_ns);
		break;
	case MEDIA_EVENT_FLASH:
		flash_heard(line, event->at_ns);
		break;
	case MEDIA_EVENT_KEY:
		key_heard(line, event);
		break;
	case MEDIA_EVENT_DIGIT:
		line->digit = event->digit;
		line_dispatch(line, line->state == LINE_R_DIGIT ? line_r_digit_event(line, event->digit) : LINE_EV_DIGIT);
		break;
	}
}

/* An event that the full queue lost still stands in the report; one that tells more or less than the events that were
 * read cannot be compared with them. */
static void hook_heal(struct line *line, const struct media_report *report)
{
	static const struct media_event lifted = {.kind = MEDIA_EVENT_LIFTED};
	static const struct media_event hung_up = {.kind = MEDIA_EVENT_HUNG_UP};

	if (report->events_written != line->events_read)
		return;
	if (line->off_hook && report->hang_ups != line->hang_ups)
		telephone_did(line, &hung_up);
	line->hang_ups = report->hang_ups;
	if (report->off_hook && !line->off_hook)
		telephone_did(line, &lifted);
}

/* What the full queue lost may have been a digit: a number is not called that the subscriber did not dial. */
static void loss_heard(struct line *line, uint32_t dropped)
{
	if (dropped == line->events_lost)
		return;
	line->events_lost = dropped;
	gw_log(GW_LOG_WARNING, line->config->name, "more happened on the line than could be followed; a digit may be lost");
	line_dispatch(line, LINE_EV_DIGIT_LOST);
}

/* Such a call is treated as those of a line whose use is fax. */
static void leg_fax_heard(struct line *line, struct leg *leg, const struct media_report *report)
{
	static const char *const names[DSP_FAX_COUNT] = {
		[DSP_FAX_CALLING] = "a fax calls (1100 Hz)", [DSP_FAX_ANSWERING] = "a fax or a modem answers (2100 Hz)",
	};
	enum dsp_fax heard = leg_fax(leg, report->faxes, MEDIA_CALLS);
	bool far = false;

	if (!heard)
		return;
	for (unsigned i = 0; i < MEDIA_CALLS; i++)
		far = far || (report->faxes[i].id == leg_stream_id(leg) && report->faxes[i].far);
	gw_log(GW_LOG_NOTICE, line->config->name, "%s at %s: the call goes on as a fax has it", names[heard], far ? "the far end" : "the telephone's end");
	line_wish(line);
}

static void legs_silence(struct line *line, const struct media_report *report)
{
	for (enum line_role role = 0; role < LINE_ROLE_COUNT; role++) {
		if (line_leg(line, role)->leg)
			leg_silence(line_leg(line, role)->leg, report->silent_ids, MEDIA_STREAMS);
		if (line_leg(line, role)->leg && leg_forged(line_leg(line, role)->leg, report->forged_ids, MEDIA_STREAMS))
			gw_log(GW_LOG_WARNING, line->config->name,
				"packets come that the key of the call did not sign; they are not heard");
		if (line_leg(line, role)->leg)
			leg_fax_heard(line, line_leg(line, role)->leg, report);
		/* What was so before the newest wish says nothing of what came with it. */
		if (line_leg(line, role)->leg && report->wish_sequence == line->wish_sequence)
			leg_quiet(line_leg(line, role)->leg, report->quiet_ids, MEDIA_STREAMS);
	}
}

void line_media_changed(struct line *line)
{
	uint32_t lost_before = line->events_lost;
	struct media_report report;
	struct media_event event;

	media_line_report(line->media, &report);
	while (media_line_event(line->media, &event)) {
		line->events_read++;
		loss_heard(line, event.dropped);
		telephone_did(line, &event);
	}
	if (report.events_written == line->events_read)
		loss_heard(line, report.events_dropped);
	hook_heal(line, &report);
	if (line->events_lost != lost_before)
		line_dispatch(line, LINE_EV_DIGIT_LOST); /* as much as ever when the lift was lost too */
	if (report.fault != line->fault)
		gw_log(GW_LOG_WARNING, line->config->name, report.fault
			? "the port is out of order (kernel or card)" : "the port is back in order");
	line->fault = report.fault;
	if (line->fault && line->offer)
		line_dispatch(line, LINE_EV_TIMEOUT); /* somebody else may hear it */
	if (report.refusal && report.refusal != line->refusal)
		gw_log(GW_LOG_WARNING, line->config->name,
			"the port refuses battery, ring, sound or echo cancelling (kernel or card): %s%s", strerror(report.refusal),
			report.refusal == ENODATA ? "; is a tone zone loaded?" : "");
	line->refusal = report.refusal;
	legs_silence(line, &report);
	line_bridges_silence(line, &report);
	line_retired_review(line, report.wish_sequence);
}

void line_completion_set(struct line *line, struct completion *completion)
{
	line->completion = completion;
}

bool line_callee_free(struct line *line)
{
	bool hears = (line->state == LINE_IDLE && !line->off_hook && !line->fault) || line->state == LINE_CALLEE_FREE;

	if (hears && !line_completion_is_barred(line))
		line_dispatch(line, LINE_EV_CALLEE_FREE);
	return line->state == LINE_CALLEE_FREE;
}

void line_messages_set(struct line *line, const struct ua_message_summary *messages)
{
	line->messages = *messages;
}

void line_status_get(const struct line *line, struct line_status *status)
{
	*status = (struct line_status){
		.name = line->config->name,
		.state = line_state_name(line->state),
		.off_hook = line->off_hook,
		.fault = line->fault,
		.registration = ua_account_state(line->account),
		.calls_in = line->calls_in,
		.calls_out = line->calls_out,
		.bridges = line_bridges_count(line),
		.flashes = line->flashes,
		.surprises = line->surprises,
		.messages = line->messages,
	};
}
