/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/phone/phone.h"

#define SAMPLE_NS   125000
#define MS_NS       UINT64_C(1000000)
#define TICK_NS     (20 * MS_NS) /* of the ear while no sound flows */
#define DRIFT_PARTS 10000        /* 100 ppm: how far the exchange's clock may be off */
#define FLOWS_MAX   64           /* kept */
#define GAP_FROM_NS (1000 * MS_NS)
#define GAP_NS      (60 * MS_NS)

/* One stretch of sound: its first sample and when that was heard. */
struct flow {
	uint64_t first, count;
	uint64_t base_ns;
};

struct phone {
	unsigned number;
	struct wires *wires;
	struct ear *ear;
	struct mouth *mouth;
	struct phone_machine machine; /* say NULL: none */
	phone_h *handler;
	void *arg;
	uint64_t now_ns, tick_ns;
	bool up, lost, off_hook, ringing, flowing, tone_known, talking;
	enum tones_name tone;
	uint64_t say_ns;
	enum phone_spoil spoil;

	struct phone_event events[PHONE_EVENTS_MAX];
	uint64_t event_count;
	struct flow flows[FLOWS_MAX];
	uint64_t flow_count, heard_count;
	int16_t heard[PHONE_HEARD_MAX];
};

static void tell(struct phone *phone, struct phone_event event)
{
	event.told_ns = phone->now_ns;
	phone->events[phone->event_count++ % PHONE_EVENTS_MAX] = event;
	if (phone->handler)
		phone->handler(phone, &event, phone->arg);
}

static struct flow *flow_now(struct phone *phone)
{
	return phone->flow_count ? &phone->flows[(phone->flow_count - 1) % FLOWS_MAX] : NULL;
}

static void heard_tone(const struct cadence_event *event, void *arg)
{
	static const enum phone_event_kind kinds[] = {
		[CADENCE_NAMED] = PHONE_TONE,
		[CADENCE_ENDED] = PHONE_TONE_END,
		[CADENCE_SCRAP] = PHONE_SCRAP,
	};
	struct phone *phone = arg;
	struct phone_event told = {
		.kind = kinds[event->kind],
		.at_ns = event->kind == CADENCE_NAMED ? event->begun_ns : event->ended_ns,
		.begun_ns = event->begun_ns,
		.tone = event->name,
		.accuracy = event->accuracy,
		.might_be = event->might_be,
		.level_dbm0 = event->level_dbm0,
	};

	memcpy(told.hz, event->hz, sizeof told.hz);
	if (event->kind == CADENCE_NAMED)
		phone->tone = event->name;
	if (event->kind != CADENCE_SCRAP)
		phone->tone_known = event->kind == CADENCE_NAMED;
	tell(phone, told);
}

static void wires_ring(bool on, uint64_t at_ns, void *arg)
{
	struct phone *phone = arg;

	if (phone->ringing == on)
		return;
	phone->ringing = on;
	tell(phone, (struct phone_event){.kind = on ? PHONE_RING : PHONE_RING_END, .at_ns = at_ns});
}

static void wires_feed(enum fxs_feed feed, uint64_t at_ns, void *arg)
{
	struct phone *phone = arg;

	if (!phone->up) {
		phone->up = true;
		tell(phone, (struct phone_event){.kind = PHONE_UP, .at_ns = at_ns});
	}
	tell(phone, (struct phone_event){.kind = PHONE_FEED, .at_ns = at_ns, .feed = feed});
}

static void wires_flow(bool on, uint64_t at_ns, void *arg)
{
	struct phone *phone = arg;

	phone->flowing = on;
	phone->tick_ns = at_ns;
	ear_flow(phone->ear, on, at_ns);
	if (on)
		phone->flows[phone->flow_count++ % FLOWS_MAX] =
			(struct flow){.first = phone->heard_count, .base_ns = at_ns};
	tell(phone, (struct phone_event){.kind = on ? PHONE_FLOW : PHONE_FLOW_END, .at_ns = at_ns});
}

/*
 * Blocks come late by as much as this process was late to take them, but never early: the earliest
 * one tells when all were due. Returns when the last sample was.
 */
static uint64_t flow_clock(struct flow *flow, size_t count, uint64_t at_ns)
{
	uint64_t length_ns, base_ns;

	flow->count += count;
	length_ns = flow->count * SAMPLE_NS;
	base_ns = at_ns > length_ns ? at_ns - length_ns : 0;
	flow->base_ns += count * SAMPLE_NS / DRIFT_PARTS;
	if (flow->count == count || base_ns < flow->base_ns)
		flow->base_ns = base_ns;
	return flow->base_ns + length_ns;
}

