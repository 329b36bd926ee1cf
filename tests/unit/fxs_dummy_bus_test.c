/* SPDX-License-Identifier: BSD-3-Clause */
/* The dummy driver's listening socket: whose it is, and who gets a line. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/fxs_dummy_phone.h"

#define DRIVER         (&fxs_dummy_driver)
#define UNFINISHED_MAX 16

static int fds_open(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void test_the_socket_is_for_owner_and_group_only(void **state)
{
	struct bench *bench = *state;
	struct stat status;

	assert_int_equal(stat(bench->path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0660);
}

static void test_a_path_that_a_living_bus_owns_is_in_use(void **state)
{
	struct bench *bench = *state;
	struct fxs_bus_config config = {.path = bench->path};
	struct fxs_bus *second = (struct fxs_bus *)1;
	int before = fds_open();

	assert_int_equal(DRIVER->bus_open(&second, &config), EADDRINUSE);
	assert_ptr_equal(second, (struct fxs_bus *)1);
	assert_int_equal(fds_open(), before);
	close(phone_attach(bench)); /* and the first still works */
}

static void test_what_a_dead_process_left_is_replaced(void **state)
{
	struct bench *bench = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct fxs_bus_config config = {.path = address.sun_path};
	struct fxs_bus *bus;
	int dead = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s/stale", bench->folder);
	assert_int_equal(bind(dead, (struct sockaddr *)&address, sizeof address), 0);
	close(dead);
	assert_int_equal(DRIVER->bus_open(&bus, &config), 0);
	DRIVER->bus_close(bus);
	assert_int_equal(access(address.sun_path, F_OK), -1);
}

static void test_a_file_that_is_no_socket_is_never_removed(void **state)
{
	struct bench *bench = *state;
	char path[64];
	struct fxs_bus_config config = {.path = path};
	struct fxs_bus *bus;

	snprintf(path, sizeof path, "%s/precious", bench->folder);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(DRIVER->bus_open(&bus, &config), EEXIST);
	assert_int_equal(unlink(path), 0);
}

