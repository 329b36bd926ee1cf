/* SPDX-License-Identifier: BSD-3-Clause */
/* Protected packets: the standards' own vectors, libre as the other side, what a stranger may try, and that nothing is allocated. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/crypto.h>
#include <re.h>

#include "sip/srtp.h"

#define PAYLOAD 160
#define PACKET  (12 + PAYLOAD)
#define ROOM    (PACKET + UA_SRTP_OVERHEAD_MAX)
#define SSRC    0xcafebabeu

static size_t allocations;

static void *counted_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return malloc(size);
}

static void *counted_realloc(void *p, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return realloc(p, size);
}

static void counted_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

static const uint8_t *key_of(enum ua_srtp_suite suite)
{
	static uint8_t key[UA_SRTP_KEY_MAX];

	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i * 7 + (unsigned)suite + 1);
	return key;
}

static struct ua_srtp *srtp_new(enum ua_srtp_suite suite, bool sends)
{
	struct ua_srtp *srtp = NULL;

	assert_int_equal(ua_srtp_alloc(&srtp, suite, key_of(suite), sends), 0);
	return srtp;
}

static size_t rtp_make(uint8_t bytes[ROOM], uint32_t ssrc, uint16_t sequence)
{
	memset(bytes, 0, ROOM);
	bytes[0] = 0x80;
	bytes[1] = 8;
	bytes[2] = (uint8_t)(sequence >> 8);
	bytes[3] = (uint8_t)sequence;
	for (int i = 0; i < 4; i++)
		bytes[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
	for (size_t i = 12; i < PACKET; i++)
		bytes[i] = (uint8_t)(sequence + i);
	return PACKET;
}

static size_t rtcp_make(uint8_t bytes[ROOM])
{
	rtp_make(bytes, SSRC, 0);
	bytes[1] = 200;
	bytes[3] = PACKET / 4 - 1;
	memset(bytes + 4, 0xa5, 4);
	return PACKET;
}

static int protect(struct ua_srtp *srtp, uint8_t bytes[ROOM], size_t *length, uint32_t ssrc, uint16_t sequence)
{
	*length = rtp_make(bytes, ssrc, sequence);
	return ua_srtp_protect(srtp, bytes, length, ROOM);
}

static void assert_hex(const uint8_t *bytes, const char *hex)
{
	for (; *hex; hex += 2, bytes++) {
		char digits[3] = {hex[0], hex[1], 0};

		assert_int_equal(*bytes, strtol(digits, NULL, 16));
	}
}

static void from_hex(uint8_t *bytes, const char *hex)
{
	for (; *hex; hex += 2) {
		char digits[3] = {hex[0], hex[1], 0};

		*bytes++ = (uint8_t)strtol(digits, NULL, 16);
	}
}

static void test_session_keys_are_derived_as_the_standards_show(void **state)
{
	uint8_t key[UA_SRTP_KEY_MAX], out[32];

	(void)state;
	from_hex(key, "e1f97a0d3e018be0d64fa32c06de41390ec675ad498afeebb6960b3aabe6");
	assert_int_equal(ua_srtp_derive(out, 16, UA_SRTP_AES_CM_128_HMAC_SHA1_80, key, 0), 0);
	/* RFC 3711 sB.3: the session keys of the given master key | derived the same */
	assert_hex(out, "c61e7a93744f39ee10734afe3ff7a087");
	assert_int_equal(ua_srtp_derive(out, 14, UA_SRTP_AES_CM_128_HMAC_SHA1_80, key, 2), 0);
	assert_hex(out, "30cbbc08863d8c85d49db34a9ae1");
	assert_int_equal(ua_srtp_derive(out, 20, UA_SRTP_AES_CM_128_HMAC_SHA1_80, key, 1), 0);
	assert_hex(out, "cebe321f6ff7716b6fd4ab49af256a156d38baa4");

	from_hex(key, "f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b63b04803de51ee7c96423ab5b78d2");
	assert_int_equal(ua_srtp_derive(out, 32, UA_SRTP_AES_256_CM_HMAC_SHA1_80, key, 0), 0);
	/* RFC 6188 s7.4: the session keys of the given 256 bit master key | derived the same */
	assert_hex(out, "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4");
	assert_int_equal(ua_srtp_derive(out, 20, UA_SRTP_AES_256_CM_HMAC_SHA1_80, key, 1), 0);
	assert_hex(out, "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05");
	assert_int_equal(ua_srtp_derive(out, 14, UA_SRTP_AES_256_CM_HMAC_SHA1_80, key, 2), 0);
	assert_hex(out, "fa31791685ca444a9e07c6c64e93");
}

