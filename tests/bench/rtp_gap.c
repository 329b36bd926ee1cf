/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The longest time between two packets of sound at the socket that they are for: listens on the loopback interface as a third party,
 * with the kernel's time of each packet, until SIGTERM; then prints how many streams there were, their packets, and the longest
 * interval within one of them, in ms. A pause of a second or more is a stream's end and counts as none.
 *
 * usage: rtp_gap PORT-MIN PORT-MAX
 */
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>

#define STREAMS_MAX 256
#define PAUSE_NS    1000000000

static struct stream {
	uint32_t ports; /* of sender and receiver */
	uint64_t last_ns, packets;
} streams[STREAMS_MAX];
static size_t stream_count;
static uint64_t longest_ns, packets;

/* UDP to one of these ports; the socket's packets begin with the IPv4 header. */
static int filter_set(int fd, unsigned port_min, unsigned port_max)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 5),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, port_min, 0, 2), BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, port_max, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 64), BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static struct stream *stream_of(uint32_t ports)
{
	for (size_t i = 0; i < stream_count; i++) {
		if (streams[i].ports == ports)
			return &streams[i];
	}
	if (stream_count == STREAMS_MAX)
		return NULL;
	streams[stream_count].ports = ports;
	return &streams[stream_count++];
}

static void packet_note(const uint8_t *ip, size_t length, uint64_t now_ns)
{
	size_t header = (ip[0] & 15) * 4u;
	struct stream *stream;
	uint32_t ports;

	if (length < header + 9 || ip[header + 8] >> 6 != 2 || ip[header + 3] & 1) /* RTP, at an even port */
		return;
	memcpy(&ports, ip + header, sizeof(ports));
	stream = stream_of(ports);
	if (!stream)
		return;
	if (stream->packets++ && now_ns - stream->last_ns < PAUSE_NS && now_ns - stream->last_ns > longest_ns)
		longest_ns = now_ns - stream->last_ns;
	stream->last_ns = now_ns;
	packets++;
}

static void packet_take(int fd)
{
	uint8_t bytes[64];
	char control[128];
	struct sockaddr_ll from;
	struct iovec iov = {bytes, sizeof(bytes)};
	struct msghdr msg = {.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control)};
	ssize_t length = recvmsg(fd, &msg, 0);
	struct timespec at;

	if (length <= 0 || from.sll_pkttype != PACKET_HOST)
		return;
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&at, CMSG_DATA(cmsg), sizeof(at));
		packet_note(bytes, (size_t)length, (uint64_t)at.tv_sec * 1000000000 + (uint64_t)at.tv_nsec);
	}
}

int main(int argc, char **argv)
{
	struct pollfd polls[2] = {{.events = POLLIN}, {.events = POLLIN}};
	int on = 1;
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	polls[0].fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));
	polls[1].fd = signalfd(-1, &mask, SFD_CLOEXEC);
	if (argc != 3 || polls[0].fd < 0 || filter_set(polls[0].fd, (unsigned)atoi(argv[1]), (unsigned)atoi(argv[2])) < 0 ||
	    setsockopt(polls[0].fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0) {
		perror("rtp_gap");
		return EXIT_FAILURE;
	}
	while (!(polls[1].revents & POLLIN)) {
		if (poll(polls, 2, -1) > 0 && polls[0].revents & POLLIN)
			packet_take(polls[0].fd);
	}
	printf("streams %zu packets %llu longest %.1f\n", stream_count, (unsigned long long)packets, (double)longest_ns / 1e6);
	return EXIT_SUCCESS;
}
