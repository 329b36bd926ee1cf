/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <stdio.h>

#include "gateway/log.h"

#define LOG_BYTES_MAX 512

static enum gw_log_level highest = GW_LOG_INFO;

void gw_log_level_set(enum gw_log_level level)
{
	highest = level;
}

void gw_log(enum gw_log_level level, const char *subject, const char *format, ...)
{
	char text[LOG_BYTES_MAX];
	va_list args;

	if (level > highest)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* A peer's words may hold anything: one event stays one line. */
	for (char *c = text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
	fprintf(stderr, "<%d>%s%s%s\n", level, subject ? subject : "", subject ? ": " : "", text);
}
