/* SPDX-License-Identifier: BSD-3-Clause */
/* The driver for DAHDI channels, against a stand-in for the kernel. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "fxs/fxs.h"
#include "tests/unit/fxs_dahdi_kernel.h"

#define DRIVER (&fxs_dahdi_driver)
#define MS_NS  UINT64_C(1000000)
#define BLOCK  160

static const struct fxs_cadence us_ring = {.on_off_ms = {2000, 4000}, .count = 2};
static uint64_t now_ns;

static struct fxs_bus *bus_opened(void)
{
	struct fxs_bus_config config = {.path = NULL};
	struct fxs_bus *bus;

	now_ns = 1000000 * MS_NS;
	assert_int_equal(DRIVER->bus_open(&bus, &config), 0);
	return bus;
}

static int port_open(struct fxs_port **port, struct fxs_bus *bus, const char *channel, unsigned block)
{
	struct fxs_port_config config = {.channel = channel, .block_samples = block};

	return DRIVER->port_open(port, bus, &config, now_ns);
}

/* A port of its own for each test, with the bus. */
struct fixture {
	struct fxs_bus *bus;
	struct fxs_port *port;
};

static struct fixture begin(void)
{
	struct fixture f = {.bus = bus_opened()};

	assert_int_equal(port_open(&f.port, f.bus, "7", BLOCK), 0);
	return f;
}

static void end(struct fixture *f)
{
	DRIVER->port_close(f->port);
	DRIVER->bus_close(f->bus);
	assert_int_equal(kernel.open_fds, 0);
}

static void expect_event(struct fixture *f, enum fxs_event_kind kind, uint64_t at_ns)
{
	struct fxs_event event;

	assert_int_equal(DRIVER->event_read(f->port, now_ns, &event), 0);
	assert_int_equal(event.kind, kind);
	assert_int_equal(event.at_ns, at_ns);
}

static void expect_no_event(struct fixture *f)
{
	struct fxs_event event;

	assert_int_equal(DRIVER->event_read(f->port, now_ns, &event), EAGAIN);
}

/* ---- opening ---- */

static void test_opening_asks_for_raw_edges_and_linear_sound(void **state)
{
	struct fixture f = begin();

	(void)state;
	assert_int_equal(kernel.params.rxflashtime, 3);
	assert_int_equal(kernel.params.debouncetime, 1);
	assert_int_equal(kernel.params.starttime, 2000);
	assert_int_equal(kernel.params.winktime, 150);
	assert_true(kernel.linear);
	assert_int_equal(kernel.buffers.bufsize, BLOCK);
	assert_int_equal(kernel.buffers.numbufs, 4);
	assert_int_equal(kernel.buffers.txbufpolicy, DAHDI_POLICY_IMMEDIATE);
	assert_int_equal(kernel.battery, BATTERY_IDLE);
	assert_int_equal(DRIVER->event_mask(f.port), EPOLLPRI);
	assert_true(DRIVER->fd(f.port) >= 0);
	assert_int_equal(DRIVER->bus_fd(f.bus), -1);
	assert_int_equal(DRIVER->bus_service(f.bus, now_ns), 0);
	end(&f);
}

static void test_names_and_blocks_are_judged_before_the_kernel_is_asked(void **state)
{
	static const char *const bad[] = {"", "seven", "7a", " 7", "+7", "-7", "0", "07"};
	struct fxs_bus *bus = bus_opened();
	struct fxs_port *port;
	int calls = kernel.calls;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(port_open(&port, bus, bad[i], BLOCK), EINVAL);
	assert_int_equal(port_open(&port, bus, NULL, BLOCK), EINVAL);
	assert_int_equal(port_open(&port, bus, "7", 20), EINVAL);
	assert_int_equal(port_open(&port, bus, "7", 0), EINVAL);
	assert_int_equal(port_open(&port, bus, "1025", BLOCK), ENODEV);
	assert_int_equal(port_open(&port, bus, "99999999999999999999", BLOCK), ENODEV);
	assert_int_equal(kernel.calls, calls);
	DRIVER->bus_close(bus);
}

