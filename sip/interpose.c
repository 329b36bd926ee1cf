/* SPDX-License-Identifier: BSD-3-Clause */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include <re.h>

#include "sip/interpose.h"

static uint64_t swallowed, skipped_ms;
static struct timespec stopped; /* 0: the clock goes */

/* Read in every thread that has timers of libre; written by tests alone. */
int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec monotonic = stopped;

	(void)zone;
	if (!stopped.tv_sec && clock_gettime(CLOCK_MONOTONIC, &monotonic))
		return -1;
	now->tv_sec = monotonic.tv_sec + (time_t)(skipped_ms / 1000);
	now->tv_usec = monotonic.tv_nsec / 1000 + (suseconds_t)(skipped_ms % 1000) * 1000;
	if (now->tv_usec >= 1000000) {
		now->tv_usec -= 1000000;
		now->tv_sec++;
	}
	return 0;
}

/* A macro in later versions of libre, which complain through their debug handler. */
#ifndef re_fprintf
int re_fprintf(FILE *stream, const char *format, ...)
{
	va_list args;
	int length;

	if (stream == stderr) {
		swallowed++;
		return 0;
	}
	va_start(args, format);
	length = re_vfprintf(stream, format, args);
	va_end(args);
	return length;
}
#endif

static struct ua_socket_options sockets;

void ua_interpose_sockets(const struct ua_socket_options *options)
{
	sockets = options ? *options : (struct ua_socket_options){0};
}

/* The mark is for networks that honour it, and one of the two is of the socket's family; the interface is for safety. */
static int mark_and_bind(int fd)
{
	int tos = sockets.dscp << 2; /* beside two bits of congestion notification */

	if (sockets.dscp) {
		(void)setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
	}
	if (!sockets.interface[0])
		return 0;
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, sockets.interface, (socklen_t)strlen(sockets.interface)) ? errno : 0;
}

int net_sockopt_blocking_set(int fd, bool blocking)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) < 0)
		return errno;
	return mark_and_bind(fd);
}

static struct {
	const struct tls *tls;
	const struct tcp_conn *tcp; /* NULL: none */
} starting;

int tls_start_tcp(struct tls_conn **ptc, struct tls *tls, struct tcp_conn *tcp, int layer)
{
	static int (*next)(struct tls_conn **ptc, struct tls *tls, struct tcp_conn *tcp, int layer);
	int err;

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "tls_start_tcp");
	if (!next)
		return ENOSYS;
	starting.tls = tls;
	starting.tcp = tcp;
	err = next(ptc, tls, tcp, layer);
	starting.tcp = NULL;
	return err;
}

const struct tcp_conn *ua_interpose_tls_starting(const struct tls **tlsp)
{
	*tlsp = starting.tls;
	return starting.tcp;
}

static struct {
	ua_udp_made_h *handler;
	void *arg;
} udp_made;

void ua_interpose_udp(ua_udp_made_h *handler, void *arg)
{
	udp_made.handler = handler;
	udp_made.arg = arg;
}

int udp_listen(struct udp_sock **usp, const struct sa *local, udp_recv_h *rh, void *arg)
{
	static int (*next)(struct udp_sock **usp, const struct sa *local, udp_recv_h *rh, void *arg);
	int err = ENOSYS;

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "udp_listen");
	if (next)
		err = next(usp, local, rh, arg);
	if (err || !udp_made.handler)
		return err;
	err = udp_made.handler(*usp, udp_made.arg);
	if (err)
		*usp = mem_deref(*usp);
	return err;
}

uint64_t ua_interpose_swallowed(void)
{
	return swallowed;
}

void ua_interpose_skip(uint64_t ms)
{
	skipped_ms += ms;
}

void ua_interpose_stop_clock(bool stop)
{
	stopped = (struct timespec){0};
	if (stop)
		(void)clock_gettime(CLOCK_MONOTONIC, &stopped);
}
