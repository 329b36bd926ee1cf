/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A far end's sound beside SIPp's: sends a tone as RTP (PCMU, 20 ms) from one port of the loopback address to another.
 * usage: rtp_tone FROM_PORT TO_PORT HZ[+HZ] MS
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dsp/dsp.h"
#include "dsp/g711.h"
#include "dsp/osc.h"
#include "sip/rtp.h"

#define PACKET_SAMPLES 160
#define PACKET_NS      20000000L
#define LEVEL_DBM0     -13.0

static int socket_between(uint16_t from, uint16_t to)
{
	struct sockaddr_in near = {.sin_family = AF_INET, .sin_port = htons(from)}, far = {.sin_family = AF_INET, .sin_port = htons(to)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	near.sin_addr.s_addr = far.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&near, sizeof(near)) || connect(fd, (struct sockaddr *)&far, sizeof(far))) {
		perror("rtp_tone");
		exit(1);
	}
	return fd;
}

static void block_fill(int16_t *samples, uint32_t phases[2], const uint32_t steps[2])
{
	float peak = dsp_osc_peak(LEVEL_DBM0);

	for (size_t i = 0; i < PACKET_SAMPLES; i++) {
		float sum = 0;

		for (int tone = 0; tone < 2; tone++) {
			sum += steps[tone] ? peak * dsp_osc_sine(phases[tone]) : 0;
			phases[tone] += steps[tone];
		}
		samples[i] = dsp_osc_saturate(sum);
	}
}

static void later(struct timespec *at)
{
	at->tv_nsec += PACKET_NS;
	if (at->tv_nsec >= 1000000000L) {
		at->tv_nsec -= 1000000000L;
		at->tv_sec++;
	}
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, at, NULL);
}

static void play(int fd, const uint32_t steps[2], unsigned packets)
{
	uint8_t bytes[UA_RTP_HEADER_BYTES + PACKET_SAMPLES], payload[PACKET_SAMPLES];
	struct ua_rtp_sender sender = {.ssrc = (uint32_t)getpid(), .sequence = 1};
	uint32_t phases[2] = {0, 0};
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	for (unsigned i = 0; i < packets; i++) {
		int16_t samples[PACKET_SAMPLES];

		block_fill(samples, phases, steps);
		dsp_g711_encode(DSP_LAW_MU, payload, samples, PACKET_SAMPLES);
		(void)!send(fd, bytes, ua_rtp_sender_packet(&sender, bytes, sizeof(bytes), 0, i == 0, payload, PACKET_SAMPLES,
			PACKET_SAMPLES), 0);
		later(&at);
	}
}

int main(int argc, char **argv)
{
	double hz[2] = {0, 0};
	uint32_t steps[2];

	if (argc != 5 || sscanf(argv[3], "%lf+%lf", &hz[0], &hz[1]) < 1) {
		fprintf(stderr, "usage: rtp_tone FROM_PORT TO_PORT HZ[+HZ] MS\n");
		return 2;
	}
	for (int i = 0; i < 2; i++)
		steps[i] = hz[i] > 0 ? dsp_osc_step(hz[i]) : 0;
	if (dsp_init()) {
		fprintf(stderr, "rtp_tone: the tables cannot be made\n");
		return 1;
	}
	play(socket_between((uint16_t)atoi(argv[1]), (uint16_t)atoi(argv[2])), steps, (unsigned)atoi(argv[4]) / 20);
	return 0;
}
