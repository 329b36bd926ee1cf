/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * driver_contract: what fxs.h promises, tried on a driver. The same cases for every driver.
 *   driver_contract dummy
 *   driver_contract dahdi FXS_CHANNEL PHONE_CHANNEL	(in the guest of tests/vm)
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "tests/contract/bench.h"

static struct bench bench = {.block_samples = 160};

static const struct contract_case *const groups[] = {line_cases, hook_cases, ring_cases, sound_cases};

static bool case_run(const struct contract_case *c)
{
	bench_open(&bench);
	c->run(&bench);
	bench_close(&bench);
	if (bench.why[0])
		printf("not ok %s: %s\n", c->name, bench.why);
	else
		printf("ok %s\n", c->name);
	if (bench.note[0])
		printf("# %s\n", bench.note);
	fflush(stdout);
	return !bench.why[0];
}

/* Exit status 0: all cases passed. `only` NULL: all cases. */
static int cases_run(const char *only)
{
	int passed = 0, failed = 0;

	for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
		for (const struct contract_case *c = groups[g]; c->name; c++) {
			if (only && !strstr(c->name, only))
				continue;
			*(case_run(c) ? &passed : &failed) += 1;
		}
	}
	printf("# %s: %d passed, %d failed\n", bench.driver->name, passed, failed);
	return failed || !passed;
}

static int dummy_run(const char *only)
{
	char folder[] = "/tmp/contract-XXXXXX", path[sizeof folder + 8];
	int status;

	if (!mkdtemp(folder))
		bench_broken(folder);
	snprintf(path, sizeof path, "%s/lines", folder);
	bench.driver = &fxs_dummy_driver;
	bench.far = &far_wire;
	bench.bus_config.path = path;
	bench.channel = bench.far_channel = "1";
	status = cases_run(only);
	rmdir(folder);
	return status;
}

int main(int argc, char *argv[])
{
	if (argc >= 2 && argc <= 3 && !strcmp(argv[1], "dummy"))
		return dummy_run(argv[2]);
	if (argc == 1)
		return dummy_run(NULL);
#ifdef WITH_DAHDI
	if (argc >= 4 && argc <= 5 && !strcmp(argv[1], "dahdi")) {
		bench.driver = &fxs_dahdi_driver;
		bench.far = &far_dahdi;
		bench.channel = argv[2];
		bench.far_channel = argv[3];
		return cases_run(argv[4]);
	}
#endif
	fprintf(stderr, "usage: driver_contract dummy | dahdi FXS_CHANNEL PHONE_CHANNEL [CASE]\n");
	return 2;
}
