/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "fxs/wire.h"

#define SAMPLE_BYTES 2

/* Each coder sees only what follows the kind, and its length is already within the row's limits. */
struct coder {
	size_t length_min, length_max;
	size_t (*encode)(const struct fxs_wire_message *message, uint8_t *bytes);
	int (*decode)(struct fxs_wire_message *message, const uint8_t *bytes, size_t length);
};

static void put_number(uint8_t *bytes, uint64_t value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_number(const uint8_t *bytes, size_t count)
{
	uint64_t value = 0;

	for (size_t i = 0; i < count; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return value;
}

static bool name_valid(const char *name, size_t length)
{
	if (length == 0 || length > FXS_CHANNEL_NAME_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (name[i] <= ' ' || name[i] > '~')
			return false;
	}
	return true;
}

bool fxs_wire_line_valid(const char *line)
{
	return name_valid(line, strnlen(line, FXS_CHANNEL_NAME_MAX + 1));
}

static size_t hello_encode(const struct fxs_wire_message *message, uint8_t *bytes)
{
	size_t length = strnlen(message->hello.line, FXS_CHANNEL_NAME_MAX);

	bytes[0] = (uint8_t)message->hello.version;
	memcpy(bytes + 1, message->hello.line, length);
	return 1 + length;
}

static int hello_decode(struct fxs_wire_message *message, const uint8_t *bytes, size_t length)
{
	if (!name_valid((const char *)bytes + 1, length - 1))
		return EBADMSG;
	message->hello.version = bytes[0];
	memcpy(message->hello.line, bytes + 1, length - 1);
	return 0;
}

static size_t refused_encode(const struct fxs_wire_message *message, uint8_t *bytes)
{
	put_number(bytes, (unsigned)message->refused_errno, 2);
	return 2;
}

static int refused_decode(struct fxs_wire_message *message, const uint8_t *bytes, size_t length)
{
	message->refused_errno = (int)get_number(bytes, length);
	return message->refused_errno ? 0 : EBADMSG;
}

static size_t feed_encode(const struct fxs_wire_message *message, uint8_t *bytes)
{
	bytes[0] = (uint8_t)message->feed;
	return 1;
}

static int feed_decode(struct fxs_wire_message *message, const uint8_t *bytes, size_t length)
{
	(void)length;
	if (bytes[0] > FXS_FEED_OPEN)
		return EBADMSG;
	message->feed = (enum fxs_feed)bytes[0];
	return 0;
}

static size_t ring_encode(const struct fxs_wire_message *message, uint8_t *bytes)
{
	bytes[0] = message->ring_on;
	return 1;
}

static int ring_decode(struct fxs_wire_message *message, const uint8_t *bytes, size_t length)
{
	(void)length;
	if (bytes[0] > 1)
		return EBADMSG;
	message->ring_on = bytes[0];
	return 0;
}

static size_t nothing_encode(const struct fxs_wire_message *message, uint8_t *bytes)
{
	(void)message;
	(void)bytes;
	return 0;
}

static int nothing_decode(struct fxs_wire_message *message, const uint8_t *bytes, size_t length)
{
	(void)message;
	(void)bytes;
	(void)length;
	return 0;
}

static size_t sound_encode(const struct fxs_wire_message *message, uint8_t *bytes)
{
	size_t count = message->sound.count;

	assert(count >= 1 && count <= FXS_BLOCK_SAMPLES_MAX);
	for (size_t i = 0; i < count; i++)
		put_number(bytes + i * SAMPLE_BYTES, (uint16_t)message->sound.samples[i], SAMPLE_BYTES);
	return count * SAMPLE_BYTES;
}

static int sound_decode(struct fxs_wire_message *message, const uint8_t *bytes, size_t length)
{
	if (length % SAMPLE_BYTES)
		return EBADMSG;
	message->sound.count = length / SAMPLE_BYTES;
	for (size_t i = 0; i < message->sound.count; i++)
		message->sound.samples[i] = (int16_t)get_number(bytes + i * SAMPLE_BYTES, SAMPLE_BYTES);
	return 0;
}

static size_t hook_encode(const struct fxs_wire_message *message, uint8_t *bytes)
{
	bytes[0] = message->hook.off_hook;
	put_number(bytes + 1, message->hook.sample, 8);
	return 9;
}

static int hook_decode(struct fxs_wire_message *message, const uint8_t *bytes, size_t length)
{
	if (bytes[0] > 1)
		return EBADMSG;
	message->hook.off_hook = bytes[0];
	message->hook.sample = get_number(bytes + 1, length - 1);
	return 0;
}

static const struct coder coders[] = {
	[FXS_WIRE_HELLO] = {2, 1 + FXS_CHANNEL_NAME_MAX, hello_encode, hello_decode},
	[FXS_WIRE_REFUSED] = {2, 2, refused_encode, refused_decode},
	[FXS_WIRE_FEED] = {1, 1, feed_encode, feed_decode},
	[FXS_WIRE_RING] = {1, 1, ring_encode, ring_decode},
	[FXS_WIRE_SOUND_ON] = {0, 0, nothing_encode, nothing_decode},
	[FXS_WIRE_SOUND_OFF] = {0, 0, nothing_encode, nothing_decode},
	[FXS_WIRE_SOUND] = {SAMPLE_BYTES, FXS_BLOCK_SAMPLES_MAX * SAMPLE_BYTES, sound_encode,
		sound_decode},
	[FXS_WIRE_HOOK] = {9, 9, hook_encode, hook_decode},
};

#define CODER_COUNT (sizeof coders / sizeof coders[0])

static const struct coder *coder_find(unsigned kind)
{
	return kind < CODER_COUNT && coders[kind].encode ? &coders[kind] : NULL;
}

size_t fxs_wire_encode(const struct fxs_wire_message *message, uint8_t bytes[FXS_WIRE_BYTES_MAX])
{
	const struct coder *coder = coder_find((unsigned)message->kind);

	assert(coder);
	bytes[0] = (uint8_t)message->kind;
	return 1 + coder->encode(message, bytes + 1);
}

int fxs_wire_decode(struct fxs_wire_message *message, const uint8_t *bytes, size_t length)
{
	struct fxs_wire_message decoded = {0};
	const struct coder *coder;
	int err;

	if (length < 1)
		return EBADMSG;
	coder = coder_find(bytes[0]);
	if (!coder || length - 1 < coder->length_min || length - 1 > coder->length_max)
		return EBADMSG;
	decoded.kind = (enum fxs_wire_kind)bytes[0];
	err = coder->decode(&decoded, bytes + 1, length - 1);
	if (!err)
		*message = decoded;
	return err;
}