static void spoil(struct phone *phone, int16_t *said, size_t count, uint64_t begun_ns)
{
	if (!phone->talking || phone->spoil == PHONE_SPOIL_NOTHING)
		return;
	for (size_t i = 0; i < count; i++) {
		uint64_t since_ns = begun_ns + i * SAMPLE_NS - phone->say_ns;

		if (phone->spoil == PHONE_SPOIL_MUTE ||
			(since_ns >= GAP_FROM_NS && since_ns < GAP_FROM_NS + GAP_NS))
			said[i] = 0;
	}
}

static void wires_sound(const int16_t *heard, int16_t *said, size_t count, uint64_t at_ns,
	void *arg)
{
	struct phone *phone = arg;
	struct flow *flow;
	uint64_t end_ns, said_ns;

	if (!phone->flowing)
		wires_flow(true, phone->now_ns, phone);
	flow = flow_now(phone);
	end_ns = flow_clock(flow, count, at_ns);
	for (size_t i = 0; i < count; i++)
		phone->heard[phone->heard_count++ % PHONE_HEARD_MAX] = heard[i];
	ear_feed(phone->ear, heard, count, end_ns);
	memset(said, 0, count * sizeof *said);
	if (!phone->off_hook)
		return;
	if (phone->machine.say) {
		phone->machine.say(phone->machine.arg, said, count);
		phone->machine.hear(phone->machine.arg, heard, count);
		return;
	}
	/* What is said sounds from now on. */
	said_ns = end_ns - (at_ns > phone->now_ns ? at_ns - phone->now_ns : 0);
	mouth_fill(phone->mouth, said, count, said_ns);
	spoil(phone, said, count, said_ns);
}

static void wires_lost(int err, void *arg)
{
	struct phone *phone = arg;

	phone->lost = true;
	tell(phone, (struct phone_event){.kind = PHONE_LOST, .at_ns = phone->now_ns, .err = err});
}

static const struct wires_handlers wires_handlers = {
	.ring = wires_ring,
	.feed = wires_feed,
	.flow = wires_flow,
	.sound = wires_sound,
	.lost = wires_lost,
};

static void mouth_told(const struct mouth_event *event, void *arg)
{
	static const enum phone_event_kind kinds[] = {
		[MOUTH_DIGIT] = PHONE_DIGIT,
		[MOUTH_DIGIT_END] = PHONE_DIGIT_END,
		[MOUTH_FLASH] = PHONE_FLASH,
		[MOUTH_SAY] = PHONE_SAY,
		[MOUTH_SAY_END] = PHONE_SAY_END,
	};
	struct phone *phone = arg;

	if (event->kind == MOUTH_SAY)
		phone->say_ns = event->at_ns;
	if (event->kind == MOUTH_SAY || event->kind == MOUTH_SAY_END)
		phone->talking = event->kind == MOUTH_SAY;
	tell(phone, (struct phone_event){.kind = kinds[event->kind],
		.at_ns = event->at_ns,
		.digit = event->digit,
		.seed = event->seed});
}

static void contact(bool off_hook, uint64_t at_ns, void *arg)
{
	struct phone *phone = arg;

	phone->wires->ops->hook_set(phone->wires, off_hook, at_ns);
}

static const struct mouth_handlers mouth_handlers = {.event = mouth_told, .hook = contact};

int phone_alloc(struct phone **phonep, const struct phone_config *config, uint64_t now_ns,
	phone_h *handler, void *arg)
{
	struct phone *phone = calloc(1, sizeof *phone);
	int err;

	if (!phone)
		return ENOMEM;
	phone->number = config->number;
	phone->handler = handler;
	phone->arg = arg;
	phone->now_ns = now_ns;
	err = ear_alloc(&phone->ear, config->country, now_ns, heard_tone, phone);
	if (!err)
		err = mouth_alloc(&phone->mouth, &mouth_handlers, phone);
	if (!err)
		err = config->wires->open(&phone->wires, &config->wires_config, &wires_handlers,
			phone);
	if (err)
		phone_free(phone);
	else
		*phonep = phone;
	return err;
}

void phone_free(struct phone *phone)
{
	if (!phone)
		return;
	if (phone->wires)
		phone->wires->ops->close(phone->wires);
	mouth_free(phone->mouth);
	ear_free(phone->ear);
	free(phone);
}

