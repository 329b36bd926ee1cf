/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A far end behind a bad network: what comes to a port of the loopback address is sent back to where it came from, some of
 * it lost and all of it late, by a seed. None overtakes another. Ends when nothing has come for IDLE_MS.
 * usage: rtp_network PORT LOSS_PERCENT JITTER_MS SEED	(jitter: exponential, half of it in the mean)
 */
#include <arpa/inet.h>
#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define PACKETS_MAX 256
#define BYTES_MAX   1500
#define IDLE_MS     5000

struct packet {
	double due_ms;
	struct sockaddr_in to;
	size_t length;
	uint8_t bytes[BYTES_MAX];
};

static struct packet packets[PACKETS_MAX]; /* a ring, in order */
static unsigned head, count, seed;
static double loss, jitter_ms, last_due_ms, last_came_ms;

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double chance(void)
{
	return (rand_r(&seed) + 0.5) / ((double)RAND_MAX + 1);
}

/* Both are drawn for each packet, so that one does not depend on the other. */
static bool take(int fd)
{
	struct packet *packet = &packets[(head + count) % PACKETS_MAX];
	socklen_t size = sizeof(packet->to);
	ssize_t length = recvfrom(fd, packet->bytes, sizeof(packet->bytes), MSG_DONTWAIT, (struct sockaddr *)&packet->to, &size);
	bool lost = chance() < loss;
	double due_ms = now_ms() - log(chance()) * jitter_ms / 2;

	if (length < 0)
		return false;
	last_came_ms = now_ms();
	last_due_ms = fmax(due_ms, last_due_ms);
	packet->due_ms = last_due_ms;
	packet->length = (size_t)length;
	if (!lost && count < PACKETS_MAX)
		count++;
	return true;
}

static void give(int fd)
{
	for (; count > 0 && packets[head].due_ms <= now_ms(); count--, head = (head + 1) % PACKETS_MAX)
		(void)!sendto(fd, packets[head].bytes, packets[head].length, 0, (struct sockaddr *)&packets[head].to,
			sizeof(packets[head].to));
}

static void wait_for(int fd)
{
	struct pollfd watched = {.fd = fd, .events = POLLIN};
	double until_ms = count > 0 ? packets[head].due_ms : last_came_ms + IDLE_MS, left_ms = until_ms - now_ms();
	struct timespec left = {.tv_sec = (time_t)(left_ms / 1e3), .tv_nsec = (long)(fmod(left_ms, 1e3) * 1e6)};

	if (left_ms > 0)
		(void)ppoll(&watched, 1, &left, NULL);
}

int main(int argc, char **argv)
{
	struct sockaddr_in near = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc != 5) {
		fprintf(stderr, "usage: rtp_network PORT LOSS_PERCENT JITTER_MS SEED\n");
		return 2;
	}
	near.sin_port = htons((uint16_t)atoi(argv[1]));
	near.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&near, sizeof(near))) {
		perror("rtp_network");
		return 1;
	}
	loss = atof(argv[2]) / 100;
	jitter_ms = atof(argv[3]);
	seed = (unsigned)atoi(argv[4]);
	last_came_ms = now_ms();
	while (count > 0 || now_ms() < last_came_ms + IDLE_MS) {
		wait_for(fd);
		give(fd);
		while (take(fd))
			;
	}
	return 0;
}