static void test_channels_that_cannot_be_a_line_are_refused(void **state)
{
	struct fxs_bus *bus = bus_opened();
	struct fxs_port *port;

	(void)state;
	assert_int_equal(port_open(&port, bus, "8", BLOCK), ENODEV);
	kernel.unconfigured = true;
	assert_int_equal(port_open(&port, bus, "7", BLOCK), ENODEV);
	kernel.unconfigured = false;
	kernel.sigtype = DAHDI_SIG_FXSKS; /* a port for exchange lines, not for telephones */
	assert_int_equal(port_open(&port, bus, "7", BLOCK), ENODEV);
	kernel.sigtype = DAHDI_SIG_FXOKS;
	kernel.claimed = true;
	assert_int_equal(port_open(&port, bus, "7", BLOCK), EBUSY);
	kernel.claimed = false;
	assert_int_equal(kernel.open_fds, 0);
	DRIVER->bus_close(bus);
}

static void test_a_missing_dahdi_is_told_when_the_bus_opens(void **state)
{
	struct fxs_bus_config config = {.path = NULL};
	struct fxs_bus *bus;

	(void)state;
	kernel.fail_at = 1;
	kernel.fail_errno = ENOENT;
	assert_int_equal(DRIVER->bus_open(&bus, &config), ENOENT);
}

static void test_closing_leaves_a_quiet_line(void **state)
{
	struct fixture f = begin();

	(void)state;
	kernel.off_hook = true;
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_REVERSED, now_ns), 0);
	end(&f);
	assert_int_equal(kernel.battery, BATTERY_IDLE); /* by RINGOFF: ONHOOK would have dropped it */
	assert_false(kernel.reversed);
}

/* ---- hook ---- */

static void test_edges_are_timed_and_on_hook_is_told_3_ms_earlier(void **state)
{
	struct fixture f = begin();

	(void)state;
	kernel_event(DAHDI_EVENT_RINGOFFHOOK);
	expect_event(&f, FXS_EVENT_OFF_HOOK, now_ns);
	now_ns += 60 * MS_NS;
	kernel_event(DAHDI_EVENT_ONHOOK);
	expect_event(&f, FXS_EVENT_ON_HOOK, now_ns - 3 * MS_NS);
	expect_no_event(&f);
	end(&f);
}

static void test_edges_never_go_back_in_time(void **state)
{
	struct fixture f = begin();

	(void)state;
	kernel_event(DAHDI_EVENT_RINGOFFHOOK);
	kernel_event(DAHDI_EVENT_ONHOOK);
	expect_event(&f, FXS_EVENT_OFF_HOOK, now_ns);
	expect_event(&f, FXS_EVENT_ON_HOOK, now_ns);
	end(&f);
}

static void test_repeated_levels_are_told_once(void **state)
{
	struct fixture f = begin();

	(void)state;
	kernel_event(DAHDI_EVENT_ONHOOK);
	kernel_event(DAHDI_EVENT_RINGOFFHOOK);
	kernel_event(DAHDI_EVENT_RINGOFFHOOK);
	kernel_event(DAHDI_EVENT_HOOKCOMPLETE);
	expect_event(&f, FXS_EVENT_OFF_HOOK, now_ns);
	expect_no_event(&f);
	end(&f);
}

static void test_a_first_state_off_hook_gives_no_event(void **state)
{
	struct fixture f;
	bool off_hook = false;

	(void)state;
	kernel.off_hook = true;
	f = begin();
	for (int i = 0; i < 5; i++) {
		now_ns += 20 * MS_NS;
		expect_no_event(&f);
	}
	assert_int_equal(DRIVER->hook_get(f.port, &off_hook), 0);
	assert_true(off_hook);
	end(&f);
}

