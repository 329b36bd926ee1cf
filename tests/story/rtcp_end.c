/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A far end's sound and its reports, beside SIPp's signalling, read and written by hand from RFC 3550 and 3611. On a port of the
 * loopback address it sends all sound back under its own SSRC, but leaves out one packet in LOSE; on the port after it hears
 * and sends reports. Meanwhile a stranger sends noise to where the sound goes. It ends with the other's BYE, and is content when
 *   - that compound counts what was sent, and what was lost, and rates it (VoIP metrics)
 *   - a report named the newest of its own
 *   - each silence of more than HOLD_MS had reports in it ('r'), or none ('n'), as HOLDS says in order.
 * usage: rtcp_end PORT LOSE HOLDS|-
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HOLD_MS     8000
#define SETTLE_MS   500  /* after the last packet: one report may be on its way */
#define RESUME_MS   300  /* before the next one: the hold may be over already */
#define REPORT_MS   2000
#define PATIENCE_MS 30000
#define SSRC        0x7e57f00du
#define OTHER_TALK  0x20 /* loud noise in mu-law, near enough */

static int fds[2], stranger;
static struct sockaddr_in far; /* where sound comes from */
static uint32_t packets, octets, sent, skipped, far_ssrc;
static uint16_t sequence = 65500;
static uint32_t timestamp = 4711, middle;
static bool named; /* a report of the other named ours */
static uint64_t sound_ms, report_ms;
static unsigned reports_in_silence;
static uint64_t heard_report_ms; /* the newest of them */
static const char *holds;

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void wrong(const char *what, long is, long should)
{
	printf("rtcp_end: %s: %ld instead of %ld\n", what, is, should);
	exit(1);
}

static int bound(const char *addr, int port)
{
	struct sockaddr_in near = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || inet_pton(AF_INET, addr, &near.sin_addr) != 1 || bind(fd, (struct sockaddr *)&near, sizeof(near))) {
		perror("rtcp_end");
		exit(1);
	}
	return fd;
}

