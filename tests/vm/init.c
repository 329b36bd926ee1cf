/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Process 1 of the test bed's guest. The root file system is the machine's own, read-only; this
 * puts memory where programs write, brings up loopback, runs one command and powers off. umlrun
 * says by files in one directory of the machine, given to the kernel as run=DIR and seen here as
 * /run/bed, what to do:
 *
 *   command   read: a bash script, run as root
 *   visible   read: directories, one a line, to show again where memory hides them (a build
 *             directory in /tmp)
 *   results   read, if there: a directory of the machine to see as /run/results, writable
 *   out       written: all that the command says
 *   status    written: its exit status, or 128 and the signal; missing if the guest died
 *
 * The command's output goes to a file and not to a console, since a console rewrites line ends and
 * loses what it still holds at power-off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define BED     "/run/bed"
#define RESULTS "/run/results"

static const struct {
	const char *type, *where, *options;
} mounts[] = {
	{"proc", "/proc", NULL},
	{"sysfs", "/sys", NULL},
	{"devtmpfs", "/dev", "mode=755"},
	{"tmpfs", "/dev/shm", "mode=1777"},
	{"devpts", "/dev/pts", "ptmxmode=666"},
	{"tmpfs", "/tmp", "mode=1777"},
	{"tmpfs", "/run", "mode=755"},
	{"tmpfs", "/var/tmp", "mode=1777"},
	{"tmpfs", "/var/log", "mode=755"},
	{"tmpfs", "/etc/dahdi", "mode=755"},
};

/* To the kernel's console, which umlrun shows when no status came. */
static void complain(const char *format, ...)
{
	FILE *kmsg = fopen("/dev/kmsg", "w");
	va_list args;

	if (!kmsg)
		return;
	fputs("<3>init: ", kmsg);
	va_start(args, format);
	vfprintf(kmsg, format, args);
	va_end(args);
	fclose(kmsg);
}

static void make_folders(const char *path)
{
	char part[PATH_MAX];
	const char *end = path;

	while ((end = strchr(end + 1, '/'))) {
		snprintf(part, sizeof(part), "%.*s", (int)(end - path), path);
		mkdir(part, 0755);
	}
	mkdir(path, 0755);
}

static void put(const char *type, const char *where, unsigned long flags, const char *options)
{
	make_folders(where);
	if (mount(type, where, type, flags, options))
		complain("mounting %s on %s: %s", type, where, strerror(errno));
}

static void mount_all(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++)
		put(mounts[i].type, mounts[i].where, 0, mounts[i].options);
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
}

/* Calls take for each line of one of umlrun's files. */
static void each_line(const char *file, void (*take)(const char *line))
{
	char line[PATH_MAX];
	FILE *f = fopen(file, "r");

	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		take(line);
	}
	fclose(f);
}

static void show_again(const char *directory)
{
	if (access(directory, F_OK))
		put("hostfs", directory, MS_RDONLY, directory);
}

static void show_results(const char *directory)
{
	put("hostfs", RESULTS, 0, directory);
}

static void loopback_up(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
		complain("loopback: %s", strerror(errno));
	close(fd);
}

static _Noreturn void run_command(void)
{
	int in = open("/dev/null", O_RDONLY);
	int out = open(BED "/out", O_WRONLY | O_CREAT | O_APPEND, 0644);

	setsid();
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	execl("/bin/bash", "bash", BED "/command", NULL);
	_exit(127);
}

static int wait_for(pid_t command)
{
	int status;
	pid_t pid;

	while ((pid = wait(&status)) != command)
		if (pid < 0 && errno == ECHILD)
			return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void tell_status(int status)
{
	FILE *f = fopen(BED "/status", "w");

	if (!f) {
		complain("telling status %d: %s", status, strerror(errno));
		return;
	}
	fprintf(f, "%d\n", status);
	fclose(f);
}

int main(void)
{
	const char *run = getenv("run");
	pid_t command;

	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/tmp", 1);
	setenv("LANG", "C.UTF-8", 1);
	mount_all();
	put("hostfs", BED, 0, run ? run : "/nowhere");
	each_line(BED "/visible", show_again);
	each_line(BED "/results", show_results);
	loopback_up();
	sethostname("bed", 3);
	command = fork();
	if (command == 0)
		run_command();
	tell_status(wait_for(command));
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