static const enum srtp_suite libre_suites[UA_SRTP_SUITES] = {
	[UA_SRTP_AES_CM_128_HMAC_SHA1_80] = SRTP_AES_CM_128_HMAC_SHA1_80,
	[UA_SRTP_AES_CM_128_HMAC_SHA1_32] = SRTP_AES_CM_128_HMAC_SHA1_32,
	[UA_SRTP_AES_256_CM_HMAC_SHA1_80] = SRTP_AES_256_CM_HMAC_SHA1_80,
	[UA_SRTP_AES_256_CM_HMAC_SHA1_32] = SRTP_AES_256_CM_HMAC_SHA1_32,
	[UA_SRTP_AEAD_AES_128_GCM] = SRTP_AES_128_GCM,
	[UA_SRTP_AEAD_AES_256_GCM] = SRTP_AES_256_GCM,
};

static struct srtp *libre_new(enum ua_srtp_suite suite)
{
	struct srtp *srtp = NULL;

	assert_int_equal(srtp_alloc(&srtp, libre_suites[suite], key_of(suite), ua_srtp_key_length(suite), 0), 0);
	return srtp;
}

/* What libre makes of the same packet. */
static struct mbuf *libre_protected(struct srtp *srtp, const uint8_t *bytes, size_t length, bool rtcp)
{
	struct mbuf *mb = mbuf_alloc(2 * ROOM);

	assert_int_equal(mbuf_write_mem(mb, bytes, length), 0);
	mb->pos = 0;
	assert_int_equal(rtcp ? srtcp_encrypt(srtp, mb) : srtp_encrypt(srtp, mb), 0);
	return mb;
}

static void test_what_we_send_is_what_libre_would(void **state)
{
	(void)state;
	for (enum ua_srtp_suite suite = 0; suite < UA_SRTP_SUITES; suite++) {
		struct ua_srtp *ours = srtp_new(suite, true);
		struct srtp *libres = libre_new(suite);

		for (uint32_t i = 65000; i < 66100; i++) { /* the sequence goes around once */
			uint8_t bytes[ROOM];
			size_t length = rtp_make(bytes, SSRC, (uint16_t)i);
			struct mbuf *expected = libre_protected(libres, bytes, length, false);

			assert_int_equal(ua_srtp_protect(ours, bytes, &length, sizeof(bytes)), 0);
			assert_int_equal(length, expected->end);
			assert_memory_equal(bytes, expected->buf, length);
			mem_deref(expected);
		}
		mem_deref(libres);
		ua_srtp_free(ours);
	}
}

static void test_what_libre_sends_is_read(void **state)
{
	(void)state;
	for (enum ua_srtp_suite suite = 0; suite < UA_SRTP_SUITES; suite++) {
		struct ua_srtp *ours = srtp_new(suite, false);
		struct srtp *libres = libre_new(suite);

		for (uint32_t i = 65000; i < 66100; i++) {
			uint8_t bytes[ROOM], plain[ROOM];
			struct mbuf *sent;
			size_t length = rtp_make(plain, SSRC, (uint16_t)i);

			sent = libre_protected(libres, plain, length, false);
			length = sent->end;
			memcpy(bytes, sent->buf, length);
			mem_deref(sent);
			if (i % 10 == 0) /* lost on the way */
				continue;
			assert_int_equal(ua_srtp_unprotect(ours, bytes, &length), 0);
			assert_int_equal(length, PACKET);
			assert_memory_equal(bytes, plain, length);
		}
		mem_deref(libres);
		ua_srtp_free(ours);
	}
}

