/* SPDX-License-Identifier: BSD-3-Clause */
/* What is to be seen of the agent's sockets on the wire: the mark of its packets, whatever they go by. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/sip_peer.h"

#define DSCP 24

union at {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static bool is_ipv6(void)
{
	return strchr(bed.addr, ':') != NULL;
}

static int server_open(int type, uint16_t *port)
{
	union at at = {.in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t size = is_ipv6() ? sizeof(at.in6) : sizeof(at.in);
	int on = 1, fd = socket(is_ipv6() ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (is_ipv6())
		at.in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
	assert_int_equal(bind(fd, &at.any, size), 0);
	assert_int_equal(getsockname(fd, &at.any, &size), 0);
	*port = ntohs(is_ipv6() ? at.in6.sin6_port : at.in.sin_port);
	assert_int_equal(setsockopt(fd, is_ipv6() ? IPPROTO_IPV6 : IPPROTO_IP, is_ipv6() ? IPV6_RECVTCLASS : IP_RECVTOS, &on, sizeof(on)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static bool is_free(uint16_t port)
{
	union at at = {.in = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
	int fd = socket(is_ipv6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool well;

	if (is_ipv6())
		at.in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback};
	well = bind(fd, &at.any, is_ipv6() ? sizeof(at.in6) : sizeof(at.in)) == 0;
	close(fd);
	return well;
}

/* Out of the system's own range; the one after it, for TLS, is free too. */
static uint16_t free_port(void)
{
	uint16_t port = (uint16_t)(24000 + getpid() * 8 % 4000);

	while (!is_free(port) || !is_free(port + 1))
		port += 2;
	return port;
}

static void register_by(enum ua_protocol transport, uint16_t port)
{
	const struct ua_agent_config config = {.local_addr = bed.addr, .local_port = free_port(), .user_agent = "tipring", .dscp = DSCP};
	const struct ua_account_config account = {.user = "100", .domain = "example.org", .server_addr = bed.addr, .server_port = port,
		.password = "", .expires_s = 600, .transport = transport};

	bed_agent_anew(&config, &account);
	assert_int_equal(ua_account_register(bed.account, 0), 0);
	bed_has_message();
}

/* The traffic class of a header that the kernel tells in a message's control data. */
static int class_of(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS)
			return *CMSG_DATA(c);
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS)
			return *(int *)(void *)CMSG_DATA(c);
	}
	return -1;
}

static void assert_datagrams_are_marked(void)
{
	char text[4096], control[256];
	struct iovec iov = {text, sizeof(text)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	uint16_t port;
	int fd = server_open(SOCK_DGRAM, &port);

	register_by(UA_UDP, port);
	assert_true(recvmsg(fd, &msg, 0) > 0);
	assert_memory_equal(text, "REGISTER ", 9);
	/* RFC 2474 s3: the DS field of a packet says how it is to be forwarded | SIP over UDP bears sip_dscp, IPv4 and IPv6 */
	assert_int_equal(class_of(&msg), DSCP << 2);
	close(fd);
}

/* Of the packet that made the connection. */
static void assert_connections_are_marked(enum ua_protocol transport)
{
	char control[256];
	struct msghdr msg = {.msg_control = control};
	socklen_t length = sizeof(control);
	uint16_t port;
	int fd = server_open(SOCK_STREAM, &port), connection;

	register_by(transport, port);
	connection = accept(fd, NULL, NULL);
	assert_true(connection >= 0);
	assert_int_equal(getsockopt(connection, is_ipv6() ? IPPROTO_IPV6 : IPPROTO_IP, is_ipv6() ? IPV6_2292PKTOPTIONS : IP_PKTOPTIONS,
		control, &length), 0);
	msg.msg_controllen = length;
	/* RFC 2474 s3: the DS field of a packet says how it is to be forwarded | SIP over TCP and TLS bears sip_dscp from the first packet on */
	assert_int_equal(class_of(&msg), DSCP << 2);
	close(connection);
	close(fd);
}

static void test_what_goes_by_udp_is_marked(void **state)
{
	(void)state;
	assert_datagrams_are_marked();
}

static void test_what_goes_by_tcp_is_marked(void **state)
{
	(void)state;
	assert_connections_are_marked(UA_TCP);
}

static void test_what_goes_by_tls_is_marked(void **state)
{
	(void)state;
	assert_connections_are_marked(UA_TLS);
}

#define ipv6_test(test) cmocka_unit_test_setup_teardown(test, bed_open_ipv6, bed_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_what_goes_by_udp_is_marked),
		bed_test(test_what_goes_by_tcp_is_marked),
		bed_test(test_what_goes_by_tls_is_marked),
		ipv6_test(test_what_goes_by_udp_is_marked),
		ipv6_test(test_what_goes_by_tcp_is_marked),
		ipv6_test(test_what_goes_by_tls_is_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
