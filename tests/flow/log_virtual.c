/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>

#include "tests/flow/log_virtual.h"
#include "tests/flow/loop_virtual.h"

static FILE *log_out;
static const struct loop *log_loop;

void log_virtual_set(FILE *out, const struct loop *loop)
{
	log_out = out;
	log_loop = loop;
}

void gw_log_level_set(enum gw_log_level level)
{
	(void)level;
}

void gw_log(enum gw_log_level level, const char *subject, const char *format, ...)
{
	va_list args;

	if (!log_out)
		return;
	fprintf(log_out, "%9.3f <%d>%s%s",
		(double)(loop_virtual_now_ns(log_loop) - LOOP_VIRTUAL_EPOCH_NS) / 1e9, level,
		subject ? subject : "", subject ? ": " : "");
	va_start(args, format);
	vfprintf(log_out, format, args);
	va_end(args);
	fputc('\n', log_out);
}
