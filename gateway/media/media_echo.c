/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <string.h>

#include "gateway/media/media_echo.h"

int media_echo_alloc(struct media_echo_path *path, const struct media_taste *taste, unsigned block_samples, unsigned delay)
{
	struct dsp_echo_config config = {.tail_ms = taste->echo_tail_ms, .block_samples = block_samples, .muting = taste->echo_mutes,
		.comfort_noise = taste->echo_mutes};
	int err;

	assert(delay + 3 * block_samples <= MEDIA_ECHO_WRITTEN);
	path->delay = delay;
	err = dsp_echo_alloc(&path->canceller, &config);
	if (!err)
		dsp_echo_memory(path->canceller, &path->memory, &path->memory_size);
	return err;
}

void media_echo_free(struct media_echo_path *path)
{
	dsp_echo_free(path->canceller);
}

void media_echo_mute(struct media_echo_path *path, bool mutes)
{
	if (path->canceller)
		dsp_echo_muting_set(path->canceller, mutes);
}

void media_echo_make_ready(struct media_echo_path *path)
{
	if (path->canceller)
		dsp_echo_reset(path->canceller);
}

void media_echo_begin(struct media_echo_path *path)
{
	memset(path->written, 0, sizeof(path->written));
	path->end = path->read = 0;
}

/* From the end on, in two pieces where it goes round. */
static void ring_write(struct media_echo_path *path, const int16_t *samples, size_t count)
{
	size_t room = MEDIA_ECHO_WRITTEN - path->end, first = count < room ? count : room;

	memcpy(path->written + path->end, samples, first * sizeof(*samples));
	memcpy(path->written, samples + first, (count - first) * sizeof(*samples));
}

/* What lies beyond the end is silence, for a port that has two blocks at once. */
void media_echo_written(struct media_echo_path *path, const int16_t *samples, size_t count)
{
	static const int16_t silence[FXS_BLOCK_SAMPLES_MAX];

	if (!path->canceller)
		return;
	ring_write(path, samples, count);
	path->end = (path->end + (unsigned)count) % MEDIA_ECHO_WRITTEN;
	ring_write(path, silence, count);
	path->read = 0;
}

void media_echo_unwritten(struct media_echo_path *path, size_t count)
{
	path->end = (path->end + MEDIA_ECHO_WRITTEN - (unsigned)count) % MEDIA_ECHO_WRITTEN;
}

void media_echo_skip(struct media_echo_path *path, size_t count)
{
	path->read += (unsigned)count;
	if (path->canceller && !path->skipped)
		dsp_echo_begin(path->canceller);
	path->skipped = true;
}

void media_echo_ahead(struct media_echo_path *path, const struct media_echo_path *next)
{
	if (path->canceller && next->canceller)
		dsp_echo_ahead(path->canceller, next->memory, next->memory_size);
}

void media_echo_clean(struct media_echo_path *path, int16_t *samples, size_t count)
{
	int16_t far[FXS_BLOCK_SAMPLES_MAX];
	unsigned from = path->end + MEDIA_ECHO_WRITTEN - path->delay + path->read;

	if (!path->canceller)
		return;
	for (size_t i = 0; i < count; i++)
		far[i] = path->written[(from + i) % MEDIA_ECHO_WRITTEN];
	path->read += (unsigned)count;
	path->skipped = false;
	dsp_echo_run(path->canceller, samples, far, samples, count);
}
