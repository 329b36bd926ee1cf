/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sendto() that returns only when the kernel has handed the datagram on. On loopback it does that at once unless the
 * machine is busy; then a millisecond of ours could be seconds of virtual time. Linked with --wrap=sendto.
 */
#include <linux/sockios.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define PATIENCE 1000000

ssize_t __real_sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to,
	socklen_t to_length);
ssize_t __wrap_sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to,
	socklen_t to_length);

ssize_t __wrap_sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to,
	socklen_t to_length)
{
	ssize_t sent = __real_sendto(fd, bytes, length, flags, to, to_length);
	int under_way = 0;

	for (int i = 0; i < PATIENCE && ioctl(fd, SIOCOUTQ, &under_way) == 0 && under_way > 0; i++)
		sched_yield();
	return sent;
}
