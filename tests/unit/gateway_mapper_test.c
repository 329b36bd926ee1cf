/* SPDX-License-Identifier: BSD-3-Clause */
/* Sockets whose outer address is known before a call has them: a STUN server of the test's own on loopback, in virtual time. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/log.h"
#include "gateway/mapper.h"
#include "tests/flow/loop_virtual.h"

#define NS_PER_MS    1000000ull
#define OUTER_AHEAD  20000 /* of an outer port to the inner one */
#define TYPE_REQUEST 0x01
#define TYPE_INDICATION 0x11

static struct bed {
	struct loop *loop;
	struct mapper *mapper;
	int server, stranger;
	union address server_addr;
	bool server_unknown;
	unsigned which; /* of the server's addresses was asked for last */
	char log[256];  /* the newest line */
	unsigned logged;
	/* of the newest message that the server got */
	uint8_t bytes[UA_STUN_BYTES_MAX];
	ssize_t length;
	union address source;
} bed;

void gw_log(enum gw_log_level level, const char *subject, const char *format, ...)
{
	va_list args;

	(void)level;
	(void)subject;
	va_start(args, format);
	vsnprintf(bed.log, sizeof(bed.log), format, args);
	va_end(args);
	bed.logged++;
}

static bool server_at(union address *server, unsigned which, const void *arg)
{
	assert_ptr_equal(arg, &bed);
	bed.which = which;
	*server = bed.server_addr;
	return !bed.server_unknown;
}

static int socket_open(union address *addr)
{
	socklen_t size = sizeof(*addr);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	assert_int_equal(address_set(addr, "127.0.0.1", 0), 0);
	assert_int_equal(bind(fd, &addr->any, address_size(addr)), 0);
	assert_int_equal(getsockname(fd, &addr->any, &size), 0);
	return fd;
}

static void mapper_open(uint16_t port_min, uint16_t port_max)
{
	const struct mapper_config config = {
		.loop = bed.loop, .server_at = server_at, .arg = &bed, .server_name = "stun.example.org",
		.sockets = {.addr = "127.0.0.1", .port_min = port_min, .port_max = port_max},
	};

	assert_int_equal(mapper_alloc(&bed.mapper, &config), 0);
}

static int setup(void **state)
{
	union address unused;

	(void)state;
	memset(&bed, 0, sizeof(bed));
	assert_int_equal(loop_alloc(&bed.loop, 64), 0);
	bed.server = socket_open(&bed.server_addr);
	bed.stranger = socket_open(&unused);
	mapper_open(28000, 28999);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mapper_free(bed.mapper);
	loop_free(bed.loop);
	close(bed.server);
	close(bed.stranger);
	return 0;
}

/* Serves whatever is due until nothing is. */
static void settle(void)
{
	while (loop_virtual_serve(bed.loop))
		;
}

/* Time passes to the next timer, if that is due by then; false: by then there is none. */
static bool pass_until(uint64_t ms)
{
	uint64_t until_ns = LOOP_VIRTUAL_EPOCH_NS + ms * NS_PER_MS, next_ns = loop_virtual_next_ns(bed.loop);

	loop_virtual_move(bed.loop, next_ns <= until_ns ? next_ns : until_ns);
	settle();
	return next_ns <= until_ns;
}

static unsigned elapsed_ms(void)
{
	return (unsigned)((loop_virtual_now_ns(bed.loop) - LOOP_VIRTUAL_EPOCH_NS) / NS_PER_MS);
}

static bool server_gets(void)
{
	socklen_t size = sizeof(bed.source);
	struct pollfd one = {.fd = bed.server, .events = POLLIN};

	if (poll(&one, 1, 0) != 1)
		return false;
	bed.length = recvfrom(bed.server, bed.bytes, sizeof(bed.bytes), 0, &bed.source.any, &size);
	assert_int_equal(bed.length, UA_STUN_BYTES);
	return true;
}

static unsigned server_gets_all(uint8_t type)
{
	unsigned count = 0;

	while (server_gets()) {
		assert_int_equal(bed.bytes[1], type);
		count++;
	}
	return count;
}

