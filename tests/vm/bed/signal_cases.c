/* SPDX-License-Identifier: BSD-3-Clause */
/* Hook, ring voltage, battery and polarity across a pair. */
#include "tests/vm/bed/bed.h"

#include <errno.h>

static void lifting_is_seen_at_the_port(struct bed *bed)
{
	uint64_t t = bed_hook(bed, BED_PHONE, DAHDI_OFFHOOK);

	bed_expect(bed, BED_PORT, DAHDI_EVENT_RINGOFFHOOK, t, 0, 2);
}

static void hanging_up_is_seen_3_ms_later(struct bed *bed)
{
	uint64_t t;

	bed_talk(bed);
	t = bed_hook(bed, BED_PHONE, DAHDI_ONHOOK);
	bed_expect(bed, BED_PORT, DAHDI_EVENT_ONHOOK, t, 2, 4);
}

static void ring_voltage_follows_the_cadence(struct bed *bed)
{
	uint64_t t = bed_hook(bed, BED_PORT, DAHDI_RING);
	struct tipwire_meter m;

	bed_expect(bed, BED_PHONE, DAHDI_EVENT_RINGBEGIN, t, 0, 2);
	bed_until(bed, t + 6500 * BED_MS);
	m = bed_meter(bed);
	/* zone us: 2 s of ringing, 4 s of silence */
	bed_between(bed, "first burst's end", (double)(m.ring_off_ns - t) / BED_MS, 1998, 2003);
	bed_between(bed, "second burst's start", (double)(m.ring_on_ns - t) / BED_MS, 5998, 6004);
	if (!m.ringing)
		bed_fail(bed, "no ring voltage in the second burst");
}

static void lifting_takes_ring_voltage_away_at_once(struct bed *bed)
{
	struct tipwire_meter m;
	uint64_t t;

	bed_hook(bed, BED_PORT, DAHDI_RING);
	bed_pause(bed, 500);
	t = bed_hook(bed, BED_PHONE, DAHDI_OFFHOOK);
	bed_expect(bed, BED_PORT, DAHDI_EVENT_RINGOFFHOOK, t, 0, 2);
	m = bed_meter(bed);
	bed_between(bed, "ring voltage's end", (double)(m.ring_off_ns - t) / BED_MS, 0, 1.5);
	if (m.ringing || !m.current_flows)
		bed_fail(bed, "ringing %u, current %u after the trip", m.ringing, m.current_flows);
}

static void a_tripped_burst_does_not_come_back(struct bed *bed)
{
	uint64_t t = bed_hook(bed, BED_PORT, DAHDI_RING);

	bed_until(bed, t + 500 * BED_MS);
	bed_break(bed, false);
	bed_hook(bed, BED_PHONE, DAHDI_OFFHOOK);
	bed_pause(bed, 20);
	bed_break(bed, true);
	bed_until(bed, t + 1900 * BED_MS);
	bed_is(bed, "bursts so far", bed_meter(bed).ringing, 0);
	bed_until(bed, t + 6100 * BED_MS);
	bed_is(bed, "ring voltage in the next burst", bed_meter(bed).ringing, 1);
}

static void ring_trip_is_late_on_demand(struct bed *bed)
{
	uint64_t t;

	bed_set_knobs(bed, &(struct tipwire_knobs){.trip_ms = 100});
	bed_hook(bed, BED_PORT, DAHDI_RING);
	bed_pause(bed, 500);
	t = bed_hook(bed, BED_PHONE, DAHDI_OFFHOOK);
	bed_expect(bed, BED_PORT, DAHDI_EVENT_RINGOFFHOOK, t, 100, 102);
	bed_between(bed, "ring voltage's end", (double)(bed_meter(bed).ring_off_ns - t) / BED_MS,
		100, 102);
}

static void too_short_a_lift_does_not_trip(struct bed *bed)
{
	bed_set_knobs(bed, &(struct tipwire_knobs){.trip_ms = 100});
	bed_hook(bed, BED_PORT, DAHDI_RING);
	bed_pause(bed, 500);
	bed_hook(bed, BED_PHONE, DAHDI_OFFHOOK);
	bed_pause(bed, 60);
	bed_break(bed, true);
	bed_pause(bed, 200);
	bed_is(bed, "ring voltage", bed_meter(bed).ringing, 1);
	bed_is(bed, "RINGOFFHOOK", bed_count(bed, BED_PORT, DAHDI_EVENT_RINGOFFHOOK, 0), 0);
}

static void a_port_that_hangs_up_drops_battery_for_500_ms(struct bed *bed)
{
	uint64_t t;

	bed_talk(bed);
	t = bed_hook(bed, BED_PORT, DAHDI_ONHOOK);
	bed_expect(bed, BED_PHONE, DAHDI_EVENT_ONHOOK, t, 0, 3);
	bed_until(bed, t + 495 * BED_MS);
	bed_is(bed, "battery at 495 ms", bed_meter(bed).battery, 0);
	bed_until(bed, t + 505 * BED_MS);
	bed_is(bed, "battery at 505 ms", bed_meter(bed).battery, 1);
}

static void no_current_flows_without_battery(struct bed *bed)
{
	bed_talk(bed);
	bed_is(bed, "current while talking", bed_meter(bed).current_flows, 1);
	bed_hook(bed, BED_PORT, DAHDI_ONHOOK);
	bed_pause(bed, 100);
	bed_is(bed, "current without battery", bed_meter(bed).current_flows, 0);
	bed_pause(bed, 900);
	bed_is(bed, "current after it", bed_meter(bed).current_flows, 1);
}

