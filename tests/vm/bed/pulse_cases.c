/* SPDX-License-Identifier: BSD-3-Clause */
/* Fast edges of the hook: a dial's pulses, chatter, and cards that look too seldom. */
#include "tests/vm/bed/bed.h"

#include <math.h>

#define PULSES 10

struct train {
	double break_ms, make_ms;
	bool by_hook; /* by DAHDI_HOOK on the telephone, else by the contact in series */
};

static void open_loop(struct bed *bed, const struct train *train, bool open)
{
	if (train->by_hook)
		bed_hook(bed, BED_PHONE, open ? DAHDI_ONHOOK : DAHDI_OFFHOOK);
	else
		bed_break(bed, open);
}

static uint64_t dial(struct bed *bed, const struct train *train)
{
	uint64_t start = bed_now() + 10 * BED_MS;
	double at = 0;

	for (int i = 0; i < PULSES; i++) {
		bed_until(bed, start + (uint64_t)(at * BED_MS));
		open_loop(bed, train, true);
		at += train->break_ms;
		bed_until(bed, start + (uint64_t)(at * BED_MS));
		open_loop(bed, train, false);
		at += train->make_ms;
	}
	bed_pause(bed, 200);
	return start;
}

/* Each event is where the dial's edge was: an ONHOOK 2 to 4 ms late, a RINGOFFHOOK 0 to 1.5. */
static void judge_edges(struct bed *bed, const struct train *train, uint64_t start)
{
	double at[2] = {0, train->break_ms};
	int seen[2] = {0, 0};

	for (size_t i = 0; i < bed->event_count; i++) {
		const struct bed_event *e = &bed->events[i];
		bool made = e->event == DAHDI_EVENT_RINGOFFHOOK;
		double late;

		if (e->end != BED_PORT || e->at_ns < start)
			continue;
		if (!made && e->event != DAHDI_EVENT_ONHOOK)
			bed_fail(bed, "event %d among the edges", e->event);
		late = (double)(e->at_ns - start) / BED_MS - at[made];
		bed_between(bed, made ? "make's delay" : "break's delay", late, made ? 0 : 2,
			made ? 1.5 : 4);
		at[made] += train->break_ms + train->make_ms;
		seen[made]++;
	}
	bed_is(bed, "breaks", seen[0], PULSES);
	bed_is(bed, "makes", seen[1], PULSES);
}

static void every_edge_arrives(struct bed *bed, double break_ms, double make_ms, bool by_hook)
{
	struct train train = {.break_ms = break_ms, .make_ms = make_ms, .by_hook = by_hook};

	bed_talk(bed);
	judge_edges(bed, &train, dial(bed, &train));
}

static void every_edge_at_10_pps_60_40(struct bed *bed)
{
	every_edge_arrives(bed, 60, 40, false);
}

static void every_edge_at_10_pps_dialled_by_hook(struct bed *bed)
{
	every_edge_arrives(bed, 60, 40, true);
}

static void every_edge_at_20_pps_67_33(struct bed *bed)
{
	every_edge_arrives(bed, 33.5, 16.5, false);
}

static void every_edge_at_8_pps_50_50(struct bed *bed)
{
	every_edge_arrives(bed, 62.5, 62.5, false);
}

static void every_edge_at_22_pps_60_40(struct bed *bed)
{
	every_edge_arrives(bed, 27.27, 18.18, false);
}

static void every_edge_at_7_pps_80_20(struct bed *bed)
{
	every_edge_arrives(bed, 114.3, 28.6, false);
}

static void one_break(struct bed *bed, unsigned ms)
{
	bed_break(bed, true);
	bed_pause(bed, ms);
	bed_break(bed, false);
	bed_pause(bed, 100);
}