static void test_an_edge_that_was_lost_is_found(void **state)
{
	struct fixture f = begin();
	struct fxs_counters counters;
	uint64_t seen_ns;

	(void)state;
	now_ns += 100 * MS_NS;
	kernel.off_hook = true;
	expect_no_event(&f);
	seen_ns = now_ns;
	now_ns += 4 * MS_NS;
	expect_no_event(&f); /* it may still come */
	now_ns += 2 * MS_NS;
	expect_event(&f, FXS_EVENT_OFF_HOOK, seen_ns);
	DRIVER->counters_get(f.port, &counters);
	assert_int_equal(counters.events_lost, 1);
	now_ns += 20 * MS_NS;
	expect_no_event(&f);
	end(&f);
}

static void test_an_edge_that_comes_late_is_not_told_twice(void **state)
{
	struct fixture f = begin();

	(void)state;
	now_ns += 100 * MS_NS;
	kernel.off_hook = true;
	expect_no_event(&f);
	now_ns += 5 * MS_NS;
	kernel_event(DAHDI_EVENT_RINGOFFHOOK);
	expect_event(&f, FXS_EVENT_OFF_HOOK, now_ns);
	now_ns += 20 * MS_NS;
	expect_no_event(&f);
	end(&f);
}

static void test_a_contact_seen_in_passing_is_no_edge(void **state)
{
	struct fixture f = begin();

	(void)state;
	now_ns += 100 * MS_NS;
	kernel.off_hook = true;
	expect_no_event(&f);
	kernel.off_hook = false;
	now_ns += 20 * MS_NS;
	expect_no_event(&f);
	kernel.off_hook = true;
	now_ns += 20 * MS_NS;
	expect_no_event(&f);
	end(&f);
}

static void test_more_events_than_fit_are_counted(void **state)
{
	struct fixture f = begin();
	struct fxs_counters counters;
	struct fxs_event event;
	int16_t samples[BLOCK];
	int told = 0;

	(void)state;
	assert_int_equal(DRIVER->audio_start(f.port, now_ns), 0);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 40; i++)
			kernel_event(i % 2 ? DAHDI_EVENT_ONHOOK : DAHDI_EVENT_RINGOFFHOOK);
		assert_int_equal(DRIVER->read(f.port, samples, BLOCK), EAGAIN);
	}
	while (!DRIVER->event_read(f.port, now_ns, &event))
		told++;
	DRIVER->counters_get(f.port, &counters);
	assert_int_equal(told, 64);
	assert_int_equal(counters.events_lost, 16);
	end(&f);
}

static void test_alarms_and_lost_cards_are_faults(void **state)
{
	struct fixture f = begin();
	int16_t samples[BLOCK];

	(void)state;
	kernel_event(DAHDI_EVENT_ALARM);
	expect_event(&f, FXS_EVENT_FAULT, now_ns);
	kernel_event(DAHDI_EVENT_NOALARM);
	expect_event(&f, FXS_EVENT_FAULT_CLEARED, now_ns);
	kernel_event(DAHDI_EVENT_REMOVED);
	expect_event(&f, FXS_EVENT_FAULT, now_ns);
	kernel.removed = true;
	now_ns += 1000 * MS_NS;
	expect_no_event(&f);
	assert_int_equal(DRIVER->audio_start(f.port, now_ns), ENODEV);
	assert_int_equal(DRIVER->read(f.port, samples, BLOCK), EAGAIN);
	end(&f);
	kernel.removed = false;
}

static void test_a_card_that_is_gone_without_a_word_is_a_fault(void **state)
{
	struct fixture f = begin();

	(void)state;
	kernel.removed = true;
	expect_event(&f, FXS_EVENT_FAULT, now_ns);
	expect_no_event(&f);
	end(&f);
	kernel.removed = false;
}

