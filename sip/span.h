/* SPDX-License-Identifier: BSD-3-Clause */
/* Pieces of text that is not ours and has no final zero. Private to sip/. */
#ifndef TIPRING_SIP_SPAN_H
#define TIPRING_SIP_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct span {
	const char *p;
	size_t length;
};

static inline bool span_is(struct span span, const char *text)
{
	return span.length == strlen(text) && !strncasecmp(span.p, text, span.length);
}

/* Takes what stands before the separator off rest, and the separator with it. */
static inline struct span take_until(struct span *rest, char separator)
{
	const char *end = rest->length ? memchr(rest->p, separator, rest->length) : NULL;
	struct span part = {rest->p, end ? (size_t)(end - rest->p) : rest->length};
	size_t taken = part.length + (end ? 1 : 0);

	rest->p += taken;
	rest->length -= taken;
	return part;
}

static inline struct span take_word(struct span *rest)
{
	while (rest->length && *rest->p == ' ') {
		rest->p++;
		rest->length--;
	}
	return take_until(rest, ' ');
}

static inline struct span take_line(struct span *rest)
{
	struct span line = take_until(rest, '\n');

	if (line.length && line.p[line.length - 1] == '\r')
		line.length--;
	return line;
}

/* A whole decimal number of at most 5 digits. */
static inline bool read_number(struct span span, unsigned max, unsigned *number)
{
	unsigned value = 0;

	if (span.length == 0 || span.length > 5)
		return false;
	for (size_t i = 0; i < span.length; i++) {
		if (span.p[i] < '0' || span.p[i] > '9')
			return false;
		value = value * 10 + (unsigned)(span.p[i] - '0');
	}
	if (value > max)
		return false;
	*number = value;
	return true;
}

/* What is copied may be written again into an answer: nothing unprintable. */
static inline bool copy_span(char *text, size_t size, struct span span)
{
	if (span.length == 0 || span.length >= size)
		return false;
	for (size_t i = 0; i < span.length; i++) {
		if ((unsigned char)span.p[i] < ' ' || span.p[i] == 0x7f)
			return false;
	}
	memcpy(text, span.p, span.length);
	text[span.length] = '\0';
	return true;
}

#endif
