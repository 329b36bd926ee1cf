/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fxs/dummy.h"

#define BACKLOG            16
#define ACCEPTS_PER_CALL   16
#define SOCKET_MODE        0660
#define LISTEN_SLOT        DUMMY_UNFINISHED_MAX /* what epoll tells for the listening socket */

static int spare_open(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int epoll_add(int epoll_fd, int fd, uint32_t slot)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = slot};

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) ? errno : 0;
}

/* Removes what a dead process left; nothing but a socket that nobody answers is ever removed. */
static int path_free(const struct sockaddr_un *address)
{
	struct stat status;
	int fd, err;

	if (lstat(address->sun_path, &status))
		return errno == ENOENT ? 0 : errno;
	if (!S_ISSOCK(status.st_mode))
		return EEXIST;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;
	err = connect(fd, (const struct sockaddr *)address, sizeof *address) ? errno : 0;
	close(fd);
	if (err != ECONNREFUSED)
		return EADDRINUSE; /* answered, or too busy to answer, or of another type: alive */
	return unlink(address->sun_path) ? errno : 0;
}

/* The mode is set before listen(): until then nobody can connect. */
static int path_bind(struct dummy_bus *bus, const struct sockaddr_un *address)
{
	struct stat status;

	if (bind(bus->listen_fd, (const struct sockaddr *)address, sizeof *address))
		return errno;
	bus->path = strdup(address->sun_path);
	if (!bus->path) {
		unlink(address->sun_path);
		return ENOMEM;
	}
	if (lstat(bus->path, &status))
		return errno;
	bus->path_device = status.st_dev;
	bus->path_inode = status.st_ino;
	if (chmod(bus->path, SOCKET_MODE) || listen(bus->listen_fd, BACKLOG))
		return errno;
	return 0;
}

static int bus_listen(struct dummy_bus *bus, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int err;

	if (!path || !*path)
		return EINVAL;
	if (strlen(path) >= sizeof address.sun_path)
		return ENAMETOOLONG;
	strcpy(address.sun_path, path);
	bus->listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (bus->listen_fd < 0)
		return errno;
	err = path_free(&address);
	return err ? err : path_bind(bus, &address);
}

int dummy_bus_open(struct fxs_bus **busp, const struct fxs_bus_config *config)
{
	struct dummy_bus *bus = calloc(1, sizeof *bus);
	int err;

	if (!bus)
		return ENOMEM;
	bus->listen_fd = -1;
	for (size_t i = 0; i < DUMMY_UNFINISHED_MAX; i++)
		bus->unfinished[i].fd = -1;
	bus->spare_fd = spare_open();
	bus->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	err = bus->spare_fd < 0 || bus->epoll_fd < 0 ? errno : 0;
	if (!err)
		err = bus_listen(bus, config->path);
	if (!err)
		err = epoll_add(bus->epoll_fd, bus->listen_fd, LISTEN_SLOT);
	if (err)
		dummy_bus_close((struct fxs_bus *)bus);
	else
		*busp = (struct fxs_bus *)bus;
	return err;
}

/* Another process may have taken the path meanwhile; its socket stays. */
static void path_remove(const struct dummy_bus *bus)
{
	struct stat status;

	if (!lstat(bus->path, &status) && status.st_dev == bus->path_device &&
		status.st_ino == bus->path_inode)
		unlink(bus->path);
}

void dummy_bus_close(struct fxs_bus *opaque)
{
	struct dummy_bus *bus = (struct dummy_bus *)opaque;

	if (!bus)
		return;
	for (size_t i = 0; i < DUMMY_UNFINISHED_MAX; i++)
		fd_close(&bus->unfinished[i].fd);
	if (bus->path)
		path_remove(bus);
	fd_close(&bus->listen_fd);
	fd_close(&bus->epoll_fd);
	fd_close(&bus->spare_fd);
	free(bus->path);
	free(bus);
}

int dummy_bus_fd(const struct fxs_bus *bus)
{
	return ((const struct dummy_bus *)bus)->epoll_fd;
}

static struct dummy_unfinished *unfinished_slot(struct dummy_bus *bus)
{
	struct dummy_unfinished *oldest = &bus->unfinished[0];

