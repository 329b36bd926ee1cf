/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What it costs to move the packets of SOCKETS sockets through the kernel, in the ways that a media tick could do it: each
 * socket sends a packet of 172 bytes to itself each 20 ms of 10 ms ticks, as a stream does, without waiting between the ticks.
 * Prints processor time of this process by packets, sent and received, with what looking in vain costs; the loopback
 * interface hands over in the sender's time.
 *
 *   plain    sendto, and recvfrom until it says that there is nothing
 *   recvmmsg sendto, and one recvmmsg of up to 16
 *   epoll    sendto, and recvfrom once where epoll says that there is something
 *   uring    one io_uring_enter a tick; a receive is always under way on each socket
 *   shared   sendmmsg and recvmmsg of 64 over one socket for all: not what a gateway can do, since each call has a port of its
 *            own; what batches would save at best
 *
 * usage: sockets SOCKETS plain|recvmmsg|epoll|uring|shared TICKS
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SOCKETS_MAX  1000
#define PACKET_BYTES 172
#define ROOM_BYTES   1500
#define BATCH        64
#define LOOKS_MAX    16
#define RING_ENTRIES 2048 /* a power of two, more than a send and a receive of each socket */
#define NS_PER_S     1000000000ull

static int fds[SOCKETS_MAX];
static struct sockaddr_in own[SOCKETS_MAX];
static unsigned count, received, sent;
static uint8_t packet[PACKET_BYTES], rooms[SOCKETS_MAX][ROOM_BYTES];

static void check(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(EXIT_FAILURE);
}

static void sockets_open(void)
{
	const struct rlimit limit = {SOCKETS_MAX + 100, SOCKETS_MAX + 100};

	(void)setrlimit(RLIMIT_NOFILE, &limit);
	for (unsigned i = 0; i < count; i++) {
		socklen_t length = sizeof(own[i]);

		const int room_bytes = 1 << 22; /* what 500 packets need that come at once (shared) */

		own[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		check(fds[i] >= 0 && bind(fds[i], (struct sockaddr *)&own[i], sizeof(own[i])) == 0 &&
			getsockname(fds[i], (struct sockaddr *)&own[i], &length) == 0, "socket");
		(void)setsockopt(fds[i], SOL_SOCKET, SO_RCVBUFFORCE, &room_bytes, sizeof(room_bytes));
	}
}

static bool is_due(unsigned socket, unsigned tick)
{
	return (socket + tick) % 2 == 0;
}

static void send_plain(unsigned tick)
{
	for (unsigned i = 0; i < count; i++) {
		if (is_due(i, tick))
			sent += sendto(fds[i], packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&own[i],
				sizeof(own[i])) > 0;
	}
}

static bool receive_one(unsigned i)
{
	struct sockaddr_in source;
	socklen_t length = sizeof(source);
	bool got = recvfrom(fds[i], rooms[0], ROOM_BYTES, MSG_DONTWAIT, (struct sockaddr *)&source, &length) > 0;

	received += got;
	return got;
}

static void tick_plain(unsigned tick)
{
	for (unsigned i = 0; i < count; i++) {
		for (unsigned look = 0; look < LOOKS_MAX && receive_one(i);)
			look++;
	}
	send_plain(tick);
}

static unsigned receive_many(int fd, unsigned most)
{
	static struct iovec parts[BATCH];
	static struct mmsghdr messages[BATCH];
	static struct sockaddr_in sources[BATCH];
	int got;

	for (unsigned i = 0; i < most; i++) {
		parts[i] = (struct iovec){rooms[i], ROOM_BYTES};
		messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1, .msg_name = &sources[i],
			.msg_namelen = sizeof(sources[i])};
	}
	got = recvmmsg(fd, messages, most, MSG_DONTWAIT, NULL);
	received += got > 0 ? (unsigned)got : 0;
	return got > 0 ? (unsigned)got : 0;
}

static void tick_recvmmsg(unsigned tick)
{
	for (unsigned i = 0; i < count; i++)
		(void)receive_many(fds[i], LOOKS_MAX);
	send_plain(tick);
}

static void tick_epoll(unsigned tick)
{
	static int epoll_fd = -1;
	static struct epoll_event ready[SOCKETS_MAX];
	int got;

	for (unsigned i = 0; i < count && tick == 0; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};

		epoll_fd = i ? epoll_fd : epoll_create1(0);
		check(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fds[i], &event) == 0, "epoll_ctl");
	}
	got = epoll_wait(epoll_fd, ready, SOCKETS_MAX, 0);
	for (int i = 0; i < got; i++)
		(void)receive_one(ready[i].data.u32);
	send_plain(tick);
}

static void tick_shared(unsigned tick)
{
	static struct iovec part = {packet, sizeof(packet)};
	static struct mmsghdr messages[BATCH];
	unsigned left = count / 2 + (tick % 2 ? 0 : count % 2);

	while (receive_many(fds[0], BATCH) == BATCH)
		;
	while (left) {
		unsigned batch = left < BATCH ? left : BATCH;
		int gone;

		for (unsigned i = 0; i < batch; i++)
			messages[i].msg_hdr = (struct msghdr){.msg_iov = &part, .msg_iovlen = 1, .msg_name = &own[0],
				.msg_namelen = sizeof(own[0])};
		gone = sendmmsg(fds[0], messages, batch, MSG_DONTWAIT);
		check(gone > 0, "sendmmsg");
		sent += (unsigned)gone;
		left -= batch;
	}
}

/* ---- io_uring, by its system calls ---- */

