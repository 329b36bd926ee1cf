/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/phone/wav.h"

#define RATE_HZ     8000
#define CHUNK_HEAD  8
#define FORMAT_SIZE 16
#define HEAD_SIZE   44

static uint32_t number_get(const uint8_t *bytes, size_t count)
{
	uint32_t value = 0;

	for (size_t i = 0; i < count; i++)
		value |= (uint32_t)bytes[i] << (8 * i);
	return value;
}

static void number_put(uint8_t *bytes, uint32_t value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
}

static bool format_is_ours(const uint8_t *format)
{
	return number_get(format, 2) == 1 && number_get(format + 2, 2) == 1 &&
	       number_get(format + 4, 4) == RATE_HZ && number_get(format + 14, 2) == 16;
}

/* Goes to the next chunk of that name; 0 and its size, or EINVAL. */
static int chunk_find(FILE *file, const char *name, uint32_t *size)
{
	uint8_t head[CHUNK_HEAD];

	while (fread(head, sizeof head, 1, file) == 1) {
		*size = number_get(head + 4, 4);
		if (!memcmp(head, name, 4))
			return 0;
		if (*size > INT32_MAX || fseek(file, (long)(*size + (*size & 1)), SEEK_CUR))
			break;
	}
	return EINVAL;
}

static int samples_read(FILE *file, int16_t **samplesp, size_t count)
{
	uint8_t bytes[2];
	int16_t *samples = calloc(count ? count : 1, sizeof *samples);

	if (!samples)
		return ENOMEM;
	for (size_t i = 0; i < count; i++) {
		if (fread(bytes, sizeof bytes, 1, file) != 1) {
			free(samples);
			return EINVAL;
		}
		samples[i] = (int16_t)number_get(bytes, 2);
	}
	*samplesp = samples;
	return 0;
}

static int stream_read(FILE *file, int16_t **samplesp, size_t *count)
{
	uint8_t head[12], format[FORMAT_SIZE];
	uint32_t size;
	int err;

	if (fread(head, sizeof head, 1, file) != 1 || memcmp(head, "RIFF", 4) ||
		memcmp(head + 8, "WAVE", 4))
		return EINVAL;
	if (chunk_find(file, "fmt ", &size) || size < FORMAT_SIZE || size > INT32_MAX ||
		fread(format, sizeof format, 1, file) != 1 || !format_is_ours(format) ||
		fseek(file, (long)(size - FORMAT_SIZE), SEEK_CUR))
		return EINVAL;
	if (chunk_find(file, "data", &size))
		return EINVAL;
	if (size / 2 > WAV_SAMPLES_MAX)
		return EFBIG;
	err = samples_read(file, samplesp, size / 2);
	if (!err)
		*count = size / 2;
	return err;
}

int wav_read(const char *path, int16_t **samplesp, size_t *count)
{
	FILE *file = fopen(path, "rb");
	int err;

	if (!file)
		return errno;
	err = stream_read(file, samplesp, count);
	fclose(file);
	return err;
}

static void head_make(uint8_t head[HEAD_SIZE], size_t count)
{
	uint32_t size = (uint32_t)(2 * count);

	memcpy(head, "RIFF....WAVEfmt ", 16);
	number_put(head + 4, size + HEAD_SIZE - CHUNK_HEAD, 4);
	number_put(head + 16, FORMAT_SIZE, 4);
	number_put(head + 20, 1, 2);           /* PCM */
	number_put(head + 22, 1, 2);           /* channels */
	number_put(head + 24, RATE_HZ, 4);
	number_put(head + 28, 2 * RATE_HZ, 4); /* bytes a second */
	number_put(head + 32, 2, 2);           /* bytes at once */
	number_put(head + 34, 16, 2);          /* bits */
	memcpy(head + 36, "data", 4);
	number_put(head + 40, size, 4);
}

int wav_write(const char *path, const int16_t *samples, size_t count)
{
	uint8_t head[HEAD_SIZE], bytes[2];
	FILE *file;
	bool good;

	if (count > WAV_SAMPLES_MAX)
		return EFBIG;
	file = fopen(path, "wb");
	if (!file)
		return errno;
	head_make(head, count);
	good = fwrite(head, sizeof head, 1, file) == 1;
	for (size_t i = 0; i < count && good; i++) {
		number_put(bytes, (uint16_t)samples[i], 2);
		good = fwrite(bytes, sizeof bytes, 1, file) == 1;
	}
	return fclose(file) || !good ? EIO : 0;
}