/* libre signs them with 32 bits where the suite says so for sound, which RFC 4568 s6.2.2 forbids. */
static bool libre_signs_reports_well(enum ua_srtp_suite suite)
{
	return suite != UA_SRTP_AES_CM_128_HMAC_SHA1_32 && suite != UA_SRTP_AES_256_CM_HMAC_SHA1_32;
}

static void test_reports_are_protected_as_libre_does(void **state)
{
	(void)state;
	for (enum ua_srtp_suite suite = 0; suite < UA_SRTP_SUITES; suite++) {
		if (!libre_signs_reports_well(suite))
			continue;
		struct ua_srtp *ours = srtp_new(suite, false), *sender = srtp_new(suite, true);
		struct srtp *libres = libre_new(suite), *reader = libre_new(suite);

		for (int i = 0; i < 5; i++) {
			uint8_t bytes[ROOM], plain[ROOM];
			size_t length = rtcp_make(plain);
			struct mbuf *mb = libre_protected(libres, plain, length, true);

			memcpy(bytes, mb->buf, mb->end);
			length = mb->end;
			assert_int_equal(ua_srtcp_unprotect(ours, bytes, &length), 0);
			assert_int_equal(length, PACKET);
			assert_memory_equal(bytes, plain, length);
			assert_int_equal(ua_srtcp_protect(sender, bytes, &length, sizeof(bytes)), 0);
			mb->pos = mb->end = 0;
			assert_int_equal(mbuf_write_mem(mb, bytes, length), 0);
			mb->pos = 0;
			assert_int_equal(srtcp_decrypt(reader, mb), 0);
			assert_int_equal(mbuf_get_left(mb), PACKET);
			assert_memory_equal(mbuf_buf(mb), plain, PACKET);
			memcpy(bytes, plain, PACKET);
			mem_deref(mb);
		}
		mem_deref(libres);
		mem_deref(reader);
		ua_srtp_free(ours);
		ua_srtp_free(sender);
	}
}

static void test_each_changed_bit_is_found(void **state)
{
	(void)state;
	for (enum ua_srtp_suite suite = 0; suite < UA_SRTP_SUITES; suite++) {
		struct ua_srtp *sends = srtp_new(suite, true), *hears = srtp_new(suite, false);
		uint8_t bytes[ROOM], changed[ROOM];
		size_t length, left;

		assert_int_equal(protect(sends, bytes, &length, SSRC, 1), 0);
		for (size_t bit = 0; bit < 8 * length; bit++) {
			memcpy(changed, bytes, length);
			changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
			left = length;
			/* RFC 3711 s3.3: a packet whose tag is wrong is discarded | any changed bit is found */
			assert_int_not_equal(ua_srtp_unprotect(hears, changed, &left), 0);
		}
		for (left = 0; left < length; left++) {
			size_t cut = left;

			memcpy(changed, bytes, length);
			assert_int_not_equal(ua_srtp_unprotect(hears, changed, &cut), 0);
		}
		assert_int_equal(ua_srtp_unprotect(hears, bytes, &length), 0);
		length = rtcp_make(bytes);
		assert_int_equal(ua_srtcp_protect(sends, bytes, &length, sizeof(bytes)), 0);
		for (size_t bit = 0; bit < 8 * length; bit++) {
			memcpy(changed, bytes, length);
			changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
			left = length;
			assert_int_not_equal(ua_srtcp_unprotect(hears, changed, &left), 0);
		}
		assert_int_equal(ua_srtcp_unprotect(hears, bytes, &length), 0);
		ua_srtp_free(sends);
		ua_srtp_free(hears);
	}
}