static void test_a_successor_s_socket_outlives_our_close(void **state)
{
	struct bench *bench = *state;
	char path[64];
	struct fxs_bus_config config = {.path = path};
	struct fxs_bus *first, *second;

	snprintf(path, sizeof path, "%s/moved", bench->folder);
	assert_int_equal(DRIVER->bus_open(&first, &config), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(DRIVER->bus_open(&second, &config), 0);
	DRIVER->bus_close(first);
	assert_int_equal(access(path, F_OK), 0);
	DRIVER->bus_close(second);
}

static void test_bad_paths_are_refused(void **state)
{
	char longest[200];
	struct fxs_bus_config config = {.path = longest};
	struct fxs_bus *bus;
	int before = fds_open();

	(void)state;
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_int_equal(DRIVER->bus_open(&bus, &config), ENAMETOOLONG);
	config.path = NULL;
	assert_int_equal(DRIVER->bus_open(&bus, &config), EINVAL);
	config.path = "/nonexistent/lines";
	assert_int_equal(DRIVER->bus_open(&bus, &config), ENOENT);
	assert_int_equal(fds_open(), before);
}

static void test_hello_names_the_line(void **state)
{
	struct bench *bench = *state;
	int fd = phone_connect(bench);

	assert_true(is_readable(DRIVER->bus_fd(bench->bus)));
	phone_hello(fd, "1");
	bench_service(bench);
	assert_int_equal(phone_receive(fd).feed, FXS_FEED_IDLE);
	phone_expect_nothing(fd);
	assert_false(is_readable(DRIVER->bus_fd(bench->bus)));
	close(fd);
}

static void test_an_unknown_line_is_refused(void **state)
{
	struct bench *bench = *state;
	int fd = phone_connect(bench);

	phone_hello(fd, "2");
	bench_service(bench);
	phone_expect_refused(fd, ENODEV);
}

static void test_a_second_telephone_is_refused_while_the_first_is_there(void **state)
{
	struct bench *bench = *state;
	int first = phone_attach(bench), second = phone_connect(bench);

	phone_hello(second, "1");
	bench_service(bench);
	phone_expect_refused(second, EBUSY);
	close(first);
	close(phone_attach(bench)); /* though nobody has seen yet that the first is gone */
}

static void test_what_is_no_hello_is_refused(void **state)
{
	struct bench *bench = *state;
	uint8_t big[FXS_WIRE_BYTES_MAX + 1] = {FXS_WIRE_HELLO, FXS_WIRE_VERSION, '1'};
	int fd;

	fd = phone_connect(bench);
	phone_hook(fd, true, 0);
	bench_service(bench);
	phone_expect_refused(fd, EPROTO);
	fd = phone_connect(bench);
	phone_send_bytes(fd, "\1\2" "1", 3); /* version 2 */
	bench_service(bench);
	phone_expect_refused(fd, EPROTO);
	fd = phone_connect(bench);
	phone_send_bytes(fd, big, sizeof big);
	bench_service(bench);
	phone_expect_refused(fd, EPROTO);
}

static void test_silent_callers_do_not_keep_others_out(void **state)
{
	struct bench *bench = *state;
	int silent[3 * UNFINISHED_MAX], before = fds_open(), closed = 0;
	const int count = 3 * UNFINISHED_MAX;

	for (int i = 0; i < count; i++) {
		silent[i] = phone_connect(bench);
		bench_service(bench);
	}
	assert_true(fds_open() <= before + count + UNFINISHED_MAX);
	close(phone_attach(bench));
	for (int i = 0; i < count; i++) {
		closed += phone_is_closed(silent[i]);
		close(silent[i]);
	}
	assert_int_equal(closed, count - UNFINISHED_MAX + 1);
}

/* The socket must not stay readable for a caller who cannot be taken: the media thread would spin. */
static void test_without_descriptors_callers_are_turned_away(void **state)
{
	struct bench *bench = *state;
	struct rlimit limit, none;
	int fd = phone_connect(bench);

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){.rlim_cur = (rlim_t)fd + 1, .rlim_max = limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	bench_service(bench);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_true(phone_is_closed(fd));
	assert_false(is_readable(DRIVER->bus_fd(bench->bus)));
	close(fd);
	close(phone_attach(bench));
}

static void test_ports_are_claimed_once_and_by_good_names(void **state)
{
	struct bench *bench = *state;
	struct fxs_port_config config = {.channel = "1", .block_samples = 160};
	struct fxs_port *port;

	assert_int_equal(DRIVER->port_open(&port, bench->bus, &config, 0), EBUSY);
	config.channel = "two words";
	assert_int_equal(DRIVER->port_open(&port, bench->bus, &config, 0), EINVAL);
	config.channel = "2";
	config.block_samples = 100;
	assert_int_equal(DRIVER->port_open(&port, bench->bus, &config, 0), EINVAL);
	config.block_samples = 40;
	assert_int_equal(DRIVER->port_open(&port, bench->bus, &config, 0), 0);
	DRIVER->port_close(port);
	DRIVER->port_close(NULL);
	DRIVER->bus_close(NULL);
}

static void test_closing_a_port_hangs_its_telephone_off(void **state)
{
	struct bench *bench = *state;
	struct fxs_port_config config = {.channel = "2", .block_samples = 160};
	struct fxs_port *port;
	int before = fds_open(), fd;

	assert_int_equal(DRIVER->port_open(&port, bench->bus, &config, bench->now_ns), 0);
	fd = phone_connect(bench);
	phone_hello(fd, "2");
	bench_service(bench);
	DRIVER->port_close(port);
	assert_true(phone_is_closed(fd));
	close(fd);
	assert_int_equal(fds_open(), before);
}

static void test_drivers_are_found_by_name(void **state)
{
	(void)state;
	assert_ptr_equal(fxs_driver_find("dummy"), DRIVER);
	assert_null(fxs_driver_find("Dummy"));
	assert_null(fxs_driver_find(""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_socket_is_for_owner_and_group_only),
		TEST(test_a_path_that_a_living_bus_owns_is_in_use),
		TEST(test_what_a_dead_process_left_is_replaced),
		TEST(test_a_file_that_is_no_socket_is_never_removed),
		TEST(test_a_successor_s_socket_outlives_our_close),
		TEST(test_bad_paths_are_refused),
		TEST(test_hello_names_the_line),
		TEST(test_an_unknown_line_is_refused),
		TEST(test_a_second_telephone_is_refused_while_the_first_is_there),
		TEST(test_what_is_no_hello_is_refused),
		TEST(test_silent_callers_do_not_keep_others_out),
		TEST(test_without_descriptors_callers_are_turned_away),
		TEST(test_ports_are_claimed_once_and_by_good_names),
		TEST(test_closing_a_port_hangs_its_telephone_off),
		TEST(test_drivers_are_found_by_name),
	};

	return cmocka_run_group_tests_name("fxs_dummy_bus", tests, NULL, NULL);
}