void phone_step(struct phone *phone, uint64_t now_ns)
{
	phone->now_ns = now_ns;
	if (!phone->lost)
		phone->wires->ops->step(phone->wires, now_ns);
	if (!phone->lost)
		mouth_step(phone->mouth, now_ns);
	if (!phone->flowing && now_ns >= phone->tick_ns) {
		ear_tick(phone->ear, now_ns);
		phone->tick_ns = now_ns + TICK_NS;
	}
}

uint64_t phone_next_ns(const struct phone *phone)
{
	uint64_t next_ns = mouth_next_ns(phone->mouth);

	if (phone->lost)
		return UINT64_MAX;
	return !phone->flowing && phone->tick_ns < next_ns ? phone->tick_ns : next_ns;
}

int phone_fd(const struct phone *phone)
{
	return phone->lost ? -1 : phone->wires->ops->fd(phone->wires);
}

short phone_poll_events(const struct phone *phone)
{
	return phone->wires->ops->poll_events(phone->wires);
}

static int hook_move(struct phone *phone, bool off_hook, uint64_t now_ns)
{
	int err;

	if (phone->lost)
		return ENOTCONN;
	if (phone->off_hook == off_hook)
		return EALREADY;
	mouth_stop(phone->mouth, now_ns);
	err = phone->wires->ops->hook_set(phone->wires, off_hook, now_ns);
	if (err)
		return err;
	phone->now_ns = now_ns;
	phone->off_hook = off_hook;
	ear_hook(phone->ear, off_hook);
	tell(phone, (struct phone_event){
		.kind = off_hook ? PHONE_LIFT : PHONE_HANGUP, .at_ns = now_ns});
	return 0;
}

int phone_lift(struct phone *phone, uint64_t now_ns)
{
	return hook_move(phone, true, now_ns);
}

int phone_hangup(struct phone *phone, uint64_t now_ns)
{
	return hook_move(phone, false, now_ns);
}

struct mouth *phone_mouth(struct phone *phone)
{
	return phone->mouth;
}

void phone_machine_set(struct phone *phone, const struct phone_machine *machine)
{
	phone->machine = machine ? *machine : (struct phone_machine){0};
}

unsigned phone_number(const struct phone *phone)
{
	return phone->number;
}

bool phone_is_up(const struct phone *phone)
{
	return phone->up && !phone->lost;
}

bool phone_is_off_hook(const struct phone *phone)
{
	return phone->off_hook;
}

bool phone_is_ringing(const struct phone *phone)
{
	return phone->ringing;
}

bool phone_tone(const struct phone *phone, enum tones_name *tone)
{
	if (phone->tone_known)
		*tone = phone->tone;
	return phone->tone_known;
}

uint64_t phone_silent_since_ns(const struct phone *phone)
{
	return ear_silent_since_ns(phone->ear);
}

const struct tones_country *phone_country(const struct phone *phone)
{
	return ear_country(phone->ear);
}

uint64_t phone_event_count(const struct phone *phone)
{
	return phone->event_count;
}

const struct phone_event *phone_event(const struct phone *phone, uint64_t number)
{
	if (number >= phone->event_count || phone->event_count - number > PHONE_EVENTS_MAX)
		return NULL;
	return &phone->events[number % PHONE_EVENTS_MAX];
}

static void flow_copy(const struct phone *phone, const struct flow *flow, uint64_t from_ns,
	int16_t *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t at_ns = from_ns + i * SAMPLE_NS;
		uint64_t offset = at_ns >= flow->base_ns ? (at_ns - flow->base_ns) / SAMPLE_NS : 0;
		uint64_t sample = flow->first + offset;

		if (at_ns >= flow->base_ns && offset < flow->count &&
			phone->heard_count - sample <= PHONE_HEARD_MAX)
			samples[i] = phone->heard[sample % PHONE_HEARD_MAX];
	}
}

void phone_heard(const struct phone *phone, uint64_t from_ns, int16_t *samples, size_t count)
{
	uint64_t flow = phone->flow_count > FLOWS_MAX ? phone->flow_count - FLOWS_MAX : 0;

	memset(samples, 0, count * sizeof *samples);
	for (; flow < phone->flow_count; flow++)
		flow_copy(phone, &phone->flows[flow % FLOWS_MAX], from_ns, samples, count);
}

void phone_spoil_set(struct phone *phone, enum phone_spoil spoil_kind)
{
	phone->spoil = spoil_kind;
}
