/* SPDX-License-Identifier: BSD-3-Clause */
/* What a dummy line says, and that hostile bytes are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>

#include "fxs/wire.h"

#define KIND_LAST FXS_WIRE_HOOK

static struct fxs_wire_message example(enum fxs_wire_kind kind)
{
	struct fxs_wire_message message = {.kind = kind};

	switch (kind) {
	case FXS_WIRE_HELLO:
		message.hello.version = FXS_WIRE_VERSION;
		strcpy(message.hello.line, "desk-1");
		break;
	case FXS_WIRE_REFUSED:
		message.refused_errno = EBUSY;
		break;
	case FXS_WIRE_FEED:
		message.feed = FXS_FEED_OPEN;
		break;
	case FXS_WIRE_RING:
		message.ring_on = true;
		break;
	case FXS_WIRE_SOUND_ON:
	case FXS_WIRE_SOUND_OFF:
		break;
	case FXS_WIRE_SOUND:
		message.sound.count = FXS_BLOCK_SAMPLES_MAX;
		for (int i = 0; i < FXS_BLOCK_SAMPLES_MAX; i++)
			message.sound.samples[i] = (int16_t)(INT16_MIN + i * 409);
		break;
	case FXS_WIRE_HOOK:
		message.hook.off_hook = true;
		message.hook.sample = 0x0102030405060708;
		break;
	}
	return message;
}

/* In a block of its own, so that AddressSanitizer sees a read past the datagram. */
static int decode_copy(struct fxs_wire_message *message, const uint8_t *bytes, size_t length)
{
	uint8_t *copy = malloc(length ? length : 1);
	int err;

	assert_non_null(copy);
	memcpy(copy, bytes, length);
	err = fxs_wire_decode(message, copy, length);
	free(copy);
	return err;
}

static void assert_refused(const uint8_t *bytes, size_t length)
{
	struct fxs_wire_message message, before;

	memset(&message, 0x5a, sizeof message);
	before = message;
	assert_int_equal(decode_copy(&message, bytes, length), EBADMSG);
	assert_memory_equal(&message, &before, sizeof message);
}

static void test_every_message_comes_back_as_it_was_sent(void **state)
{
	(void)state;
	for (int kind = FXS_WIRE_HELLO; kind <= KIND_LAST; kind++) {
		struct fxs_wire_message sent = example(kind), got;
		uint8_t bytes[FXS_WIRE_BYTES_MAX], again[FXS_WIRE_BYTES_MAX];
		size_t length = fxs_wire_encode(&sent, bytes);

		assert_true(length <= FXS_WIRE_BYTES_MAX);
		assert_int_equal(decode_copy(&got, bytes, length), 0);
		assert_int_equal(got.kind, kind);
		assert_int_equal(fxs_wire_encode(&got, again), length);
		assert_memory_equal(bytes, again, length);
	}
}

static void test_fields_arrive(void **state)
{
	struct fxs_wire_message sent, got;
	uint8_t bytes[FXS_WIRE_BYTES_MAX];

	(void)state;
	sent = example(FXS_WIRE_HELLO);
	assert_int_equal(fxs_wire_decode(&got, bytes, fxs_wire_encode(&sent, bytes)), 0);
	assert_int_equal(got.hello.version, FXS_WIRE_VERSION);
	assert_string_equal(got.hello.line, "desk-1");
	sent = example(FXS_WIRE_REFUSED);
	assert_int_equal(fxs_wire_decode(&got, bytes, fxs_wire_encode(&sent, bytes)), 0);
	assert_int_equal(got.refused_errno, EBUSY);
	sent = example(FXS_WIRE_FEED);
	assert_int_equal(fxs_wire_decode(&got, bytes, fxs_wire_encode(&sent, bytes)), 0);
	assert_int_equal(got.feed, FXS_FEED_OPEN);
	sent = example(FXS_WIRE_RING);
	assert_int_equal(fxs_wire_decode(&got, bytes, fxs_wire_encode(&sent, bytes)), 0);
	assert_true(got.ring_on);
	sent = example(FXS_WIRE_SOUND);
	assert_int_equal(fxs_wire_decode(&got, bytes, fxs_wire_encode(&sent, bytes)), 0);
	assert_int_equal(got.sound.count, FXS_BLOCK_SAMPLES_MAX);
	assert_memory_equal(got.sound.samples, sent.sound.samples, sizeof sent.sound.samples);
	sent = example(FXS_WIRE_HOOK);
	assert_int_equal(fxs_wire_decode(&got, bytes, fxs_wire_encode(&sent, bytes)), 0);
	assert_true(got.hook.off_hook);
	assert_int_equal(got.hook.sample, 0x0102030405060708);
}