static struct {
	int fd;
	uint32_t *sq_tail, *sq_array, *cq_head, *cq_tail;
	uint32_t sq_mask, cq_mask, pending;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	struct msghdr messages[2][SOCKETS_MAX]; /* to receive, to send */
	struct iovec parts[2][SOCKETS_MAX];
	struct sockaddr_in sources[SOCKETS_MAX];
} ring;

static uint8_t *ring_map(size_t size, off_t at)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring.fd, at);

	check(map != MAP_FAILED, "mmap");
	return map;
}

static void ring_submit(uint8_t opcode, unsigned i)
{
	bool sends = opcode == IORING_OP_SENDMSG;
	uint32_t tail = *ring.sq_tail, place = tail & ring.sq_mask;

	ring.sqes[place] = (struct io_uring_sqe){.opcode = opcode, .fd = fds[i], .len = 1,
		.addr = (uint64_t)(uintptr_t)&ring.messages[sends][i], .user_data = i << 1 | sends};
	ring.messages[sends][i].msg_namelen = sizeof(own[i]);
	ring.sq_array[place] = place;
	__atomic_store_n(ring.sq_tail, tail + 1, __ATOMIC_RELEASE);
	ring.pending++;
}

static void ring_open(void)
{
	struct io_uring_params params = {.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN};
	uint8_t *sq, *cq;

	ring.fd = (int)syscall(__NR_io_uring_setup, RING_ENTRIES, &params);
	check(ring.fd >= 0, "io_uring_setup");
	sq = ring_map(params.sq_off.array + params.sq_entries * sizeof(uint32_t), IORING_OFF_SQ_RING);
	cq = ring_map(params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
	ring.sqes = (struct io_uring_sqe *)(void *)ring_map(params.sq_entries * sizeof(struct io_uring_sqe), IORING_OFF_SQES);
	ring.sq_tail = (uint32_t *)(void *)(sq + params.sq_off.tail);
	ring.sq_array = (uint32_t *)(void *)(sq + params.sq_off.array);
	ring.sq_mask = params.sq_entries - 1;
	ring.cq_head = (uint32_t *)(void *)(cq + params.cq_off.head);
	ring.cq_tail = (uint32_t *)(void *)(cq + params.cq_off.tail);
	ring.cq_mask = params.cq_entries - 1;
	ring.cqes = (struct io_uring_cqe *)(void *)(cq + params.cq_off.cqes);
	for (unsigned i = 0; i < count; i++) {
		ring.parts[0][i] = (struct iovec){rooms[i], ROOM_BYTES};
		ring.parts[1][i] = (struct iovec){packet, sizeof(packet)};
		for (unsigned sends = 0; sends < 2; sends++)
			ring.messages[sends][i] = (struct msghdr){.msg_iov = &ring.parts[sends][i], .msg_iovlen = 1,
				.msg_name = sends ? &own[i] : &ring.sources[i]};
		ring_submit(IORING_OP_RECVMSG, i);
	}
}

static void tick_uring(unsigned tick)
{
	uint32_t head;

	if (tick == 0)
		ring_open();
	for (unsigned i = 0; i < count; i++) {
		if (is_due(i, tick))
			ring_submit(IORING_OP_SENDMSG, i);
	}
	check(syscall(__NR_io_uring_enter, ring.fd, ring.pending, 0, IORING_ENTER_GETEVENTS, NULL, 0) >= 0, "io_uring_enter");
	ring.pending = 0;
	for (head = *ring.cq_head; head != __atomic_load_n(ring.cq_tail, __ATOMIC_ACQUIRE); head++) {
		const struct io_uring_cqe *done = &ring.cqes[head & ring.cq_mask];

		if (done->user_data & 1) {
			sent += done->res > 0;
			continue;
		}
		received += done->res > 0;
		ring_submit(IORING_OP_RECVMSG, (unsigned)(done->user_data >> 1));
	}
	__atomic_store_n(ring.cq_head, head, __ATOMIC_RELEASE);
}

static const struct {
	const char *name;
	void (*tick)(unsigned tick);
} ways[] = {
	{"plain", tick_plain}, {"recvmmsg", tick_recvmmsg}, {"epoll", tick_epoll}, {"uring", tick_uring}, {"shared", tick_shared},
};

static uint64_t spent_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

int main(int argc, char **argv)
{
	unsigned way = 0, ticks = argc == 4 ? (unsigned)atoi(argv[3]) : 0;
	uint64_t begun_ns;

	count = argc == 4 ? (unsigned)atoi(argv[1]) : 0;
	while (argc == 4 && way < sizeof(ways) / sizeof(ways[0]) && strcmp(argv[2], ways[way].name))
		way++;
	if (!ticks || !count || count > SOCKETS_MAX || way == sizeof(ways) / sizeof(ways[0])) {
		fprintf(stderr, "usage: sockets SOCKETS plain|recvmmsg|epoll|uring|shared TICKS\n");
		return 2;
	}
	sockets_open();
	ways[way].tick(0);
	ways[way].tick(1);
	sent = received = 0;
	begun_ns = spent_ns();
	for (unsigned tick = 2; tick < ticks + 2; tick++)
		ways[way].tick(tick);
	begun_ns = spent_ns() - begun_ns;
	if (received + count < sent) {
		fprintf(stderr, "sockets: sent %u, received %u\n", sent, received);
		return EXIT_FAILURE;
	}
	printf("socket_%s_%u_ns %.0f ns\n", ways[way].name, count, (double)begun_ns / sent);
	return EXIT_SUCCESS;
}