/* 198.51.100.host, at a port that lies ahead of the one that asked. */
static void answer_from(int fd, uint8_t host, int ahead, uint8_t id_change)
{
	uint16_t port = (uint16_t)(address_port(&bed.source) + ahead) ^ 0x2112;
	uint8_t answer[] = {
		0x01, 0x01, 0, 12, 0x21, 0x12, 0xa4, 0x42, [8] = 0, [19] = 0,
		0x00, 0x20, 0, 8, 0, 1, (uint8_t)(port >> 8), (uint8_t)port, 198 ^ 0x21, 51 ^ 0x12, 100 ^ 0xa4, host ^ 0x42,
	};

	memcpy(answer + 8, bed.bytes + 8, UA_STUN_ID_BYTES);
	answer[19] ^= id_change;
	assert_int_equal(sendto(fd, answer, sizeof(answer), 0, &bed.source.any, address_size(&bed.source)), sizeof(answer));
}

static void answer(uint8_t host)
{
	answer_from(bed.server, host, OUTER_AHEAD, 0);
}

static unsigned answer_all(uint8_t host)
{
	unsigned count = 0;

	for (; server_gets(); count++)
		answer(host);
	settle();
	return count;
}

struct call {
	int fds[STREAM_WIRE_KINDS];
	uint16_t port;
	struct mapping *mapping;
};

static void call_begin(struct call *call)
{
	assert_int_equal(mapper_take(bed.mapper, &call->mapping, call->fds, &call->port), 0);
}

static void call_end(struct call *call)
{
	mapping_give_back(call->mapping);
	close(call->fds[STREAM_WIRE_RTP]);
	close(call->fds[STREAM_WIRE_RTCP]);
}

static void expect_outer(const struct call *call, enum stream_wire_kind kind, uint8_t host, unsigned port)
{
	const union address *outer = mapping_outer(call->mapping, kind);
	char text[INET6_ADDRSTRLEN], expected[INET6_ADDRSTRLEN];

	assert_non_null(outer);
	address_print(outer, text);
	snprintf(expected, sizeof(expected), "198.51.100.%u", host);
	assert_string_equal(text, expected);
	assert_int_equal(address_port(outer), port);
}

static void test_a_call_has_its_outer_address_at_once(void **state)
{
	struct call call;

	(void)state;
	mapper_spare_add(bed.mapper);
	settle();
	assert_int_equal(answer_all(7), 2);
	assert_string_equal(bed.log, "STUN server stun.example.org sees 127.0.0.1 as 198.51.100.7");
	call_begin(&call);
	expect_outer(&call, STREAM_WIRE_RTP, 7, call.port + OUTER_AHEAD);
	expect_outer(&call, STREAM_WIRE_RTCP, 7, call.port + OUTER_AHEAD + 1u);
	assert_int_equal(mapper_missed(bed.mapper), 0);
	/* The next call's sockets are asked of by then. */
	settle();
	assert_int_equal(answer_all(7), 2);
	assert_int_equal(bed.logged, 1);
	call_end(&call);
}

static void test_an_answer_counts_from_the_server_that_was_asked_with_the_id_of_the_question(void **state)
{
	struct call call;

	(void)state;
	mapper_spare_add(bed.mapper);
	settle();
	assert_true(server_gets());
	answer_from(bed.server, 66, OUTER_AHEAD, 1);
	answer_from(bed.stranger, 66, OUTER_AHEAD, 0);
	assert_int_equal(sendto(bed.stranger, "", 0, 0, &bed.source.any, address_size(&bed.source)), 0);
	settle();
	/* RFC 8489 s6.3: a response of another transaction, or from elsewhere, is dropped | not taken */
	assert_int_equal(bed.logged, 0);
	answer(7);
	settle();
	assert_int_equal(bed.logged, 1);
	/* The same answer a second time is one to a question that is answered. */
	answer(66);
	settle();
	assert_int_equal(bed.logged, 1);
	assert_int_equal(answer_all(7), 1);
	call_begin(&call);
	expect_outer(&call, STREAM_WIRE_RTP, 7, call.port + OUTER_AHEAD);
	call_end(&call);
}

