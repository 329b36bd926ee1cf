/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "fxs/dahdi_sys.h"
#include "tests/unit/fxs_dahdi_kernel.h"

#define FD 1000

struct kernel kernel;
static const struct fxs_dahdi_sys *real_sys;

static int refuse(int number)
{
	errno = number;
	return -1;
}

/* Whether this is the call that is to fail. Only reading and writing ever answer ELAST. */
static bool fails(bool moves_sound)
{
	if (++kernel.calls != kernel.fail_at || (kernel.fail_errno == ELAST && !moves_sound))
		return false;
	kernel.failed = true;
	errno = kernel.fail_errno;
	return true;
}

void kernel_event(int event)
{
	assert_true(kernel.event_count < KERNEL_EVENTS_MAX);
	kernel.events[kernel.event_count++] = event;
}

static int fake_open(const char *path, int flags)
{
	if (fails(false))
		return -1;
	assert_string_equal(path, "/dev/dahdi/channel");
	assert_int_equal(flags, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	kernel.open_fds++;
	return FD;
}

static int fake_close(int fd)
{
	assert_int_equal(fd, FD);
	kernel.open_fds--;
	kernel.claimed = false;
	return 0;
}

static ssize_t fake_read(int fd, void *bytes, size_t length)
{
	size_t count = length / sizeof(int16_t);

	assert_int_equal(fd, FD);
	if (fails(true))
		return -1;
	if (kernel.removed)
		return refuse(ENODEV);
	if (kernel.event_count)
		return refuse(ELAST);
	if (kernel.recorded_count < count)
		return refuse(EAGAIN);
	memcpy(bytes, kernel.recorded, length);
	kernel.recorded_count -= count;
	memmove(kernel.recorded, kernel.recorded + count, kernel.recorded_count * sizeof(int16_t));
	return (ssize_t)length;
}

static ssize_t fake_write(int fd, const void *bytes, size_t length)
{
	size_t count = length / sizeof(int16_t);

	assert_int_equal(fd, FD);
	assert_true(count <= (size_t)kernel.buffers.bufsize);
	if (fails(true))
		return -1;
	if (kernel.removed)
		return refuse(ENODEV);
	if (kernel.event_count)
		return refuse(ELAST);
	if (kernel.played_count + count > kernel.writable)
		return refuse(EAGAIN);
	memcpy(kernel.played + kernel.played_count, bytes, length);
	kernel.played_count += count;
	return (ssize_t)length;
}

static int specify(int channel)
{
	if (channel != KERNEL_CHANNEL)
		return refuse(EINVAL);
	if (kernel.unconfigured)
		return refuse(ENXIO);
	if (kernel.claimed)
		return refuse(EBUSY);
	kernel.claimed = true;
	kernel.params = (struct dahdi_params){.rxflashtime = 1250, .debouncetime = 600,
		.starttime = 2000, .winktime = 150};
	return 0;
}

static int hook(int what)
{
	switch (what) {
	case DAHDI_ONHOOK:
		kernel.battery = kernel.off_hook ? BATTERY_DROP : BATTERY_IDLE;
		return 0;
	case DAHDI_OFFHOOK:
		if (kernel.battery == BATTERY_DROP)
			return refuse(EBUSY);
		kernel.battery = BATTERY_TALK;
		return 0;
	case DAHDI_RING:
		if (kernel.battery != BATTERY_IDLE)
			return refuse(EBUSY);
		kernel.battery = BATTERY_RING;
		return refuse(EINPROGRESS);
	case DAHDI_RINGOFF:
		kernel.battery = BATTERY_IDLE;
		return 0;
	}
	return refuse(EINVAL);
}

static int flush(int what)
{
	assert_true(what == DAHDI_FLUSH_BOTH || what == DAHDI_FLUSH_WRITE);
	kernel.flushes++;
	kernel.played_count = 0;
	if (what == DAHDI_FLUSH_WRITE)
		return 0;
	kernel.recorded_count = 0;
	if (kernel.dry_flushes-- > 0)
		kernel_event(DAHDI_EVENT_WRITE_UNDERRUN);
	return 0;
}

static int event_take(int *event)
{
	*event = 0;
	if (!kernel.event_count)
		return 0;
	*event = kernel.events[0];
	memmove(kernel.events, kernel.events + 1, (size_t)--kernel.event_count * sizeof(int));
	return 0;
}

static int params_get(struct dahdi_params *params)
{
	*params = kernel.params;
	params->sigtype = kernel.sigtype;
	params->rxisoffhook = kernel.off_hook;
	return 0;
}

/* What a card may or may not have. */
static int option(unsigned long request, const void *argument)
{
	int value = *(const int *)argument;

	if (!kernel.options)
		return refuse(ENOTTY);
	switch (request) {
	case DAHDI_SETPOLARITY:
		kernel.reversed = value;
		return 0;
	case DAHDI_ONHOOKTRANSFER:
		kernel.transfer_ms = value;
		return 0;
	case DAHDI_VMWI:
		kernel.lamp = value;
		return 0;
	case DAHDI_VMWI_CONFIG:
		kernel.lamp_type = value;
		return 0;
	case DAHDI_ECHOCANCEL:
		kernel.taps = value;
		return 0;
	}
	return refuse(ENOTTY);
}

static int fake_ioctl(int fd, unsigned long request, void *argument)
{
	int *value = argument;

	assert_int_equal(fd, FD);
	if (fails(false)) {
		kernel.failed_ioctl = true;
		return -1;
	}
	if (kernel.removed)
		return refuse(ENODEV);
	switch (request) {
	case DAHDI_SPECIFY:
		return specify(*value);
	case DAHDI_GET_PARAMS:
		return params_get(argument);
	case DAHDI_SET_PARAMS:
		kernel.params = *(struct dahdi_params *)argument;
		return 0;
	case DAHDI_SETLINEAR:
		kernel.linear = *value;
		return 0;
	case DAHDI_SET_BUFINFO:
		kernel.buffers = *(struct dahdi_bufferinfo *)argument;
		return 0;
	case DAHDI_SETCADENCE:
		kernel.cadence = *(struct dahdi_ring_cadence *)argument;
		return 0;
	case DAHDI_BUFFER_EVENTS:
		kernel.buffer_events = *value;
		return 0;
	case DAHDI_HOOK:
		return hook(*value);
	case DAHDI_FLUSH:
		return flush(*value);
	case DAHDI_GETEVENT:
		return event_take(argument);
	}
	return option(request, argument);
}

static const struct fxs_dahdi_sys fake_sys = {
	.open = fake_open,
	.close = fake_close,
	.read = fake_read,
	.write = fake_write,
	.ioctl = fake_ioctl,
};

int kernel_setup(void **state)
{
	(void)state;
	kernel = (struct kernel){.sigtype = DAHDI_SIG_FXOKS, .options = true,
		.writable = KERNEL_SAMPLES_MAX};
	real_sys = fxs_dahdi_sys;
	fxs_dahdi_sys = &fake_sys;
	return 0;
}

int kernel_teardown(void **state)
{
	(void)state;
	fxs_dahdi_sys = real_sys;
	return kernel.open_fds;
}