static void swapped_wires_reach_the_telephone(struct bed *bed)
{
	uint64_t t = bed_now();

	bed_control(bed, BED_PORT, DAHDI_SETPOLARITY, &(int){1});
	bed_expect(bed, BED_PHONE, DAHDI_EVENT_POLARITY, t, 0, 2);
	bed_is(bed, "reversed", bed_meter(bed).reversed, 1);
	bed_control(bed, BED_PORT, DAHDI_SETPOLARITY, &(int){0});
	bed_pause(bed, 5);
	bed_is(bed, "POLARITY events", bed_count(bed, BED_PHONE, DAHDI_EVENT_POLARITY, t), 2);
}

static void polarity_stays_while_it_rings(struct bed *bed)
{
	bed_hook(bed, BED_PORT, DAHDI_RING);
	bed_pause(bed, 100);
	bed_is(bed, "errno in a burst", bed_try(bed, BED_PORT, DAHDI_SETPOLARITY, &(int){1}),
		EINVAL);
	bed_pause(bed, 2000);
	bed_is(bed, "errno in the pause", bed_try(bed, BED_PORT, DAHDI_SETPOLARITY, &(int){1}), 0);
	bed_control(bed, BED_PORT, DAHDI_SETPOLARITY, &(int){0});
}

static void a_telephone_cannot_do_what_a_port_does(struct bed *bed)
{
	bed_is(bed, "polarity", bed_try(bed, BED_PHONE, DAHDI_SETPOLARITY, &(int){1}), EINVAL);
	bed_is(bed, "on-hook transfer", bed_try(bed, BED_PHONE, DAHDI_ONHOOKTRANSFER, &(int){1}),
		EINVAL);
	bed_is(bed, "lamp", bed_try(bed, BED_PHONE, DAHDI_VMWI, &(int){1}), EINVAL);
}

static void a_cut_pair_looks_hung_up_and_dead(struct bed *bed)
{
	uint64_t t;

	bed_talk(bed);
	t = bed_now();
	bed_set_knobs(bed, &(struct tipwire_knobs){.cut = 1});
	bed_expect(bed, BED_PORT, DAHDI_EVENT_ONHOOK, t, 2, 4);
	bed_expect(bed, BED_PHONE, DAHDI_EVENT_ONHOOK, t, 0, 2);
	bed_is(bed, "battery", bed_meter(bed).battery, 0);
	t = bed_now();
	bed_set_knobs(bed, &(struct tipwire_knobs){0});
	bed_expect(bed, BED_PORT, DAHDI_EVENT_RINGOFFHOOK, t, 0, 2);
}

static void a_cut_pair_does_not_ring(struct bed *bed)
{
	bed_set_knobs(bed, &(struct tipwire_knobs){.cut = 1});
	bed_hook(bed, BED_PORT, DAHDI_RING);
	bed_pause(bed, 100);
	bed_is(bed, "ring voltage", bed_meter(bed).ringing, 0);
}

static void a_waiting_message_can_swap_the_wires(struct bed *bed)
{
	struct dahdi_vmwi_info vmwi = {.vmwi_type = DAHDI_VMWI_LREV};
	uint64_t t = bed_now();

	bed_control(bed, BED_PORT, DAHDI_VMWI_CONFIG, &vmwi);
	bed_control(bed, BED_PORT, DAHDI_VMWI, &(int){3});
	bed_expect(bed, BED_PHONE, DAHDI_EVENT_POLARITY, t, 0, 2);
	bed_is(bed, "messages", bed_meter(bed).vmwi_messages, 3);
	bed_control(bed, BED_PORT, DAHDI_VMWI, &(int){0});
}

static void a_knob_out_of_range_is_refused(struct bed *bed)
{
	struct tipwire_knobs k = {.trip_ms = TIPWIRE_MS_MAX + 1};

	bed_is(bed, "errno for the time", bed_try(bed, BED_PHONE, TIPWIRE_SET_KNOBS, &k), EINVAL);
	k = (struct tipwire_knobs){.taps = TIPWIRE_TAPS_MAX + 1};
	bed_is(bed, "errno for the taps", bed_try(bed, BED_PHONE, TIPWIRE_SET_KNOBS, &k), EINVAL);
	bed_is(bed, "time kept", bed_knobs(bed).trip_ms, 0);
}

const struct bed_case bed_signal_cases[] = {
	{"lifting_is_seen_at_the_port", lifting_is_seen_at_the_port},
	{"hanging_up_is_seen_3_ms_later", hanging_up_is_seen_3_ms_later},
	{"ring_voltage_follows_the_cadence", ring_voltage_follows_the_cadence},
	{"lifting_takes_ring_voltage_away_at_once", lifting_takes_ring_voltage_away_at_once},
	{"a_tripped_burst_does_not_come_back", a_tripped_burst_does_not_come_back},
	{"ring_trip_is_late_on_demand", ring_trip_is_late_on_demand},
	{"too_short_a_lift_does_not_trip", too_short_a_lift_does_not_trip},
	{"a_port_that_hangs_up_drops_battery_for_500_ms",
		a_port_that_hangs_up_drops_battery_for_500_ms},
	{"no_current_flows_without_battery", no_current_flows_without_battery},
	{"swapped_wires_reach_the_telephone", swapped_wires_reach_the_telephone},
	{"polarity_stays_while_it_rings", polarity_stays_while_it_rings},
	{"a_telephone_cannot_do_what_a_port_does", a_telephone_cannot_do_what_a_port_does},
	{"a_cut_pair_looks_hung_up_and_dead", a_cut_pair_looks_hung_up_and_dead},
	{"a_cut_pair_does_not_ring", a_cut_pair_does_not_ring},
	{"a_waiting_message_can_swap_the_wires", a_waiting_message_can_swap_the_wires},
	{"a_knob_out_of_range_is_refused", a_knob_out_of_range_is_refused},
	{NULL, NULL},
};