static void test_a_question_is_repeated_as_the_standard_says(void **state)
{
	static const unsigned times_ms[] = {0, 500, 1500, 3500, 7500, 15500, 31500};
	uint8_t first[UA_STUN_BYTES], second[UA_STUN_BYTES];

	(void)state;
	mapper_spare_add(bed.mapper);
	settle();
	assert_true(server_gets());
	memcpy(first, bed.bytes, sizeof(first));
	assert_true(server_gets());
	memcpy(second, bed.bytes, sizeof(second));
	assert_memory_not_equal(first, second, sizeof(first));
	for (size_t i = 1; i < sizeof(times_ms) / sizeof(times_ms[0]); i++) {
		assert_true(pass_until(times_ms[i]));
		/* RFC 8489 s6.2.1: repeated after 500 ms and then twice as long each time, seven in all, with one id | so it is */
		assert_int_equal(elapsed_ms(), times_ms[i]);
		assert_true(server_gets());
		assert_memory_equal(bed.bytes, first, sizeof(first));
		assert_true(server_gets());
		assert_memory_equal(bed.bytes, second, sizeof(second));
	}
	assert_false(pass_until(39499));
	assert_int_equal(bed.logged, 0);
	/* RFC 8489 s6.2.1: the last is waited for 16 RTO | then it has failed */
	assert_true(pass_until(39500));
	assert_string_equal(bed.log, "STUN server stun.example.org answers nothing: session descriptions name 127.0.0.1");
	assert_int_equal(bed.logged, 1);
	assert_true(pass_until(39500 + MAPPER_RETRY_MS));
	assert_int_equal(answer_all(7), 2);
	assert_int_not_equal(bed.which, 0);
	assert_int_equal(bed.logged, 2);
}

/* All that wait fail together; two addresses are asked in turn all the same. */
static void test_after_a_failure_the_servers_next_address_is_asked(void **state)
{
	(void)state;
	mapper_spare_add(bed.mapper);
	mapper_spare_add(bed.mapper);
	settle();
	assert_int_equal(server_gets_all(TYPE_REQUEST), 4);
	assert_int_equal(bed.which, 0);
	for (unsigned failures = 1; failures <= 3; failures++) {
		while (pass_until(failures * (39500 + MAPPER_RETRY_MS)))
			;
		assert_int_equal(bed.which, failures);
	}
	while (server_gets())
		;
	assert_int_equal(bed.logged, 1);
}

static void test_a_call_does_not_wait_for_an_answer(void **state)
{
	struct call calls[3];

	(void)state;
	mapper_spare_add(bed.mapper);
	settle();
	call_begin(&calls[0]);
	assert_null(mapping_outer(calls[0].mapping, STREAM_WIRE_RTP));
	assert_null(mapping_outer(calls[0].mapping, STREAM_WIRE_RTCP));
	/* None waits at all. */
	call_begin(&calls[1]);
	assert_null(mapping_outer(calls[1].mapping, STREAM_WIRE_RTP));
	assert_int_not_equal(calls[0].port, calls[1].port);
	assert_int_equal(mapper_missed(bed.mapper), 2);
	assert_string_equal(bed.log, "1 calls name 127.0.0.1 for their sound, since STUN server stun.example.org has not said how it is seen");
	assert_int_equal(bed.logged, 1);
	call_end(&calls[0]);
	call_end(&calls[1]);
	while (pass_until(MAPPER_TELL_MS))
		;
	bed.logged = 0;
	call_begin(&calls[2]);
	assert_memory_equal(bed.log, "2 calls", 7);
	assert_int_equal(bed.logged, 1);
	call_end(&calls[2]);
}