static void test_nothing_comes_twice(void **state)
{
	enum { COUNT = 300 };
	static uint8_t packets[COUNT][ROOM];
	struct ua_srtp *sends = srtp_new(0, true), *hears = srtp_new(0, false);
	uint8_t bytes[ROOM];
	size_t length = 0, left;

	(void)state;
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(protect(sends, packets[i], &length, SSRC, (uint16_t)(65400 + i)), 0);
	for (int i = 0; i < COUNT; i += 2) {
		for (int j = i + 1; j >= i; j--) { /* each two in the wrong order */
			left = length;
			memcpy(bytes, packets[j], length);
			assert_int_equal(ua_srtp_unprotect(hears, bytes, &left), 0);
		}
	}
	for (int i = 0; i < COUNT; i++) {
		left = length;
		memcpy(bytes, packets[i], length);
		/* RFC 3711 s3.3.2: a replayed packet is discarded | refused, by a window of 64 */
		assert_int_equal(ua_srtp_unprotect(hears, bytes, &left), EALREADY);
	}
	length = rtcp_make(bytes);
	assert_int_equal(ua_srtcp_protect(sends, bytes, &length, sizeof(bytes)), 0);
	memcpy(packets[0], bytes, length);
	left = length;
	assert_int_equal(ua_srtcp_unprotect(hears, bytes, &left), 0);
	assert_int_equal(ua_srtcp_unprotect(hears, packets[0], &length), EALREADY);
	ua_srtp_free(sends);
	ua_srtp_free(hears);
}

/* It begins at 65534; what came first is the packet that began the second round. */
static void test_who_goes_around_before_anything_came_is_read(void **state)
{
	enum { COUNT = 6, FIRST_READ = 4 };

	(void)state;
	for (enum ua_srtp_suite suite = 0; suite < UA_SRTP_SUITES; suite++) {
		struct ua_srtp *sends = srtp_new(suite, true), *hears = srtp_new(suite, false);
		uint8_t packets[COUNT][ROOM], forged[ROOM], bytes[ROOM];
		size_t length = 0, left;

		for (int i = 0; i < COUNT; i++)
			assert_int_equal(protect(sends, packets[i], &length, SSRC, (uint16_t)(65534 + i)), 0);
		memcpy(forged, packets[FIRST_READ], length);
		forged[length - 1] ^= 1;
		left = length;
		assert_int_equal(ua_srtp_unprotect(hears, forged, &left), EACCES);
		for (int i = FIRST_READ; i < COUNT; i++) {
			left = length;
			/* RFC 3711 s3.3.1: with its first packets lost, the receiver may be a round behind the sender | the next round is tried where the first packet proves by nothing else */
			assert_int_equal(ua_srtp_unprotect(hears, packets[i], &left), 0);
			rtp_make(bytes, SSRC, (uint16_t)(65534 + i));
			assert_int_equal(left, PACKET);
			assert_memory_equal(packets[i], bytes, PACKET);
		}
		left = length; /* and the round before it is still known */
		assert_int_equal(ua_srtp_unprotect(hears, packets[1], &left), 0);
		left = length;
		assert_int_equal(ua_srtp_unprotect(hears, packets[3], &left), 0);
		ua_srtp_free(sends);
		ua_srtp_free(hears);
	}
}

static void test_one_sequence_number_ciphers_one_packet(void **state)
{
	struct ua_srtp *sends = srtp_new(0, true);
	uint8_t bytes[ROOM];
	size_t length;

	(void)state;
	assert_int_equal(protect(sends, bytes, &length, SSRC, 5), 0);
	/* RFC 3711 s9.1: one keystream is used once | a second packet of the same index does not leave */
	assert_int_equal(protect(sends, bytes, &length, SSRC, 5), EALREADY);
	ua_srtp_free(sends);
}

