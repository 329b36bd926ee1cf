/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bedcheck LINES [CASE]: proves by named cases that the paired lines are as strict as README.md says.
 * Runs in the guest, after setup-dahdi.sh LINES; the cases take the lines in turn.
 */
#include "tests/vm/bed/bed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct bed_case *const tables[] = {bed_signal_cases, bed_sound_cases, bed_pulse_cases};

static bool passes(const struct bed_case *c, int line, int lines)
{
	static struct bed bed;

	bed_open(&bed, line, lines);
	c->run(&bed);
	bed_close(&bed);
	if (bed.failed)
		printf("not ok %s: %s\n", c->name, bed.why);
	else
		printf("ok %s\n", c->name);
	return !bed.failed;
}

int main(int argc, char **argv)
{
	int lines = argc > 1 ? atoi(argv[1]) : 0;
	const char *only = argc > 2 ? argv[2] : NULL;
	int failed = 0, count = 0;

	if (lines < 1) {
		fprintf(stderr, "usage: bedcheck LINES [CASE]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct bed_case *c = tables[i]; c->name; c++)
			if (!only || !strcmp(only, c->name))
				failed += !passes(c, count++ % lines + 1, lines);
	return failed || !count;
}
