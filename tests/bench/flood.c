/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stranger with many calls: so many INVITEs a second for so many seconds from one address, each a call of its own to the next of
 * the users, evenly within each second. Prints how many were sent and how many answers came.
 *
 * usage: flood FROM-ADDRESS TO-ADDRESS SIP-PORT PER-SECOND SECONDS USER...
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLICES_PER_S 500 /* as often as it wakes */
#define TEXT_MAX     1024

static int bound_socket(const char *addr, struct sockaddr_in *local)
{
	socklen_t length = sizeof(*local);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*local = (struct sockaddr_in){.sin_family = AF_INET};
	if (fd < 0 || inet_pton(AF_INET, addr, &local->sin_addr) != 1 ||
	    bind(fd, (struct sockaddr *)local, sizeof(*local)) < 0 || getsockname(fd, (struct sockaddr *)local, &length) < 0) {
		perror(addr);
		exit(EXIT_FAILURE);
	}
	return fd;
}

static size_t invite_write(char text[TEXT_MAX], const char *from, unsigned port, const char *user, unsigned long n)
{
	return (size_t)snprintf(text, TEXT_MAX, "INVITE sip:%s@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP %s:%u;rport;branch=z9hG4bK-%lu\r\n"
		"Max-Forwards: 70\r\nFrom: \"100\" <sip:100@%s>;tag=%lu\r\nTo: <sip:%s@127.0.0.1>\r\nCall-ID: flood-%lu\r\nCSeq: 1 INVITE\r\n"
		"Contact: <sip:100@%s:%u>\r\nUser-Agent: friendly-scanner\r\nContent-Type: application/sdp\r\nContent-Length: 130\r\n\r\n"
		"v=0\r\no=- 1 1 IN IP4 192.000.002.001\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0 8\r\n"
		"a=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n", user, from, port, n, from, n, user, n, from, port);
}

static unsigned long answers_take(int fd)
{
	unsigned long count = 0;

	for (char text[2048]; recv(fd, text, sizeof(text), MSG_DONTWAIT) > 0;)
		count++;
	return count;
}

int main(int argc, char **argv)
{
	struct sockaddr_in local, to = {.sin_family = AF_INET};
	unsigned long sent = 0, answered = 0, per_s, slices;
	struct timespec next;
	int fd;

	if (argc < 7)
		return EXIT_FAILURE;
	fd = bound_socket(argv[1], &local);
	to.sin_port = htons((uint16_t)atoi(argv[3]));
	per_s = strtoul(argv[4], NULL, 10);
	slices = strtoul(argv[5], NULL, 10) * SLICES_PER_S;
	if (inet_pton(AF_INET, argv[2], &to.sin_addr) != 1)
		return EXIT_FAILURE;
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (unsigned long slice = 1; slice <= slices; slice++) {
		char text[TEXT_MAX];

		for (; sent < slice * per_s / SLICES_PER_S; sent++) {
			size_t length = invite_write(text, argv[1], ntohs(local.sin_port), argv[6 + sent % (size_t)(argc - 6)], sent);

			(void)sendto(fd, text, length, 0, (struct sockaddr *)&to, sizeof(to));
		}
		answered += answers_take(fd);
		next.tv_nsec += 1000000000 / SLICES_PER_S;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	answered += answers_take(fd);
	printf("sent %lu answered %lu\n", sent, answered);
	close(fd);
	return EXIT_SUCCESS;
}
