/* SPDX-License-Identifier: BSD-3-Clause */
/* STUN messages, which libre's own reading and writing judges; RFC 5769's test vectors too. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <re.h>
#include <cmocka.h>

#include "sip/stun.h"

static const uint8_t id[UA_STUN_ID_BYTES] = {0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};

/* RFC 5769 s2.2: of 192.0.2.1:32853, with SOFTWARE, MESSAGE-INTEGRITY and FINGERPRINT */
static const uint8_t ipv4_response[] = {
	0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
	0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20,
	0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
	0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7,
	0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96,
};

/* RFC 5769 s2.3: of [2001:db8:1234:5678:11:2233:4455:6677]:32853 */
static const uint8_t ipv6_response[] = {
	0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
	0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20,
	0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9,
	0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6, 0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c, 0x82, 0x92, 0xc2, 0x75, 0xbf, 0xe3, 0xed, 0x41,
	0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c,
};

static void test_a_request_is_a_binding_request_that_libre_reads(void **state)
{
	uint8_t bytes[UA_STUN_BYTES], made[UA_STUN_ID_BYTES], other[UA_STUN_ID_BYTES];
	struct mbuf *mb = mbuf_alloc(sizeof(bytes));
	struct stun_unknown_attr unknown;
	struct stun_msg *msg;

	(void)state;
	assert_int_equal(ua_stun_id(made), 0);
	assert_int_equal(ua_stun_id(other), 0);
	/* RFC 8489 s5: the transaction id is 96 random bits | of another request it is another */
	assert_memory_not_equal(made, other, sizeof(made));
	ua_stun_request(bytes, made);
	assert_int_equal(mbuf_write_mem(mb, bytes, sizeof(bytes)), 0);
	mb->pos = 0;
	assert_int_equal(stun_msg_decode(&msg, mb, &unknown), 0);
	/* RFC 8489 s5: the message has the magic cookie, and the type of a Binding request | so libre reads it */
	assert_true(stun_msg_mcookie(msg));
	assert_int_equal(stun_msg_method(msg), STUN_METHOD_BINDING);
	assert_int_equal(stun_msg_class(msg), STUN_CLASS_REQUEST);
	assert_memory_equal(stun_msg_tid(msg), made, sizeof(made));
	mem_deref(msg);
	ua_stun_indication(bytes, made);
	mb->pos = 0;
	assert_int_equal(mbuf_write_mem(mb, bytes, sizeof(bytes)), 0);
	mb->pos = 0;
	assert_int_equal(stun_msg_decode(&msg, mb, &unknown), 0);
	assert_int_equal(stun_msg_class(msg), STUN_CLASS_INDICATION);
	mem_deref(msg);
	mem_deref(mb);
}

static void test_the_test_vectors_are_read(void **state)
{
	static const uint8_t ipv6[] = {0x20, 0x01, 0x0d, 0xb8, 0x12, 0x34, 0x56, 0x78, 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77};
	struct ua_stun_mapped mapped;

	(void)state;
	assert_int_equal(ua_stun_answer(&mapped, id, ipv4_response, sizeof(ipv4_response)), 0);
	/* RFC 8489 s14.2: XOR-MAPPED-ADDRESS hides port and IPv4 address by the cookie | both are read, RFC 5769 s2.2 */
	assert_int_equal(mapped.port, 32853);
	assert_false(mapped.is_ipv6);
	assert_memory_equal(mapped.addr, "\xc0\x00\x02\x01", 4);
	assert_int_equal(ua_stun_answer(&mapped, id, ipv6_response, sizeof(ipv6_response)), 0);
	/* RFC 8489 s14.2: ... an IPv6 address also by the id | it is read, RFC 5769 s2.3 */
	assert_int_equal(mapped.port, 32853);
	assert_true(mapped.is_ipv6);
	assert_memory_equal(mapped.addr, ipv6, sizeof(ipv6));
}

/* Reads the IPv4 vector with one byte changed. */
static int read_with(size_t at, uint8_t value)
{
	uint8_t bytes[sizeof(ipv4_response)];
	struct ua_stun_mapped mapped = {.port = 7};
	int err;

	memcpy(bytes, ipv4_response, sizeof(bytes));
	bytes[at] = value;
	err = ua_stun_answer(&mapped, id, bytes, sizeof(bytes));
	assert_true(!err || mapped.port == 7);
	return err;
}

static void test_what_is_no_answer_to_the_request_is_not_taken(void **state)
{
	(void)state;
	for (size_t i = 8; i < 20; i++) {
		/* RFC 8489 s6.3: a response of another transaction is dropped | whatever of its id differs */
		assert_int_equal(read_with(i, ipv4_response[i] ^ 1), ENOENT);
	}
	/* RFC 8489 s6.3: without the cookie it is no STUN | not taken */
	assert_int_equal(read_with(4, 0), EBADMSG);
	assert_int_equal(read_with(0, 0x80), EBADMSG); /* RTP */
	assert_int_equal(read_with(0, 0x00), ENOENT);  /* a request that comes back */
	assert_int_equal(read_with(1, 0x11), ECONNREFUSED); /* an error */
	assert_int_equal(read_with(3, 0x40), EBADMSG); /* longer than it is */
	/* RFC 8489 s6.3.3: a success response with an unknown attribute that must be understood has failed | not taken */
	assert_int_equal(read_with(20, 0x7f), ECONNREFUSED);
	assert_int_equal(read_with(22, 0xff), EBADMSG); /* an attribute that ends behind the message */
	assert_int_equal(read_with(41, 0x03), EBADMSG); /* of no family */
	assert_int_equal(read_with(41, 0x02), EBADMSG); /* of one that is longer */
	/* Without the address. */
	assert_int_equal(read_with(36, 0x80), EBADMSG);
}

static void test_no_part_of_an_answer_is_an_answer(void **state)
{
	struct ua_stun_mapped mapped;

	(void)state;
	for (size_t length = 0; length < sizeof(ipv4_response); length++)
		assert_int_equal(ua_stun_answer(&mapped, id, ipv4_response, length), EBADMSG);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_is_a_binding_request_that_libre_reads),
		cmocka_unit_test(test_the_test_vectors_are_read),
		cmocka_unit_test(test_what_is_no_answer_to_the_request_is_not_taken),
		cmocka_unit_test(test_no_part_of_an_answer_is_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
