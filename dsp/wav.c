/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dsp/g711.h"
#include "dsp/wav.h"

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

/* What the samples are, by the format's tag (RFC 2361). */
static const struct coding {
	unsigned tag, bits;
	enum dsp_law law; /* of those with 8 bits */
} codings[] = {{1, 16, 0}, {6, 8, DSP_LAW_A}, {7, 8, DSP_LAW_MU}};

/* NULL: none that we know. */
static const struct coding *coding_find(const uint8_t *format)
{
	if (number_get(format + 2, 2) != 1 || number_get(format + 4, 4) != RATE_HZ)
		return NULL;
	for (size_t i = 0; i < sizeof(codings) / sizeof(codings[0]); i++) {
		if (number_get(format, 2) == codings[i].tag && number_get(format + 14, 2) == codings[i].bits)
			return &codings[i];
	}
	return NULL;
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

/* Bytes become samples in their place, from behind. */
static void samples_decode(int16_t *samples, const struct coding *coding, size_t count)
{
	const uint8_t *bytes = (const uint8_t *)samples;

	if (coding->bits == 8) {
		for (size_t i = count; i-- > 0;)
			dsp_g711_decode(coding->law, &samples[i], &(const uint8_t){bytes[i]}, 1);
		return;
	}
	for (size_t i = 0; i < count; i++)
		samples[i] = (int16_t)number_get(bytes + 2 * i, 2);
}

static int samples_read(FILE *file, const struct coding *coding, int16_t **samplesp, size_t count)
{
	int16_t *samples = calloc(count ? count : 1, sizeof *samples);

	if (!samples)
		return ENOMEM;
	if (fread(samples, coding->bits / 8, count, file) != count) {
		free(samples);
		return EINVAL;
	}
	samples_decode(samples, coding, count);
	*samplesp = samples;
	return 0;
}

static int format_read(FILE *file, const struct coding **coding)
{
	uint8_t format[FORMAT_SIZE];
	uint32_t size;

	if (chunk_find(file, "fmt ", &size) || size < FORMAT_SIZE || size > INT32_MAX ||
		fread(format, sizeof format, 1, file) != 1 ||
		fseek(file, (long)(size - FORMAT_SIZE + (size & 1)), SEEK_CUR))
		return EINVAL;
	*coding = coding_find(format);
	return *coding ? 0 : EINVAL;
}

static int stream_read(FILE *file, int16_t **samplesp, size_t *count)
{
	const struct coding *coding;
	uint8_t head[12];
	uint32_t size;
	int err;

	if (fread(head, sizeof head, 1, file) != 1 || memcmp(head, "RIFF", 4) ||
		memcmp(head + 8, "WAVE", 4))
		return EINVAL;
	if (format_read(file, &coding) || chunk_find(file, "data", &size))
		return EINVAL;
	size /= coding->bits / 8;
	if (size > DSP_WAV_SAMPLES_MAX)
		return EFBIG;
	err = samples_read(file, coding, samplesp, size);
	if (!err)
		*count = size;
	return err;
}

int dsp_wav_read(const char *path, int16_t **samplesp, size_t *count)
{
	struct stat status;
	/* Nothing that a path may name makes us wait. */
	int err, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "rb");

	if (!file) {
		err = errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	err = fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ? EINVAL : stream_read(file, samplesp, count);
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

int dsp_wav_write(const char *path, const int16_t *samples, size_t count)
{
	uint8_t head[HEAD_SIZE], bytes[2];
	FILE *file;
	bool good;

	if (count > DSP_WAV_SAMPLES_MAX)
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