/* The format is a promise to telephones written by others, so its bytes are spelled out here. */
static void test_bytes_are_as_the_header_says(void **state)
{
	static const uint8_t hello[] = {1, 1, 'd', 'e', 's', 'k', '-', '1'};
	static const uint8_t hook[] = {8, 1, 8, 7, 6, 5, 4, 3, 2, 1};
	static const uint8_t sound[] = {7, 0xfe, 0xff, 0x02, 0x01};
	struct fxs_wire_message message = example(FXS_WIRE_HELLO);
	uint8_t bytes[FXS_WIRE_BYTES_MAX];

	(void)state;
	assert_int_equal(fxs_wire_encode(&message, bytes), sizeof hello);
	assert_memory_equal(bytes, hello, sizeof hello);
	message = example(FXS_WIRE_HOOK);
	assert_int_equal(fxs_wire_encode(&message, bytes), sizeof hook);
	assert_memory_equal(bytes, hook, sizeof hook);
	message = (struct fxs_wire_message){.kind = FXS_WIRE_SOUND,
		.sound = {.count = 2, .samples = {-2, 0x0102}}};
	assert_int_equal(fxs_wire_encode(&message, bytes), sizeof sound);
	assert_memory_equal(bytes, sound, sizeof sound);
}

/* Names and sound of other lengths are good messages of their own; everything else is exact. */
static bool shorter_is_good(int kind, size_t length)
{
	return (kind == FXS_WIRE_HELLO && length >= 3) ||
	       (kind == FXS_WIRE_SOUND && length >= 3 && length % 2);
}

static void test_every_truncation_is_refused(void **state)
{
	(void)state;
	for (int kind = FXS_WIRE_HELLO; kind <= KIND_LAST; kind++) {
		struct fxs_wire_message message = example(kind);
		uint8_t bytes[FXS_WIRE_BYTES_MAX];
		size_t length = fxs_wire_encode(&message, bytes);

		for (size_t cut = 0; cut < length; cut++) {
			if (!shorter_is_good(kind, cut))
				assert_refused(bytes, cut);
			else
				assert_int_equal(decode_copy(&message, bytes, cut), 0);
		}
	}
}

static void test_every_overlong_message_is_refused(void **state)
{
	(void)state;
	for (int kind = FXS_WIRE_HELLO; kind <= KIND_LAST; kind++) {
		struct fxs_wire_message message = example(kind);
		uint8_t bytes[FXS_WIRE_BYTES_MAX + 64] = {0};
		size_t length = fxs_wire_encode(&message, bytes);

		for (size_t more = length + 1; more <= sizeof bytes; more++)
			assert_refused(bytes, more);
	}
}

static void test_unknown_kinds_are_refused_at_every_length(void **state)
{
	uint8_t bytes[FXS_WIRE_BYTES_MAX] = {0};

	(void)state;
	for (unsigned kind = 0; kind < 256; kind++) {
		if (kind >= FXS_WIRE_HELLO && kind <= KIND_LAST)
			continue;
		bytes[0] = (uint8_t)kind;
		for (size_t length = 1; length <= sizeof bytes; length++)
			assert_refused(bytes, length);
	}
}