static void test_what_waits_is_asked_of_again_and_follows_the_translator(void **state)
{
	struct call call;

	(void)state;
	mapper_spare_add(bed.mapper);
	settle();
	assert_int_equal(answer_all(7), 2);
	assert_false(pass_until(MAPPER_REFRESH_MS - 1));
	assert_int_equal(server_gets_all(TYPE_REQUEST), 0);
	assert_true(pass_until(MAPPER_REFRESH_MS));
	assert_int_equal(answer_all(8), 2);
	assert_string_equal(bed.log, "STUN server stun.example.org sees 127.0.0.1 as 198.51.100.8");
	call_begin(&call);
	expect_outer(&call, STREAM_WIRE_RTP, 8, call.port + OUTER_AHEAD);
	call_end(&call);
}

/* Each socket may be another one's, at a translator that has many. */
static void test_a_translator_with_many_addresses_does_not_fill_the_log(void **state)
{
	(void)state;
	for (int i = 0; i < 16; i++)
		mapper_spare_add(bed.mapper);
	settle();
	for (unsigned ms = 0; ms <= 240000; ms += 1000) {
		while (pass_until(ms))
			;
		while (server_gets())
			answer((uint8_t)(1 + address_port(&bed.source) % 50));
		settle();
	}
	assert_in_range(bed.logged, 8, 10);
}

/* No sound need go while a call is held. */
static void test_indications_keep_a_calls_mapping_until_it_ends(void **state)
{
	struct call call;
	int others[STREAM_WIRE_KINDS];

	(void)state;
	mapper_spare_add(bed.mapper);
	settle();
	assert_int_equal(answer_all(7), 2);
	bed.server_unknown = true; /* what is opened next asks nobody */
	call_begin(&call);
	settle();
	for (int kind = 0; kind < STREAM_WIRE_KINDS; kind++)
		others[kind] = dup(call.fds[kind]);
	mapping_moved(call.mapping, others);
	close(call.fds[STREAM_WIRE_RTP]);
	close(call.fds[STREAM_WIRE_RTCP]);
	memcpy(call.fds, others, sizeof(others));
	for (unsigned round = 1; round <= 3; round++) {
		while (pass_until(round * MAPPER_REFRESH_MS))
			;
		assert_true(server_gets());
		/* RFC 8489 s6: an indication is not answered | it keeps the mapping of a socket whose packets go elsewhere */
		assert_int_equal(bed.bytes[1], TYPE_INDICATION);
		assert_int_equal(address_port(&bed.source), call.port);
		assert_int_equal(server_gets_all(TYPE_INDICATION), 1);
	}
	call_end(&call);
	while (pass_until(5 * MAPPER_REFRESH_MS))
		;
	assert_int_equal(server_gets_all(TYPE_INDICATION), 0);
}

static void test_rtcp_of_another_outer_host_is_not_told(void **state)
{
	struct call call;

	(void)state;
	mapper_spare_add(bed.mapper);
	settle();
	for (int i = 0; i < 2; i++) {
		assert_true(server_gets());
		answer(address_port(&bed.source) % 2 ? 8 : 7);
	}
	settle();
	call_begin(&call);
	expect_outer(&call, STREAM_WIRE_RTP, 7, call.port + OUTER_AHEAD);
	assert_null(mapping_outer(call.mapping, STREAM_WIRE_RTCP));
	call_end(&call);
}

static void test_half_of_the_ports_are_left_to_others(void **state)
{
	(void)state;
	mapper_free(bed.mapper);
	mapper_open(28000, 28007);
	for (int i = 0; i < 10; i++)
		mapper_spare_add(bed.mapper);
	settle();
	assert_int_equal(server_gets_all(TYPE_REQUEST), 2 * STREAM_WIRE_KINDS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_call_has_its_outer_address_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_answer_counts_from_the_server_that_was_asked_with_the_id_of_the_question, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_question_is_repeated_as_the_standard_says, setup, teardown),
		cmocka_unit_test_setup_teardown(test_after_a_failure_the_servers_next_address_is_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_call_does_not_wait_for_an_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_waits_is_asked_of_again_and_follows_the_translator, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_translator_with_many_addresses_does_not_fill_the_log, setup, teardown),
		cmocka_unit_test_setup_teardown(test_indications_keep_a_calls_mapping_until_it_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_rtcp_of_another_outer_host_is_not_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_half_of_the_ports_are_left_to_others, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