static void test_the_kernel_s_own_verdicts_are_a_surprise(void **state)
{
	struct fixture f = begin();
	struct fxs_counters counters;

	(void)state;
	kernel_event(DAHDI_EVENT_WINKFLASH);
	kernel_event(DAHDI_EVENT_PULSE_START);
	expect_no_event(&f);
	DRIVER->counters_get(f.port, &counters);
	assert_int_equal(counters.misbehaved, 2);
	end(&f);
}

/* ---- sound ---- */

static void test_sound_begins_with_silence_of_a_block_and_10_ms(void **state)
{
	static const unsigned blocks[] = {40, 80, 160};
	struct fxs_bus *bus = bus_opened();
	struct fxs_port *port;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		int16_t silence[KERNEL_SAMPLES_MAX] = {0};

		assert_int_equal(port_open(&port, bus, "7", blocks[i]), 0);
		assert_true(kernel.buffers.numbufs * kernel.buffers.bufsize == 640);
		kernel.recorded_count = 1000; /* stale */
		assert_int_equal(DRIVER->audio_start(port, now_ns), 0);
		assert_int_equal(kernel.played_count, blocks[i] + 80);
		assert_memory_equal(kernel.played, silence, kernel.played_count * 2);
		assert_int_equal(kernel.recorded_count, 0);
		assert_true(kernel.buffer_events);
		DRIVER->port_close(port);
	}
	DRIVER->bus_close(bus);
}

static void test_sound_passes_unchanged(void **state)
{
	struct fixture f = begin();
	int16_t samples[BLOCK];

	(void)state;
	for (int i = 0; i < BLOCK; i++)
		samples[i] = (int16_t)(INT16_MIN + 400 * i);
	assert_int_equal(DRIVER->read(f.port, samples, BLOCK), EAGAIN);
	assert_int_equal(DRIVER->write(f.port, samples, BLOCK), EAGAIN);
	assert_int_equal(DRIVER->audio_start(f.port, now_ns), 0);
	assert_int_equal(DRIVER->write(f.port, samples, BLOCK), 0);
	assert_int_equal(kernel.played_count, 240 + BLOCK);
	assert_memory_equal(kernel.played + 240, samples, sizeof samples);
	kernel.recorded_count = BLOCK;
	memcpy(kernel.recorded, samples, sizeof samples);
	memset(samples, 0, sizeof samples);
	assert_int_equal(DRIVER->read(f.port, samples, BLOCK), 0);
	assert_int_equal(samples[BLOCK - 1], INT16_MIN + 400 * (BLOCK - 1));
	assert_int_equal(DRIVER->read(f.port, samples, BLOCK), EAGAIN);
	assert_int_equal(DRIVER->read(f.port, samples, 80), EINVAL);
	assert_int_equal(DRIVER->write(f.port, samples, 80), EINVAL);
	end(&f);
}

static void test_what_waits_can_be_overtaken_without_losing_its_depth(void **state)
{
	static const struct {
		unsigned block, owed;
	} rows[] = {{40, 2}, {80, 1}, {160, 1}};
	struct fxs_bus *bus = bus_opened();
	struct fxs_port *port;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(port_open(&port, bus, "7", rows[i].block), 0);
		assert_int_equal(DRIVER->write_overtake(port), 0);
		assert_int_equal(DRIVER->audio_start(port, now_ns), 0);
		kernel.recorded_count = rows[i].block;
		assert_int_equal(DRIVER->write_overtake(port), rows[i].owed);
		assert_int_equal(kernel.played_count, 0);
		assert_int_equal(kernel.recorded_count, rows[i].block);
		DRIVER->port_close(port);
	}
	DRIVER->bus_close(bus);
}