	for (size_t i = 0; i < DUMMY_UNFINISHED_MAX; i++) {
		struct dummy_unfinished *slot = &bus->unfinished[i];

		if (slot->fd < 0)
			return slot;
		if (slot->serial < oldest->serial)
			oldest = slot;
	}
	fd_close(&oldest->fd);
	return oldest;
}

static void unfinished_add(struct dummy_bus *bus, int fd)
{
	struct dummy_unfinished *slot = unfinished_slot(bus);

	if (epoll_add(bus->epoll_fd, fd, (uint32_t)(slot - bus->unfinished))) {
		close(fd);
		return;
	}
	slot->fd = fd;
	slot->serial = bus->serial++;
}

/* Without this a caller for whom no descriptor is left would keep the socket readable for ever. */
static void turn_away(struct dummy_bus *bus)
{
	int fd;

	fd_close(&bus->spare_fd);
	fd = accept4(bus->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	fd_close(&fd);
	bus->spare_fd = spare_open();
}

static void bus_accept(struct dummy_bus *bus)
{
	for (int i = 0; i < ACCEPTS_PER_CALL; i++) {
		int fd = accept4(bus->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd >= 0) {
			unfinished_add(bus, fd);
		} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
			turn_away(bus);
			return;
		} else if (errno != ECONNABORTED && errno != EINTR) {
			return;
		}
	}
}

static struct dummy_port *port_find(const struct dummy_bus *bus, const char *name)
{
	struct dummy_port *port = bus->ports;

	while (port && strcmp(port->name, name))
		port = port->next;
	return port;
}

/* The telephone's line, or why it gets none. */
static int hello_judge(struct dummy_port **portp, const struct dummy_bus *bus, const uint8_t *bytes,
	size_t length)
{
	struct fxs_wire_message message;
	struct dummy_port *port;

	if (fxs_wire_decode(&message, bytes, length) || message.kind != FXS_WIRE_HELLO ||
		message.hello.version != FXS_WIRE_VERSION)
		return EPROTO;
	port = port_find(bus, message.hello.line);
	if (!port)
		return ENODEV;
	if (port->link.fd >= 0)
		dummy_link_receive(port); /* its telephone may have gone a moment ago */
	if (port->link.fd >= 0)
		return EBUSY;
	*portp = port;
	return 0;
}

static void refuse(int fd, int reason)
{
	struct fxs_wire_message message = {.kind = FXS_WIRE_REFUSED, .refused_errno = reason};
	uint8_t bytes[FXS_WIRE_BYTES_MAX];
	size_t length = fxs_wire_encode(&message, bytes);

	/* Whether it arrives or not, the connection ends. */
	(void)!send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static void hello_take(struct dummy_bus *bus, struct dummy_unfinished *slot, uint64_t now_ns)
{
	uint8_t bytes[FXS_WIRE_BYTES_MAX];
	struct dummy_port *port;
	ssize_t length = recv(slot->fd, bytes, sizeof bytes, MSG_DONTWAIT | MSG_TRUNC);
	int fd = slot->fd, err;

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length <= 0) {
		fd_close(&slot->fd);
		return;
	}
	slot->fd = -1;
	epoll_ctl(bus->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	err = (size_t)length > sizeof bytes ? EPROTO : hello_judge(&port, bus, bytes, (size_t)length);
	if (err)
		refuse(fd, err);
	else
		dummy_link_attach(port, fd, now_ns);
}

int dummy_bus_service(struct fxs_bus *opaque, uint64_t now_ns)
{
	struct dummy_bus *bus = (struct dummy_bus *)opaque;
	struct epoll_event events[DUMMY_UNFINISHED_MAX + 1];
	int count = epoll_wait(bus->epoll_fd, events, DUMMY_UNFINISHED_MAX + 1, 0);

	/* HELLOs first: a new caller may push an unfinished connection out of its slot. */
	for (int i = 0; i < count; i++) {
		if (events[i].data.u32 != LISTEN_SLOT)
			hello_take(bus, &bus->unfinished[events[i].data.u32], now_ns);
	}
	bus_accept(bus);
	return 0;
}
