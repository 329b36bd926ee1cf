/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The caller writes one block for each that it reads, so what waits in the kernel to be played stays
 * what it was at the start: one block of silence, which is played while the first block is recorded,
 * and LATENESS more, which is how late the caller may come. Being later than that is heard once as a
 * gap, then everything begins anew: the delay does not grow.
 */
#include <errno.h>
#include <string.h>

#include "fxs/dahdi.h"
#include "fxs/dahdi_sys.h"

#define LATENESS_SAMPLES 80  /* 10 ms */
#define BUFFERED_SAMPLES 640 /* room for 80 ms each way, unused unless the caller is late */
#define TRIES            2   /* the first may find events in its way */

int dahdi_buffers_set(struct dahdi_port *port)
{
	struct dahdi_bufferinfo info = {
		.txbufpolicy = DAHDI_POLICY_IMMEDIATE,
		.rxbufpolicy = DAHDI_POLICY_IMMEDIATE,
		.numbufs = (int)(BUFFERED_SAMPLES / port->block_samples),
		.bufsize = (int)port->block_samples,
	};

	return dahdi_ioctl(port, DAHDI_SET_BUFINFO, &info);
}

/* What went wrong with a call that moved fewer bytes than a whole block. */
static int move_error(ssize_t moved)
{
	if (moved >= 0)
		return EIO;
	return errno == EINTR || errno == ELAST ? EAGAIN : errno;
}

static int samples_write(struct dahdi_port *port, const int16_t *samples, size_t count)
{
	size_t bytes = count * sizeof *samples;
	int err = 0;

	for (int i = 0; i < TRIES; i++) {
		ssize_t moved = fxs_dahdi_sys->write(port->fd, samples, bytes);

		if (moved == (ssize_t)bytes)
			return 0;
		err = move_error(moved);
		if (moved >= 0 || errno != ELAST || dahdi_events_take(port))
			break;
	}
	return err;
}

static int sound_begin(struct dahdi_port *port)
{
	static const int16_t silence[FXS_BLOCK_SAMPLES_MAX];
	unsigned samples = port->block_samples + LATENESS_SAMPLES;
	int err = dahdi_ioctl_int(port, DAHDI_FLUSH, DAHDI_FLUSH_BOTH);

	while (!err && samples) {
		unsigned count = samples < port->block_samples ? samples : port->block_samples;

		err = samples_write(port, silence, count);
		samples -= count;
	}
	return err;
}

static int sound_events(struct dahdi_port *port, bool on)
{
	return dahdi_ioctl_int(port, DAHDI_BUFFER_EVENTS, on);
}

int dahdi_audio_start(struct fxs_port *opaque, uint64_t now_ns)
{
	struct dahdi_port *port = (struct dahdi_port *)opaque;
	int err;

	(void)now_ns;
	if (port->sound_on)
		return 0;
	err = sound_begin(port);
	if (!err)
		err = sound_events(port, true);
	port->sound_on = !err;
	return err;
}

int dahdi_audio_stop(struct fxs_port *opaque)
{
	struct dahdi_port *port = (struct dahdi_port *)opaque;
	int err;

	if (!port->sound_on)
		return 0;
	port->sound_on = false;
	err = sound_events(port, false);
	return err ? err : dahdi_ioctl_int(port, DAHDI_FLUSH, DAHDI_FLUSH_BOTH);
}

/* Should it fail, the next read or write says why. */
void dahdi_sound_resume(struct dahdi_port *port)
{
	if (!port->sound_on)
		return;
	port->sound_on = false; /* not again for what it meets itself */
	(void)sound_begin(port);
	port->sound_on = true;
}

int dahdi_read(struct fxs_port *opaque, int16_t *samples, size_t count)
{
	struct dahdi_port *port = (struct dahdi_port *)opaque;
	int16_t block[FXS_BLOCK_SAMPLES_MAX];
	size_t bytes = count * sizeof *samples;
	int err = EAGAIN;

	if (count != port->block_samples)
		return EINVAL;
	if (!port->sound_on)
		return EAGAIN;
	for (int i = 0; i < TRIES; i++) {
		ssize_t moved = fxs_dahdi_sys->read(port->fd, block, bytes);

		if (moved == (ssize_t)bytes) {
			memcpy(samples, block, bytes);
			return 0;
		}
		err = move_error(moved);
		if (moved >= 0 || errno != ELAST || dahdi_events_take(port))
			break;
	}
	return err;
}

int dahdi_write(struct fxs_port *opaque, const int16_t *samples, size_t count)
{
	struct dahdi_port *port = (struct dahdi_port *)opaque;
	int err;

	if (count != port->block_samples)
		return EINVAL;
	if (!port->sound_on)
		return EAGAIN;
	err = samples_write(port, samples, count);
	if (err == EAGAIN)
		port->counters.write_lost_blocks++;
	return err;
}

/* What waits when a block was read and its answer is not written yet is LATENESS. */
unsigned dahdi_write_overtake(struct fxs_port *opaque)
{
	struct dahdi_port *port = (struct dahdi_port *)opaque;

	if (!port->sound_on || dahdi_ioctl_int(port, DAHDI_FLUSH, DAHDI_FLUSH_WRITE) != 0)
		return 0;
	return (LATENESS_SAMPLES + port->block_samples - 1) / port->block_samples;
}

unsigned dahdi_echo_delay(const struct fxs_port *opaque)
{
	const struct dahdi_port *port = (const struct dahdi_port *)opaque;

	return port->block_samples + LATENESS_SAMPLES;
}