static void breaks_below_rxflashtime_vanish(struct bed *bed)
{
	uint64_t t;

	bed_talk(bed);
	t = bed_now();
	one_break(bed, 2);
	bed_is(bed, "ONHOOK of 2 ms", bed_count(bed, BED_PORT, DAHDI_EVENT_ONHOOK, t), 0);
	one_break(bed, 5);
	bed_is(bed, "ONHOOK of 5 ms", bed_count(bed, BED_PORT, DAHDI_EVENT_ONHOOK, t), 1);
}

/* 6 ms of chatter: open, closed, open ... towards closed */
static void a_switch_chatters_on_demand(struct bed *bed)
{
	struct tipwire_meter before, after;

	bed_set_knobs(bed, &(struct tipwire_knobs){.bounce_ms = 6});
	before = bed_meter(bed);
	bed_hook(bed, BED_PHONE, DAHDI_OFFHOOK);
	bed_pause(bed, 50);
	after = bed_meter(bed);
	bed_between(bed, "from first to last contact in ms",
		(double)(after.closed_ns - before.now_ns) / BED_MS, 5.9, 7);
	bed_between(bed, "last opening in ms", (double)(after.opened_ns - before.now_ns) / BED_MS,
		4.9, 6);
	bed_is(bed, "loop", after.current_flows, 1);
}

static void a_perfect_switch_does_not_chatter(struct bed *bed)
{
	struct tipwire_meter m;

	bed_hook(bed, BED_PHONE, DAHDI_OFFHOOK);
	bed_pause(bed, 50);
	m = bed_meter(bed);
	if (m.opened_ns > m.closed_ns)
		bed_fail(bed, "the loop opened again");
	bed_is(bed, "RINGOFFHOOK", bed_count(bed, BED_PORT, DAHDI_EVENT_RINGOFFHOOK, 0), 1);
}

static void a_slow_card_tells_edges_32_to_48_ms_late(struct bed *bed)
{
	bed_set_knobs(bed, &(struct tipwire_knobs){.sample_ms = 16, .settle_ms = 32});
	for (int i = 0; i < 8; i++) {
		uint64_t t = bed_hook(bed, BED_PHONE, DAHDI_OFFHOOK);

		bed_expect(bed, BED_PORT, DAHDI_EVENT_RINGOFFHOOK, t, 31, 50);
		bed_hook(bed, BED_PHONE, DAHDI_ONHOOK);
		bed_pause(bed, 203);
	}
}

static void a_slow_card_loses_pulses(struct bed *bed)
{
	struct train train = {.break_ms = 60, .make_ms = 40};
	uint64_t t;

	bed_set_knobs(bed, &(struct tipwire_knobs){.sample_ms = 16, .settle_ms = 32});
	bed_talk(bed);
	t = dial(bed, &train);
	bed_between(
		bed, "breaks seen", bed_count(bed, BED_PORT, DAHDI_EVENT_ONHOOK, t), 1, PULSES - 1);
}

const struct bed_case bed_pulse_cases[] = {
	{"every_edge_at_10_pps_60_40", every_edge_at_10_pps_60_40},
	{"every_edge_at_10_pps_dialled_by_hook", every_edge_at_10_pps_dialled_by_hook},
	{"every_edge_at_20_pps_67_33", every_edge_at_20_pps_67_33},
	{"every_edge_at_8_pps_50_50", every_edge_at_8_pps_50_50},
	{"every_edge_at_22_pps_60_40", every_edge_at_22_pps_60_40},
	{"every_edge_at_7_pps_80_20", every_edge_at_7_pps_80_20},
	{"breaks_below_rxflashtime_vanish", breaks_below_rxflashtime_vanish},
	{"a_switch_chatters_on_demand", a_switch_chatters_on_demand},
	{"a_perfect_switch_does_not_chatter", a_perfect_switch_does_not_chatter},
	{"a_slow_card_tells_edges_32_to_48_ms_late", a_slow_card_tells_edges_32_to_48_ms_late},
	{"a_slow_card_loses_pulses", a_slow_card_loses_pulses},
	{NULL, NULL},
};
