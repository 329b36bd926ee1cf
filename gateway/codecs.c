/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "gateway/codecs.h"

static bool name_find(const char *name, size_t length, enum dsp_codec *codec)
{
	for (unsigned i = 0; i < DSP_CODEC_COUNT; i++) {
		const struct dsp_codec_shape *shape = dsp_codec_shape((enum dsp_codec)i);

		if (!shape || strlen(shape->name) != length || strncasecmp(shape->name, name, length))
			continue;
		*codec = (enum dsp_codec)i;
		return true;
	}
	return false;
}

static bool has(const struct codecs *codecs, enum dsp_codec codec)
{
	return memchr(codecs->list, codec, codecs->count);
}

int codecs_parse(struct codecs *codecs, const char *text)
{
	struct codecs result = {0};

	while (*(text += strspn(text, " "))) {
		size_t length = strcspn(text, " ");
		enum dsp_codec codec;

		if (!name_find(text, length, &codec) || has(&result, codec))
			return EINVAL;
		result.list[result.count++] = (uint8_t)codec;
		text += length;
	}
	if (!result.count)
		return EINVAL;
	*codecs = result;
	return 0;
}

void codecs_names(char *text, size_t size)
{
	unsigned left = 0;
	size_t at = 0;

	for (unsigned i = 0; i < DSP_CODEC_COUNT; i++)
		left += dsp_codec_shape((enum dsp_codec)i) != NULL;
	text[0] = 0;
	for (unsigned i = 0; i < DSP_CODEC_COUNT && at < size; i++) {
		const struct dsp_codec_shape *shape = dsp_codec_shape((enum dsp_codec)i);

		if (shape && left--)
			at += (size_t)snprintf(text + at, size - at, "%s%s", shape->name, left > 1 ? ", " : left ? " or " : "");
	}
}

static bool is_exact(enum dsp_codec codec)
{
	return codec == DSP_CODEC_PCMU || codec == DSP_CODEC_PCMA;
}

void codecs_keep_exact(struct codecs *codecs)
{
	struct codecs result = {0};

	for (unsigned i = 0; i < codecs->count; i++) {
		if (is_exact(codecs->list[i]))
			result.list[result.count++] = codecs->list[i];
	}
	*codecs = result;
}