static void test_starting_and_stopping_twice_is_fine(void **state)
{
	struct fixture f = begin();

	(void)state;
	assert_int_equal(DRIVER->audio_start(f.port, now_ns), 0);
	assert_int_equal(DRIVER->audio_start(f.port, now_ns), 0);
	assert_int_equal(kernel.flushes, 1);
	assert_int_equal(DRIVER->audio_stop(f.port), 0);
	assert_int_equal(DRIVER->audio_stop(f.port), 0);
	assert_int_equal(kernel.flushes, 2);
	assert_false(kernel.buffer_events);
	end(&f);
}

static void test_events_do_not_stop_sound_and_are_kept(void **state)
{
	struct fixture f = begin();
	int16_t samples[BLOCK] = {1};

	(void)state;
	assert_int_equal(DRIVER->audio_start(f.port, now_ns), 0);
	kernel.recorded_count = BLOCK;
	kernel_event(DAHDI_EVENT_RINGOFFHOOK);
	assert_int_equal(DRIVER->read(f.port, samples, BLOCK), 0);
	kernel_event(DAHDI_EVENT_ONHOOK);
	assert_int_equal(DRIVER->write(f.port, samples, BLOCK), 0);
	expect_event(&f, FXS_EVENT_OFF_HOOK, now_ns);
	expect_event(&f, FXS_EVENT_ON_HOOK, now_ns);
	end(&f);
}

static void test_a_block_that_the_card_does_not_take_is_counted(void **state)
{
	struct fixture f = begin();
	struct fxs_counters counters;
	int16_t samples[BLOCK] = {0};

	(void)state;
	assert_int_equal(DRIVER->audio_start(f.port, now_ns), 0);
	kernel.writable = kernel.played_count;
	assert_int_equal(DRIVER->write(f.port, samples, BLOCK), EAGAIN);
	DRIVER->counters_get(f.port, &counters);
	assert_int_equal(counters.write_lost_blocks, 1);
	end(&f);
}

static void test_running_dry_or_over_begins_sound_anew(void **state)
{
	static const int events[] = {DAHDI_EVENT_WRITE_UNDERRUN, DAHDI_EVENT_READ_OVERRUN};
	struct fixture f = begin();
	struct fxs_counters counters;
	int16_t samples[BLOCK] = {1};

	(void)state;
	assert_int_equal(DRIVER->audio_start(f.port, now_ns), 0);
	for (int i = 0; i < 2; i++) {
		kernel.recorded_count = 4 * BLOCK;
		kernel_event(events[i]);
		assert_int_equal(DRIVER->write(f.port, samples, BLOCK), 0);
		assert_int_equal(kernel.flushes, 2 + i);
		assert_int_equal(kernel.recorded_count, 0);
		assert_int_equal(kernel.played_count, 240 + BLOCK);
	}
	expect_no_event(&f);
	DRIVER->counters_get(f.port, &counters);
	assert_int_equal(counters.write_lost_blocks, 1);
	assert_int_equal(counters.read_lost_blocks, 1);
	end(&f);
}

static void test_beginning_anew_is_tried_once(void **state)
{
	struct fixture f = begin();
	int16_t samples[BLOCK] = {1};

	(void)state;
	assert_int_equal(DRIVER->audio_start(f.port, now_ns), 0);
	kernel.dry_flushes = 5;
	kernel_event(DAHDI_EVENT_WRITE_UNDERRUN);
	assert_int_equal(DRIVER->write(f.port, samples, BLOCK), 0);
	assert_int_equal(kernel.flushes, 2);
	end(&f);
}

/* ---- ring and feed ---- */