/* A stranger's packets with any SSRC push nobody out. */
static void test_strangers_are_not_remembered(void **state)
{
	struct ua_srtp *sends = srtp_new(0, true), *hears = srtp_new(0, false);
	uint8_t bytes[ROOM];
	size_t length;

	(void)state;
	for (uint16_t i = 0; i < 3; i++) {
		assert_int_equal(protect(sends, bytes, &length, SSRC, (uint16_t)(65534 + i)), 0);
		assert_int_equal(ua_srtp_unprotect(hears, bytes, &length), 0);
	}
	for (uint32_t ssrc = 1; ssrc < 1000; ssrc++) {
		length = rtp_make(bytes, ssrc, 0) + 10;
		assert_int_equal(ua_srtp_unprotect(hears, bytes, &length), EACCES);
	}
	for (uint32_t ssrc = 1; ssrc < UA_SRTP_SOURCES; ssrc++) { /* but whom the peer mixes in is */
		assert_int_equal(protect(sends, bytes, &length, ssrc, 1), 0);
		assert_int_equal(ua_srtp_unprotect(hears, bytes, &length), 0);
	}
	assert_int_equal(protect(sends, bytes, &length, SSRC, 1), 0);
	assert_int_equal(ua_srtp_unprotect(hears, bytes, &length), 0);
	ua_srtp_free(sends);
	ua_srtp_free(hears);
}

static void test_what_is_no_packet_is_refused(void **state)
{
	struct ua_srtp *sends = srtp_new(0, true), *hears = srtp_new(0, false);
	uint8_t bytes[ROOM];
	size_t length = rtp_make(bytes, SSRC, 1);

	(void)state;
	assert_int_equal(ua_srtp_protect(sends, bytes, &length, PACKET + 9), ENOSPC);
	bytes[0] = 0x9f; /* an extension and contributors beyond the end */
	length = 40;
	assert_int_equal(ua_srtp_protect(sends, bytes, &length, sizeof(bytes)), EBADMSG);
	assert_int_equal(ua_srtp_unprotect(hears, bytes, &length), EBADMSG);
	bytes[0] = 0x40;
	assert_int_equal(ua_srtp_protect(sends, bytes, &length, sizeof(bytes)), EBADMSG);
	assert_int_equal(ua_srtcp_protect(sends, bytes, &length, sizeof(bytes)), EBADMSG);
	length = 7;
	assert_int_equal(ua_srtcp_unprotect(hears, bytes, &length), EBADMSG);
	ua_srtp_free(sends);
	ua_srtp_free(hears);
}

static void test_packets_cost_no_memory(void **state)
{
	(void)state;
	for (enum ua_srtp_suite suite = 0; suite < UA_SRTP_SUITES; suite++) {
		struct ua_srtp *sends = srtp_new(suite, true), *hears = srtp_new(suite, false);
		size_t before = allocations;

		assert_true(before > 0);
		for (uint16_t i = 0; i < 100; i++) { /* the first one too */
			uint8_t bytes[ROOM];
			size_t length;

			assert_int_equal(protect(sends, bytes, &length, SSRC + i % 3, i), 0);
			assert_int_equal(ua_srtp_unprotect(hears, bytes, &length), 0);
			length = rtcp_make(bytes);
			assert_int_equal(ua_srtcp_protect(sends, bytes, &length, sizeof(bytes)), 0);
			assert_int_equal(ua_srtcp_unprotect(hears, bytes, &length), 0);
			bytes[20] ^= 1;
			assert_int_not_equal(ua_srtp_unprotect(hears, bytes, &length), 0);
		}
		assert_int_equal(allocations, before);
		ua_srtp_free(sends);
		ua_srtp_free(hears);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_session_keys_are_derived_as_the_standards_show),
		cmocka_unit_test(test_what_we_send_is_what_libre_would),
		cmocka_unit_test(test_what_libre_sends_is_read),
		cmocka_unit_test(test_reports_are_protected_as_libre_does),
		cmocka_unit_test(test_each_changed_bit_is_found),
		cmocka_unit_test(test_nothing_comes_twice),
		cmocka_unit_test(test_who_goes_around_before_anything_came_is_read),
		cmocka_unit_test(test_one_sequence_number_ciphers_one_packet),
		cmocka_unit_test(test_strangers_are_not_remembered),
		cmocka_unit_test(test_what_is_no_packet_is_refused),
		cmocka_unit_test(test_packets_cost_no_memory),
	};

	/* Before libcrypto's first. */
	if (!CRYPTO_set_mem_functions(counted_malloc, counted_realloc, counted_free))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
