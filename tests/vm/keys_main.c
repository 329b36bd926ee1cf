/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * keyscheck COUNT SEED: how keys pressed on a telephone's line become events on the network (RFC 4733). In the guest, between
 * tests/bed/with-server.sh's processes. Line 1 calls line 2 and presses so many random keys of 40 to 200 ms, at phases of single
 * samples; of each is measured how long after its tone began the first packet passed, how much of the tone was in packets of
 * sound, and how far the duration that the end tells is off. Tells of each "# figure NAME MEDIAN WORST ms of COUNT", and
 * "ok NAME" or "not ok NAME: why". The limits are below what Asterisk 22 was seen to do on DAHDI: 42 ms to the first packet (27 to
 * 54), 5 ms leaked in the median and 20 at worst, 160 ms told of 100.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/story/bed.h"
#include "tests/vm/keys_wire.h"

#define MS_NS     UINT64_C(1000000)
#define SECOND_NS (1000 * MS_NS)
#define SAMPLES_A_MS 8
#define KEYS_MAX  1000
#define LEAD_MAX  160 /* samples of silence before a key: a packet's length, so that the phase is any */
#define SETTLE_NS (150 * MS_NS) /* after a key: its three ends have passed */

static const char keys[] = "0123456789*#ABCD"; /* RFC 4733 s3.2 */

struct check {
	struct bed *bed;
	struct phone *caller, *called;
	struct keys_wire wire;
	uint32_t seed;
	uint64_t begun_ns, ended_ns; /* of the key's tone; ended 0: it sounds, or has not begun */
	unsigned wrong;
	unsigned count;
	double first_ms[KEYS_MAX], leaked_ms[KEYS_MAX], off_ms[KEYS_MAX];
};

static void phone_event_take(const struct phone *phone, const struct phone_event *event, void *arg)
{
	struct check *check = arg;

	if (phone != check->caller)
		return;
	if (event->kind == PHONE_DIGIT)
		check->begun_ns = event->at_ns;
	else if (event->kind == PHONE_DIGIT_END)
		check->ended_ns = event->at_ns;
}

static void sip_take(const struct bed_sip *sip, void *arg)
{
	(void)sip;
	(void)arg;
}

static const struct bed_handlers handlers = {.sip = sip_take, .phone = phone_event_take};

static unsigned random_below(struct check *check, unsigned limit)
{
	check->seed = check->seed * 1664525 + 1013904223;
	return (unsigned)((uint64_t)check->seed * limit >> 32);
}