static void test_ring_sets_the_cadence_and_tells_its_bursts(void **state)
{
	struct fixture f = begin();

	(void)state;
	assert_int_equal(DRIVER->ring_start(f.port, &us_ring, now_ns), 0);
	assert_int_equal(kernel.battery, BATTERY_RING);
	assert_int_equal(kernel.cadence.ringcadence[0], 2000);
	assert_int_equal(kernel.cadence.ringcadence[1], 4000);
	assert_int_equal(kernel.cadence.ringcadence[2], 0);
	assert_true(kernel.buffer_events); /* sound is on */
	expect_event(&f, FXS_EVENT_RING_BURST, now_ns);
	now_ns += 2000 * MS_NS;
	kernel_event(DAHDI_EVENT_RINGEROFF);
	expect_event(&f, FXS_EVENT_RING_PAUSE, now_ns);
	now_ns += 4000 * MS_NS;
	kernel_event(DAHDI_EVENT_RINGERON);
	expect_event(&f, FXS_EVENT_RING_BURST, now_ns);
	assert_int_equal(DRIVER->ring_stop(f.port, now_ns), 0);
	assert_int_equal(kernel.battery, BATTERY_IDLE);
	kernel_event(DAHDI_EVENT_RINGEROFF);
	expect_no_event(&f);
	end(&f);
}

static void test_lifting_ends_the_voltage(void **state)
{
	struct fixture f = begin();

	(void)state;
	assert_int_equal(DRIVER->ring_start(f.port, &us_ring, now_ns), 0);
	expect_event(&f, FXS_EVENT_RING_BURST, now_ns);
	kernel.off_hook = true;
	kernel_event(DAHDI_EVENT_RINGOFFHOOK);
	expect_event(&f, FXS_EVENT_OFF_HOOK, now_ns);
	assert_int_equal(kernel.battery, BATTERY_IDLE);
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_ACTIVE, now_ns), 0);
	assert_int_equal(DRIVER->ring_stop(f.port, now_ns), 0);
	assert_int_equal(kernel.battery, BATTERY_TALK); /* the late stop does not end the call */
	end(&f);
}

static void test_a_telephone_off_hook_is_not_rung(void **state)
{
	static const struct fxs_cadence bad = {.on_off_ms = {2000}, .count = 1};
	struct fixture f = begin();

	(void)state;
	kernel.off_hook = true;
	assert_int_equal(DRIVER->ring_start(f.port, &us_ring, now_ns), EBUSY);
	kernel.off_hook = false;
	assert_int_equal(DRIVER->ring_start(f.port, &bad, now_ns), EINVAL);
	assert_int_equal(kernel.battery, BATTERY_IDLE);
	end(&f);
}

static void test_ringing_again_begins_the_cadence_anew(void **state)
{
	struct fixture f = begin();

	(void)state;
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_ACTIVE, now_ns), 0);
	assert_int_equal(DRIVER->ring_start(f.port, &us_ring, now_ns), 0);
	assert_int_equal(DRIVER->ring_start(f.port, &us_ring, now_ns), 0);
	assert_int_equal(kernel.battery, BATTERY_RING);
	end(&f);
}

static void test_each_feed(void **state)
{
	struct fixture f = begin();

	(void)state;
	kernel.off_hook = true;
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_ACTIVE, now_ns), 0);
	assert_int_equal(kernel.battery, BATTERY_TALK);
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_REVERSED, now_ns), 0);
	assert_true(kernel.reversed);
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_ACTIVE, now_ns), 0);
	assert_false(kernel.reversed);
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_OPEN, now_ns), 0);
	assert_int_equal(kernel.battery, BATTERY_DROP);
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_ACTIVE, now_ns), 0); /* at once */
	assert_int_equal(kernel.battery, BATTERY_TALK);
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_IDLE, now_ns), 0);
	assert_int_equal(kernel.battery, BATTERY_IDLE);
	end(&f);
}

static void test_a_drop_ends_by_itself(void **state)
{
	struct fixture f = begin();

	(void)state;
	kernel.off_hook = true;
	kernel_event(DAHDI_EVENT_RINGOFFHOOK);
	expect_event(&f, FXS_EVENT_OFF_HOOK, now_ns);
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_OPEN, now_ns), 0);
	now_ns += 300 * MS_NS;
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_IDLE, now_ns), 0);
	assert_int_equal(kernel.battery, BATTERY_DROP);
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_OPEN, now_ns), 0);
	now_ns += 900 * MS_NS;
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_IDLE, now_ns), 0);
	assert_int_equal(kernel.battery, BATTERY_IDLE);
	end(&f);
}

