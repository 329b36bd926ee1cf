/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stand-in for the kernel's DAHDI: one FXS channel, number 7. It keeps the state that the driver
 * sets, gives the events that a test puts in, and can make any one call fail.
 */
#ifndef TIPRING_TESTS_FXS_DAHDI_KERNEL_H
#define TIPRING_TESTS_FXS_DAHDI_KERNEL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dahdi/user.h>

#define KERNEL_CHANNEL     7
#define KERNEL_EVENTS_MAX  64
#define KERNEL_SAMPLES_MAX 8192

enum kernel_battery {
	BATTERY_IDLE,
	BATTERY_TALK,
	BATTERY_RING,
	BATTERY_DROP,
};

struct kernel {
	int open_fds;
	int calls;          /* so far */
	int fail_at;        /* this call fails (0: none) ... */
	int fail_errno;     /* ... with this */
	bool failed, failed_ioctl;
	bool claimed, removed, unconfigured;
	int sigtype;
	bool off_hook;
	struct dahdi_params params;
	struct dahdi_bufferinfo buffers;
	struct dahdi_ring_cadence cadence;
	enum kernel_battery battery;
	bool linear, reversed, buffer_events;
	int polarity_errno, transfer_ms, lamp, lamp_type, taps;
	bool options; /* whether the card can reverse, light a lamp ... */
	int events[KERNEL_EVENTS_MAX], event_count;
	int flushes, dry_flushes; /* so many flushes find at once that nothing is left to play */
	int16_t played[KERNEL_SAMPLES_MAX]; /* what was written since the last flush */
	size_t played_count, writable; /* samples it takes before EAGAIN */
	int16_t recorded[KERNEL_SAMPLES_MAX]; /* what there is to read */
	size_t recorded_count;
};

extern struct kernel kernel;

/* cmocka's set-up: makes the driver use it, fresh. */
int kernel_setup(void **state);
int kernel_teardown(void **state);
void kernel_event(int event);

#endif