static void test_a_name_has_1_to_63_visible_characters(void **state)
{
	uint8_t bytes[2 + FXS_CHANNEL_NAME_MAX + 1] = {FXS_WIRE_HELLO, FXS_WIRE_VERSION};
	struct fxs_wire_message message;

	(void)state;
	memset(bytes + 2, 'x', sizeof bytes - 2);
	assert_refused(bytes, 2);
	assert_refused(bytes, sizeof bytes);
	assert_int_equal(decode_copy(&message, bytes, sizeof bytes - 1), 0);
	assert_int_equal(strlen(message.hello.line), FXS_CHANNEL_NAME_MAX);
	for (unsigned c = 0; c < 256; c++) {
		bytes[5] = (uint8_t)c;
		if (c > ' ' && c <= '~')
			assert_int_equal(decode_copy(&message, bytes, 10), 0);
		else
			assert_refused(bytes, 10);
	}
}

static void test_a_configured_name_is_judged_alike(void **state)
{
	char name[FXS_CHANNEL_NAME_MAX + 2] = {0};

	(void)state;
	assert_false(fxs_wire_line_valid(""));
	assert_true(fxs_wire_line_valid("1"));
	assert_false(fxs_wire_line_valid("two words"));
	assert_false(fxs_wire_line_valid("caf\xc3\xa9"));
	memset(name, 'n', FXS_CHANNEL_NAME_MAX);
	assert_true(fxs_wire_line_valid(name));
	name[FXS_CHANNEL_NAME_MAX] = 'n';
	assert_false(fxs_wire_line_valid(name));
}

static void test_values_out_of_range_are_refused(void **state)
{
	static const uint8_t bad[][10] = {
		{FXS_WIRE_REFUSED, 0, 0},
		{FXS_WIRE_FEED, FXS_FEED_OPEN + 1},
		{FXS_WIRE_FEED, 255},
		{FXS_WIRE_RING, 2},
		{FXS_WIRE_HOOK, 2},
	};
	static const size_t lengths[] = {3, 2, 2, 2, 10};

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
		assert_refused(bad[i], lengths[i]);
}

static void test_a_hello_of_another_version_can_be_answered(void **state)
{
	static const uint8_t bytes[] = {FXS_WIRE_HELLO, 9, 'a'};
	struct fxs_wire_message message;

	(void)state;
	assert_int_equal(fxs_wire_decode(&message, bytes, sizeof bytes), 0);
	assert_int_equal(message.hello.version, 9);
}

/* Whatever is accepted must encode to the very same bytes: nothing is silently ignored. */
static void test_random_bytes_are_refused_or_come_back_unchanged(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		uint8_t bytes[24], again[FXS_WIRE_BYTES_MAX];
		struct fxs_wire_message message;
		size_t length;

		for (size_t i = 0; i < sizeof bytes; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(seed >> 24);
		}
		length = bytes[sizeof bytes - 1] % sizeof bytes;
		bytes[0] %= 10;
		if (decode_copy(&message, bytes, length))
			continue;
		assert_int_equal(fxs_wire_encode(&message, again), length);
		assert_memory_equal(again, bytes, length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_message_comes_back_as_it_was_sent),
		cmocka_unit_test(test_fields_arrive),
		cmocka_unit_test(test_bytes_are_as_the_header_says),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_every_overlong_message_is_refused),
		cmocka_unit_test(test_unknown_kinds_are_refused_at_every_length),
		cmocka_unit_test(test_a_name_has_1_to_63_visible_characters),
		cmocka_unit_test(test_a_configured_name_is_judged_alike),
		cmocka_unit_test(test_values_out_of_range_are_refused),
		cmocka_unit_test(test_a_hello_of_another_version_can_be_answered),
		cmocka_unit_test(test_random_bytes_are_refused_or_come_back_unchanged),
	};

	return cmocka_run_group_tests_name("fxs_wire", tests, NULL, NULL);
}
