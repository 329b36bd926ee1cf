/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration file from anywhere: taken, or refused with a complaint. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gateway/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config = NULL;
	FILE *errors = fopen("/dev/null", "w");
	int fd = memfd_create("tipring.conf", MFD_CLOEXEC);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (errors && fd >= 0 && write(fd, data, size) == (ssize_t)size) {
		int err = config_load(&config, path, errors);

		assert(err || (config && config->line_count <= CONFIG_LINES_MAX));
	}
	config_free(config);
	if (errors)
		fclose(errors);
	close(fd);
	return 0;
}