static void test_a_dropped_battery_is_no_hanging_up(void **state)
{
	struct fixture f = begin();
	bool off_hook;

	(void)state;
	kernel.off_hook = true;
	kernel_event(DAHDI_EVENT_RINGOFFHOOK);
	expect_event(&f, FXS_EVENT_OFF_HOOK, now_ns);
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_OPEN, now_ns), 0);
	kernel.off_hook = false; /* no current can be seen */
	for (int i = 0; i < 39; i++) {
		now_ns += 20 * MS_NS;
		expect_no_event(&f);
		assert_int_equal(DRIVER->hook_get(f.port, &off_hook), 0);
		assert_true(off_hook);
	}
	now_ns += 20 * MS_NS;
	expect_no_event(&f);
	now_ns += 20 * MS_NS; /* now it can, and the telephone is really on-hook */
	expect_event(&f, FXS_EVENT_ON_HOOK, now_ns - 20 * MS_NS);
	end(&f);
}

static void test_cards_with_and_without_options(void **state)
{
	struct fixture f = begin();

	(void)state;
	assert_int_equal(DRIVER->onhook_transfer(f.port, 4000), 0);
	assert_int_equal(kernel.transfer_ms, 4000);
	assert_int_equal(DRIVER->lamp_set(f.port, true), 0);
	assert_int_equal(kernel.lamp, 1);
	assert_int_equal(kernel.lamp_type, DAHDI_VMWI_HVAC);
	assert_int_equal(DRIVER->lamp_set(f.port, false), 0);
	assert_int_equal(kernel.lamp, 0);
	assert_int_equal(DRIVER->echo_cancel_set(f.port, 128), 0);
	assert_int_equal(kernel.taps, 128);
	kernel.options = false;
	assert_int_equal(DRIVER->onhook_transfer(f.port, 4000), ENOTSUP);
	assert_int_equal(DRIVER->lamp_set(f.port, true), ENOTSUP);
	assert_int_equal(DRIVER->echo_cancel_set(f.port, 128), ENOTSUP);
	assert_int_equal(DRIVER->feed_set(f.port, FXS_FEED_REVERSED, now_ns), ENOTSUP);
	assert_int_equal(kernel.battery, BATTERY_IDLE); /* nothing half done */
	end(&f);
}

/* ---- every call failing once ---- */

/* One life of a line; stops at the first error. */
static int life(struct fxs_bus **bus, struct fxs_port **port)
{
	struct fxs_bus_config bus_config = {.path = NULL};
	struct fxs_event event;
	int16_t samples[BLOCK] = {0};
	bool off_hook;
	int err;

	if ((err = DRIVER->bus_open(bus, &bus_config)) || (err = port_open(port, *bus, "7", BLOCK)) ||
		(err = DRIVER->hook_get(*port, &off_hook)) ||
		(err = DRIVER->onhook_transfer(*port, 100)) ||
		(err = DRIVER->lamp_set(*port, true)) ||
		(err = DRIVER->echo_cancel_set(*port, 128)) ||
		(err = DRIVER->ring_start(*port, &us_ring, now_ns)))
		return err;
	kernel_event(DAHDI_EVENT_RINGOFFHOOK);
	err = DRIVER->write(*port, samples, BLOCK);
	if (err)
		return err;
	kernel.recorded_count = BLOCK;
	err = DRIVER->read(*port, samples, BLOCK);
	if (err)
		return err;
	while (!DRIVER->event_read(*port, now_ns, &event) && event.kind != FXS_EVENT_FAULT)
		;
	if ((err = DRIVER->ring_stop(*port, now_ns)) ||
		(err = DRIVER->feed_set(*port, FXS_FEED_REVERSED, now_ns)) ||
		(err = DRIVER->audio_stop(*port)) ||
		(err = DRIVER->feed_set(*port, FXS_FEED_OPEN, now_ns)))
		return err;
	return DRIVER->feed_set(*port, FXS_FEED_IDLE, now_ns);
}

