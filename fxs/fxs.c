/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "config.h"
#include "fxs/fxs.h"

#define SEGMENT_MIN_MS 20
#define SEGMENT_MAX_MS 20000

bool fxs_cadence_valid(const struct fxs_cadence *cadence)
{
	if (cadence->count < 2 || cadence->count > FXS_CADENCE_MAX || cadence->count % 2)
		return false;
	for (size_t i = 0; i < cadence->count; i++) {
		unsigned ms = cadence->on_off_ms[i];

		if (ms < SEGMENT_MIN_MS || ms > SEGMENT_MAX_MS)
			return false;
	}
	return true;
}

const struct fxs_driver *fxs_driver_find(const char *name)
{
	static const struct fxs_driver *const drivers[] = {
#ifdef WITH_DAHDI
		&fxs_dahdi_driver,
#endif
		&fxs_dummy_driver,
	};

	for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
		if (!strcmp(drivers[i]->name, name))
			return drivers[i];
	}
	return NULL;
}
