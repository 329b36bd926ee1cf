/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How long the gateway takes from an INVITE on the wire to its 180: listens on the loopback interface as a third party,
 * with the kernel's time of each packet, until SIGTERM; then prints the count, the median, the 99th percentile and
 * the worst, in ms. Repetitions of either are left out: the first of each counts.
 *
 * usage: invite_tap SIP-PORT
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>

#include "tests/story/tap.h"

#define CALLS_MAX 8192

struct calls {
	uint64_t invite_ns[CALLS_MAX];
	double delay_ms[CALLS_MAX];
	bool answered[CALLS_MAX];
	size_t count;
};

static void on_sip(const struct bed_sip *sip, void *arg)
{
	struct calls *calls = arg;
	unsigned call = sip->call;

	if (call >= CALLS_MAX || strcmp(sip->method, "INVITE"))
		return;
	if (!sip->out && !sip->status && !calls->invite_ns[call])
		calls->invite_ns[call] = sip->at_ns;
	if (!sip->out || sip->status != 180 || !calls->invite_ns[call] || calls->answered[call])
		return;
	calls->answered[call] = true;
	calls->delay_ms[calls->count++] = (double)(sip->at_ns - calls->invite_ns[call]) / 1e6;
}

static int by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static void report(struct calls *calls)
{
	if (!calls->count)
		return;
	qsort(calls->delay_ms, calls->count, sizeof(*calls->delay_ms), by_size);
	printf("count %zu p50 %.3f p99 %.3f worst %.3f\n", calls->count, calls->delay_ms[calls->count / 2],
		calls->delay_ms[calls->count * 99 / 100], calls->delay_ms[calls->count - 1]);
}

int main(int argc, char **argv)
{
	static struct calls calls;
	struct pollfd polls[2] = {{.events = POLLIN}, {.events = POLLIN}};
	struct tap *tap;
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	if (argc != 2 || tap_alloc(&tap, (unsigned)atoi(argv[1]), on_sip, &calls))
		return EXIT_FAILURE;
	polls[0].fd = tap_fd(tap);
	polls[1].fd = signalfd(-1, &mask, 0);
	while (!(polls[1].revents & POLLIN)) {
		if (poll(polls, 2, -1) > 0)
			tap_step(tap);
	}
	report(&calls);
	tap_free(tap);
	return EXIT_SUCCESS;
}