static uint64_t now_ns(const struct check *check)
{
	return check->bed->ops->now_ns(check->bed);
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static bool hears_dial_tone(void *arg)
{
	const struct check *check = arg;
	enum tones_name tone;

	return phone_tone(check->caller, &tone) && tone == TONES_DIAL;
}

static bool rings(void *arg)
{
	return phone_is_ringing(((const struct check *)arg)->called);
}

static bool key_is_up(void *arg)
{
	return ((const struct check *)arg)->ended_ns;
}

/* Ten seconds at most. */
static bool wait_for(struct check *check, bool (*done)(void *arg))
{
	return check->bed->ops->run(check->bed, now_ns(check) + 10 * SECOND_NS, done, check) == 0 && done(check);
}

static int rest(struct check *check, uint64_t ns)
{
	return check->bed->ops->run(check->bed, now_ns(check) + ns, never, check);
}

/* NULL, or what did not happen. */
static const char *call(struct check *check)
{
	if (phone_lift(check->caller, now_ns(check)) || !wait_for(check, hears_dial_tone))
		return "no dial tone";
	if (mouth_dial(phone_mouth(check->caller), "102", now_ns(check)) || !wait_for(check, rings))
		return "the other telephone does not ring";
	if (phone_lift(check->called, now_ns(check)) || rest(check, SECOND_NS))
		return "it cannot be lifted";
	return NULL;
}

static int press(struct check *check, char key, unsigned on_ms)
{
	static const int16_t silence[LEAD_MAX];
	struct mouth *mouth = phone_mouth(check->caller);
	struct mouth_config config = mouth_defaults;
	const char digits[] = {key, 0};

	config.dtmf_on_ms = on_ms;
	check->ended_ns = 0;
	keys_wire_forget(&check->wire);
	if (mouth_config_set(mouth, &config) || mouth_say_samples(mouth, silence, random_below(check, LEAD_MAX)) ||
	    mouth_dial(mouth, digits, now_ns(check)) || !wait_for(check, key_is_up))
		return EIO;
	return rest(check, SETTLE_NS);
}

static void judge(struct check *check, char key, unsigned on_ms)
{
	const struct keys_event *event = &check->wire.event;
	unsigned true_samples = on_ms * SAMPLES_A_MS;
	bool right = event->begun == 1 && event->ends == 3 && !event->ends_differing && event->code < sizeof(keys) - 1 &&
		keys[event->code] == key && event->told_samples <= event->duration_samples;

	if (!right) {
		printf("# key %c of %u ms: %u events, code %u, %u packets, %u ends of %u samples (%u others), %u told before\n", key, on_ms,
			event->begun, event->code, event->packets, event->ends, event->duration_samples, event->ends_differing,
			event->told_samples);
		check->wrong++;
		return;
	}
	check->first_ms[check->count] = ((double)event->first_ns - (double)check->begun_ns) / MS_NS;
	check->leaked_ms[check->count] = (double)event->leaked_samples / SAMPLES_A_MS;
	check->off_ms[check->count] = fabs((double)event->duration_samples - (double)true_samples) / SAMPLES_A_MS;
	check->count++;
}

/* Every third is the one before again. */
static int press_all(struct check *check, unsigned wanted)
{
	char key = '0';

	for (unsigned i = 0; i < wanted; i++) {
		unsigned on_ms = 40 + random_below(check, 161);

		if (i % 3 != 2)
			key = keys[random_below(check, sizeof(keys) - 1)];
		if (press(check, key, on_ms))
			return EIO;
		keys_wire_step(&check->wire);
		judge(check, key, on_ms);
	}
	return 0;
}

static int by_size(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

static void figure_tell(const char *name, double *ms, unsigned count, double median_max, double worst_max)
{
	double median;

	if (!count)
		return;
	qsort(ms, count, sizeof(*ms), by_size);
	median = (ms[(count - 1) / 2] + ms[count / 2]) / 2;
	printf("# figure %s %.1f %.1f ms of %u, at least %.1f\n", name, median, ms[count - 1], count, ms[0]);
	if (median > median_max || ms[count - 1] > worst_max)
		printf("not ok %s: %.1f ms and %.1f at worst, allowed are %.0f and %.0f\n", name, median, ms[count - 1], median_max, worst_max);
	else
		printf("ok %s\n", name);
}

static void tell(struct check *check, unsigned wanted)
{
	if (check->wrong)
		printf("not ok key_events: %u of %u are not told once, with three ends\n", check->wrong, wanted);
	else
		printf("ok key_events\n");
	figure_tell("key_to_packet", check->first_ms, check->count, 36, 42);
	figure_tell("key_leaks", check->leaked_ms, check->count, 4, 10);
	figure_tell("key_length_off", check->off_ms, check->count, 3, 5);
}

static int check_run(struct check *check, unsigned wanted)
{
	const struct bed_config config = {.lines = 2, .country = "us", .profile = "", .sections = "",
		.dahdi_channels = getenv("TIPRING_CHANNELS"), .sip_port = 5070};
	const char *failure = NULL;
	int err = keys_wire_open(&check->wire);

	if (!err)
		err = bed_dahdi_ops.open(&check->bed, &config, &handlers, check);
	if (!err)
		err = check->bed->ops->phone_add(check->bed, &check->caller, 1);
	if (!err)
		err = check->bed->ops->phone_add(check->bed, &check->called, 2);
	if (!err)
		failure = call(check);
	if (!err && !failure)
		err = press_all(check, wanted);
	if (err || failure)
		printf("not ok key_events: %s\n", failure ? failure : strerror(err));
	else
		tell(check, wanted);
	if (check->bed)
		check->bed->ops->close(check->bed);
	keys_wire_close(&check->wire);
	return err || failure ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static struct check check;
	int wanted = argc == 3 ? atoi(argv[1]) : 0;

	if (wanted < 1 || wanted > KEYS_MAX) {
		fprintf(stderr, "usage: keyscheck COUNT SEED, up to %d keys\n", KEYS_MAX);
		return 2;
	}
	check.seed = (uint32_t)atoi(argv[2]) * 7919;
	return check_run(&check, (unsigned)wanted);
}