static void test_every_call_may_fail_once_without_harm(void **state)
{
	static const int errnos[] = {EINTR, EAGAIN, ENODEV, EIO, ENOMEM, EBUSY, EINVAL, ENOTTY, ENXIO,
		ELAST, EFAULT, ENODATA};
	int failed_calls = 0;

	for (size_t e = 0; e < sizeof errnos / sizeof errnos[0]; e++) {
		for (int at = 1;; at++) {
			struct fxs_bus *bus = NULL;
			struct fxs_port *port = NULL;
			int err;

			kernel_teardown(state);
			kernel_setup(state);
			now_ns = 1000 * MS_NS;
			kernel.fail_at = at;
			kernel.fail_errno = errnos[e];
			err = life(&bus, &port);
			assert_in_range(err, 0, 200);
			DRIVER->port_close(port);
			DRIVER->bus_close(bus);
			assert_int_equal(kernel.open_fds, 0);
			if (!kernel.failed || (kernel.failed_ioctl && errnos[e] == EINTR))
				assert_int_equal(err, 0);
			failed_calls += kernel.failed;
			if (kernel.calls < at)
				break;
		}
	}
	assert_true(failed_calls > 11 * 30);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_setup, kernel_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_opening_asks_for_raw_edges_and_linear_sound),
		TEST(test_names_and_blocks_are_judged_before_the_kernel_is_asked),
		TEST(test_channels_that_cannot_be_a_line_are_refused),
		TEST(test_a_missing_dahdi_is_told_when_the_bus_opens),
		TEST(test_closing_leaves_a_quiet_line),
		TEST(test_edges_are_timed_and_on_hook_is_told_3_ms_earlier),
		TEST(test_edges_never_go_back_in_time),
		TEST(test_repeated_levels_are_told_once),
		TEST(test_a_first_state_off_hook_gives_no_event),
		TEST(test_an_edge_that_was_lost_is_found),
		TEST(test_an_edge_that_comes_late_is_not_told_twice),
		TEST(test_a_contact_seen_in_passing_is_no_edge),
		TEST(test_more_events_than_fit_are_counted),
		TEST(test_alarms_and_lost_cards_are_faults),
		TEST(test_a_card_that_is_gone_without_a_word_is_a_fault),
		TEST(test_the_kernel_s_own_verdicts_are_a_surprise),
		TEST(test_sound_begins_with_silence_of_a_block_and_10_ms),
		TEST(test_sound_passes_unchanged),
		TEST(test_what_waits_can_be_overtaken_without_losing_its_depth),
		TEST(test_starting_and_stopping_twice_is_fine),
		TEST(test_events_do_not_stop_sound_and_are_kept),
		TEST(test_a_block_that_the_card_does_not_take_is_counted),
		TEST(test_running_dry_or_over_begins_sound_anew),
		TEST(test_beginning_anew_is_tried_once),
		TEST(test_ring_sets_the_cadence_and_tells_its_bursts),
		TEST(test_lifting_ends_the_voltage),
		TEST(test_a_telephone_off_hook_is_not_rung),
		TEST(test_ringing_again_begins_the_cadence_anew),
		TEST(test_each_feed),
		TEST(test_a_drop_ends_by_itself),
		TEST(test_a_dropped_battery_is_no_hanging_up),
		TEST(test_cards_with_and_without_options),
		TEST(test_every_call_may_fail_once_without_harm),
	};

	return cmocka_run_group_tests_name("fxs_dahdi", tests, NULL, NULL);
}
