/* SPDX-License-Identifier: BSD-3-Clause */
/* Many thousands of messages that are nearly right come from a stranger, over UDP and TCP, while a call is up. */
#include <arpa/inet.h>
#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/sip_mutate.h"
#include "tests/unit/sip_peer.h"

#define MESSAGES_UDP 60000
#define MESSAGES_TCP 40000
#define ROUND        250   /* messages; then transactions run out, so that they do not pile up */
#define STREAM_MESSAGES 2  /* of a connection: after one that made no sense it is hung up on */
#define ROUND_MS     70000 /* twice as long as any of them lasts */
#define WARM_ROUNDS  20
#define GROWTH_MAX   (64u << 10) /* bytes */

extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t allocated(void)
{
	return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes() : mallinfo2().uordblks;
}

static struct {
	int type, fd;
	char via[32];
	struct mutator mutator;
} stranger;

static void stranger_connect(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(bed.agent_port)}, own;
	socklen_t length = sizeof(own);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	stranger.fd = socket(AF_INET, stranger.type | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(stranger.fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(getsockname(stranger.fd, (struct sockaddr *)&own, &length), 0);
	snprintf(stranger.via, sizeof(stranger.via), "127.0.0.1:%u", ntohs(own.sin_port));
}

static void stranger_listens(void)
{
	char rubbish[65536];

	while (recv(stranger.fd, rubbish, sizeof(rubbish), MSG_DONTWAIT) > 0)
		;
}

static void stranger_says(void)
{
	char text[MUTATED_MAX];
	size_t length = mutate(&stranger.mutator, text);

	(void)send(stranger.fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* What of a stream made sense is answered, and what follows is read. */
static void stranger_begins_anew(void)
{
	bed_step();
	bed_step();
	close(stranger.fd);
	stranger_connect();
}

static void rounds(unsigned messages)
{
	for (unsigned i = 0; i < messages; i++) {
		stranger_says();
		if (stranger.type == SOCK_DGRAM)
			bed_step();
		else if (i % STREAM_MESSAGES == STREAM_MESSAGES - 1)
			stranger_begins_anew();
		if (i % ROUND < ROUND - 1)
			continue;
		bed_advance(ROUND_MS);
		stranger_listens();
		bed_forget();
	}
}

static void flood(int type, unsigned messages)
{
	struct ua_agent_counts at_first, at_last;
	size_t before;

	stranger.type = type;
	stranger.mutator = (struct mutator){.state = 1, .via = stranger.via};
	bed.refuse_calls = true;
	stranger_connect();
	rounds(WARM_ROUNDS * ROUND);
	before = allocated();
	ua_agent_counts_get(bed.agent, &at_first);
	rounds(messages);
	ua_agent_counts_get(bed.agent, &at_last);
	/* Enough of them made sense to be thought about. */
	assert_true(at_last.requests_in - at_first.requests_in > messages / 10);
	bed_advance(ROUND_MS);
	bed_quiet();
	bed_forget();
	assert_in_range(allocated(), 0, before + GROWTH_MAX);
	close(stranger.fd);
}

/* A call that is up; what it needs is kept, since the bed forgets. */
static struct {
	char from[128], to[128], id[128];
} call;

static void call_begin(void)
{
	const char *invite = bed_call();
	char contact[64];

	snprintf(contact, sizeof(contact), "Contact: <sip:200@127.0.0.1:%u>\r\n", bed.peer_port);
	bed_talk(invite, contact);
	snprintf(call.from, sizeof(call.from), "%s;tag=b", header(invite, "To"));
	snprintf(call.to, sizeof(call.to), "%s", header(invite, "From"));
	snprintf(call.id, sizeof(call.id), "%s", header(invite, "Call-ID"));
}

static void call_is_undisturbed(void)
{
	bed_in_dialog(call.from, call.to, call.id, 20, "UPDATE", "Contact: <sip:200@127.0.0.1:9>\r\n", SDP(5008));
	bed_heard("offered 192.0.2.1:5008");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_in_dialog(call.from, call.to, call.id, 21, "BYE", "", "");
	assert_starts(bed_receive(), "SIP/2.0 200 OK");
	bed_heard("ended by peer, status 0, cause 0, after answer");
}

static void test_a_call_outlives_60_000_mutated_datagrams(void **state)
{
	(void)state;
	call_begin();
	flood(SOCK_DGRAM, MESSAGES_UDP);
	call_is_undisturbed();
}

static void test_a_call_outlives_40_000_mutated_messages_over_tcp(void **state)
{
	const struct ua_account_config config = {
		.user = "101", .domain = "example.org", .server_addr = "127.0.0.1", .server_port = bed.peer_port, .transport = UA_TCP,
		.password = "", .expires_s = 600,
	};
	struct ua_account *listens;

	(void)state;
	assert_int_equal(ua_account_alloc(&listens, bed.agent, &config, NULL, NULL), 0);
	call_begin();
	flood(SOCK_STREAM, MESSAGES_TCP);
	call_is_undisturbed();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bed_test(test_a_call_outlives_60_000_mutated_datagrams),
		bed_test(test_a_call_outlives_40_000_mutated_messages_over_tcp),
	};

	return cmocka_run_group_tests_name("sip mutated", tests, NULL, NULL);
}
