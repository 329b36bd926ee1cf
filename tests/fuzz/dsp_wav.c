/* SPDX-License-Identifier: BSD-3-Clause */
/* A sound file from anywhere: read whole, or refused. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "dsp/dsp.h"
#include "dsp/wav.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("sound.wav", MFD_CLOEXEC);
	int16_t *samples = NULL;
	static int ready;
	char path[64];
	size_t count;

	if (!ready++ && dsp_init())
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd >= 0 && write(fd, data, size) == (ssize_t)size && dsp_wav_read(path, &samples, &count) == 0) {
		long sum = 0;

		assert(count <= DSP_WAV_SAMPLES_MAX && count <= size);
		for (size_t i = 0; i < count; i++)
			sum += samples[i];
		assert(labs(sum) <= 32768 * (long)count);
	}
	free(samples);
	close(fd);
	return 0;
}
