/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "fxs/dahdi.h"
#include "fxs/dahdi_sys.h"

#define FOLDER_DEFAULT "/dev/dahdi"
#define OPEN_FLAGS     (O_RDWR | O_NONBLOCK | O_CLOEXEC)

/* What switches the kernel's own verdicts off; 1 or 2 would lose hang-ups during its debounce. */
#define RXFLASHTIME_MS 3
#define DEBOUNCE_MS    1

int dahdi_ioctl(const struct dahdi_port *port, unsigned long request, void *argument)
{
	int result;

	do
		result = fxs_dahdi_sys->ioctl(port->fd, request, argument);
	while (result < 0 && errno == EINTR);
	return result < 0 ? errno : 0;
}

int dahdi_ioctl_int(const struct dahdi_port *port, unsigned long request, int value)
{
	return dahdi_ioctl(port, request, &value);
}

int dahdi_ioctl_option(const struct dahdi_port *port, unsigned long request, int value)
{
	int err = dahdi_ioctl_int(port, request, value);

	return err == ENOTTY || err == ENOSYS ? ENOTSUP : err;
}

/* ---- what the ports share ---- */

static int bus_open(struct fxs_bus **busp, const struct fxs_bus_config *config)
{
	const char *folder = config->path ? config->path : FOLDER_DEFAULT;
	struct dahdi_bus *bus = calloc(1, sizeof *bus);
	int length, fd;

	if (!bus)
		return ENOMEM;
	length = snprintf(bus->channel_path, sizeof bus->channel_path, "%s/channel", folder);
	if (length < 0 || (size_t)length >= sizeof bus->channel_path) {
		free(bus);
		return ENAMETOOLONG;
	}
	fd = fxs_dahdi_sys->open(bus->channel_path, OPEN_FLAGS); /* says now what each port would say */
	if (fd < 0) {
		int err = errno;

		free(bus);
		return err;
	}
	fxs_dahdi_sys->close(fd);
	*busp = (struct fxs_bus *)bus;
	return 0;
}

static void bus_close(struct fxs_bus *bus)
{
	free(bus);
}

static int bus_fd(const struct fxs_bus *bus)
{
	(void)bus;
	return -1;
}

static int bus_service(struct fxs_bus *bus, uint64_t now_ns)
{
	(void)bus;
	(void)now_ns;
	return 0;
}

/* ---- a port ---- */

static void port_close(struct fxs_port *opaque)
{
	struct dahdi_port *port = (struct dahdi_port *)opaque;

	if (!port)
		return;
	if (port->fd >= 0) {
		if (port->reversed)
			dahdi_ioctl_int(port, DAHDI_SETPOLARITY, 0);
		dahdi_quiet(port); /* else closing in a call would drop the battery for 500 ms */
		fxs_dahdi_sys->close(port->fd);
	}
	free(port);
}

static int config_read(int *channel, const struct fxs_port_config *config)
{
	unsigned block = config->block_samples;
	char *end;
	long number;

	if (block != 40 && block != 80 && block != 160)
		return EINVAL;
	if (!config->channel || config->channel[0] < '1' || config->channel[0] > '9')
		return EINVAL;
	errno = 0;
	number = strtol(config->channel, &end, 10);
	if (*end)
		return EINVAL;
	if (errno || number > DAHDI_MAX_CHANNELS)
		return ENODEV;
	*channel = (int)number;
	return 0;
}

static int channel_claim(struct dahdi_port *port, const struct dahdi_bus *bus, int channel)
{
	int err;

	port->fd = fxs_dahdi_sys->open(bus->channel_path, OPEN_FLAGS);
	if (port->fd < 0)
		return errno;
	err = dahdi_ioctl_int(port, DAHDI_SPECIFY, channel);
	return err == EINVAL || err == ENXIO ? ENODEV : err; /* not there, or not configured */
}

/* An FXS port speaks FXO signalling: it is named after the telephone at its far end. */
static bool is_fxs(int sigtype)
{
	return sigtype == DAHDI_SIG_FXOKS || sigtype == DAHDI_SIG_FXOLS || sigtype == DAHDI_SIG_FXOGS;
}

/* An open resets the parameters, so this follows every open. */
static int raw_edges_set(struct dahdi_port *port)
{
	struct dahdi_params params = {0};
	int err = dahdi_ioctl(port, DAHDI_GET_PARAMS, &params);

	if (err)
		return err;
	if (!is_fxs(params.sigtype))
		return ENODEV;
	params.rxflashtime = RXFLASHTIME_MS;
	params.debouncetime = DEBOUNCE_MS;
	err = dahdi_ioctl(port, DAHDI_SET_PARAMS, &params);
	port->off_hook = params.rxisoffhook;
	return err;
}

static int port_prepare(struct dahdi_port *port, const struct dahdi_bus *bus, int channel)
{
	int err = channel_claim(port, bus, channel);

	if (!err)
		err = raw_edges_set(port);
	if (!err)
		err = dahdi_ioctl_int(port, DAHDI_SETLINEAR, 1);
	if (!err)
		err = dahdi_buffers_set(port);
	return err ? err : dahdi_quiet(port);
}

static int port_open(struct fxs_port **portp, struct fxs_bus *bus,
	const struct fxs_port_config *config, uint64_t now_ns)
{
	struct dahdi_port *port;
	int channel, err = config_read(&channel, config);

	if (err)
		return err;
	port = calloc(1, sizeof *port);
	if (!port)
		return ENOMEM;
	port->port.driver = &fxs_dahdi_driver;
	port->fd = -1;
	port->block_samples = config->block_samples;
	port->edge_ns = port->looked_ns = now_ns;
	err = port_prepare(port, (struct dahdi_bus *)bus, channel);
	if (err)
		port_close(&port->port);
	else
		*portp = &port->port;
	return err;
}

static int port_fd(const struct fxs_port *port)
{
	return ((const struct dahdi_port *)port)->fd;
}

static uint32_t port_event_mask(const struct fxs_port *port)
{
	(void)port;
	return EPOLLPRI;
}

static void port_counters_get(const struct fxs_port *port, struct fxs_counters *counters)
{
	*counters = ((const struct dahdi_port *)port)->counters;
}

const struct fxs_driver fxs_dahdi_driver = {
	.name = "dahdi",
	.clock = FXS_CLOCK_PORT,
	.bus_open = bus_open,
	.bus_close = bus_close,
	.bus_fd = bus_fd,
	.bus_service = bus_service,
	.port_open = port_open,
	.port_close = port_close,
	.fd = port_fd,
	.event_mask = port_event_mask,
	.event_read = dahdi_event_read,
	.hook_get = dahdi_hook_get,
	.audio_start = dahdi_audio_start,
	.audio_stop = dahdi_audio_stop,
	.write_overtake = dahdi_write_overtake,
	.read = dahdi_read,
	.write = dahdi_write,
	.ring_start = dahdi_ring_start,
	.ring_stop = dahdi_ring_stop,
	.feed_set = dahdi_feed_set,
	.onhook_transfer = dahdi_onhook_transfer,
	.lamp_set = dahdi_lamp_set,
	.echo_cancel_set = dahdi_echo_cancel_set,
	.echo_delay = dahdi_echo_delay,
	.counters_get = port_counters_get,
};