static uint32_t get32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void put32(uint8_t *bytes, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void send_to(int fd, int port_after, const uint8_t *bytes, size_t length)
{
	struct sockaddr_in to = far;

	to.sin_port = htons((uint16_t)(ntohs(far.sin_port) + port_after));
	(void)!sendto(fd, bytes, length, 0, (struct sockaddr *)&to, sizeof(to));
}

static void stranger_speak(void)
{
	static uint8_t bytes[172] = {0x80, 0};
	static uint16_t number;

	number++;
	bytes[2] = (uint8_t)(number >> 8);
	bytes[3] = (uint8_t)number;
	put32(bytes + 4, number * 160u);
	put32(bytes + 8, 0x57a4u);
	for (size_t i = 12; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i % 5 ? OTHER_TALK : OTHER_TALK | 0x80);
	send_to(stranger, 0, bytes, sizeof(bytes));
}

/* SR with the names of it all, and no block: what is tested is the other's. */
static void report_send(void)
{
	uint8_t bytes[40] = {0x80, 200, 0, 6};
	uint64_t ms = now_ms();

	put32(bytes + 4, SSRC);
	put32(bytes + 8, (uint32_t)(ms / 1000));
	put32(bytes + 12, (uint32_t)(((ms % 1000) << 32) / 1000));
	put32(bytes + 16, timestamp);
	put32(bytes + 20, sent);
	put32(bytes + 24, sent * 160);
	memcpy(bytes + 28, (const uint8_t[]){0x81, 202, 0, 2}, 4);
	put32(bytes + 32, SSRC);
	memcpy(bytes + 36, (const uint8_t[]){1, 1, 'x', 0}, 4);
	middle = get32(bytes + 8) << 16 | get32(bytes + 12) >> 16;
	send_to(fds[1], 1, bytes, sizeof(bytes));
	report_ms = ms;
}

static void silence_judge(uint64_t ms)
{
	if (reports_in_silence && heard_report_ms + RESUME_MS > ms)
		reports_in_silence--;
	if (ms >= sound_ms + HOLD_MS && sound_ms) {
		if (*holds != 'r' && *holds != 'n')
			wrong("a silence that was not expected, ms", (long)(ms - sound_ms), 0);
		if ((*holds == 'r') != (reports_in_silence > 0))
			wrong("reports while the call is held", reports_in_silence, *holds == 'r');
		holds++;
	}
	reports_in_silence = 0;
}

static void sound_take(int lose)
{
	struct sockaddr_in source;
	socklen_t size = sizeof(source);
	uint8_t bytes[2000];
	ssize_t length = recvfrom(fds[0], bytes, sizeof(bytes), 0, (struct sockaddr *)&source, &size);

	if (length < 12 || bytes[1] >= 128 + 64)
		return;
	silence_judge(now_ms());
	sound_ms = now_ms();
	far = source;
	far_ssrc = get32(bytes + 8);
	packets++;
	octets += (uint32_t)length - 12;
	sequence++;
	timestamp += 160;
	bytes[2] = (uint8_t)(sequence >> 8);
	bytes[3] = (uint8_t)sequence;
	put32(bytes + 4, timestamp);
	put32(bytes + 8, SSRC);
	if (lose && packets % (unsigned)lose == 0) {
		skipped++;
	} else {
		send_to(fds[0], 0, bytes, (size_t)length);
		sent++;
	}
	stranger_speak();
}

static void near_enough(const char *what, long is, long should, long off)
{
	if (is < should - off || is > should + off)
		wrong(what, is, should);
}

/* What the last compound says; a packet of sound may still have been under way. */
static void compound_judge(const uint8_t *bytes, size_t length, bool *bye)
{
	bool has_metrics = false, has_name = false;

	for (size_t at = 0; at + 4 <= length;) {
		const uint8_t *packet = bytes + at;
		size_t size = 4 + 4 * (size_t)(packet[2] << 8 | packet[3]);
		const uint8_t *block = packet + (packet[1] == 200 ? 28 : 8);

		if (at + size > length)
			wrong("length of the compound", (long)length, (long)(at + size));
		if (packet[1] == 200) {
			near_enough("packets sent by the SR", (long)get32(packet + 20), packets, 2);
			near_enough("octets sent by the SR", (long)get32(packet + 24), octets, 320);
		}
		if (packet[1] == 200 || packet[1] == 201) {
			if ((packet[0] & 31) != 1 || get32(block) != SSRC)
				wrong("blocks about us", packet[0] & 31, 1);
			near_enough("packets lost by the block", (long)(get32(block + 4) & 0xffffff), skipped, 1);
			near_enough("highest sequence", (uint16_t)(get32(block + 8) - sequence + 8), 8, 3);
			named = named || (middle && get32(block + 16) == middle);
		}
		has_name = has_name || (packet[1] == 202 && packet[8] == 1 && packet[9] >= 16);
		if (packet[1] == 207) {
			has_metrics = true;
			if (packet[8] != 7 || get32(packet + 12) != SSRC || packet[31] != 16)
				wrong("block of VoIP metrics", packet[8], 7);
			near_enough("share of losses", packet[16], (long)(256 * skipped / (sent + skipped)), 2);
			near_enough("MOS, tenths", packet[35], 42, 3);
		}
		*bye = *bye || (packet[1] == 203 && get32(packet + 4) == far_ssrc);
		at += size;
	}
	if (!has_metrics || !has_name)
		wrong("metrics and name in a report", has_metrics, has_name);
}

static bool report_take(void)
{
	uint8_t bytes[2000];
	ssize_t length = recv(fds[1], bytes, sizeof(bytes), 0);
	bool bye = false;

	if (length < 8)
		return false;
	if (now_ms() > sound_ms + SETTLE_MS) {
		reports_in_silence++;
		heard_report_ms = now_ms();
	}
	compound_judge(bytes, (size_t)length, &bye);
	return bye;
}

int main(int argc, char **argv)
{
	struct pollfd ready[2];
	bool bye = false;

	if (argc != 4) {
		fprintf(stderr, "usage: rtcp_end PORT LOSE HOLDS|-\n");
		return 2;
	}
	holds = argv[3];
	for (int i = 0; i < 2; i++) {
		fds[i] = bound("127.0.0.1", atoi(argv[1]) + i);
		ready[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
	}
	stranger = bound("127.0.0.2", atoi(argv[1]) + 2);
	while (!bye) {
		if (poll(ready, 2, PATIENCE_MS) <= 0)
			wrong("seconds without anything", PATIENCE_MS / 1000, 0);
		if (ready[0].revents)
			sound_take(atoi(argv[2]));
		if (ready[1].revents)
			bye = report_take();
		if (sound_ms && now_ms() > report_ms + REPORT_MS)
			report_send();
	}
	if (!named)
		wrong("reports that name the newest of ours", 0, 1);
	if (*holds == 'r' || *holds == 'n')
		wrong("silences", 0, (long)strlen(holds));
	return 0;
}
