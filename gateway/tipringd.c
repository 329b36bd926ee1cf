/* SPDX-License-Identifier: BSD-3-Clause */
/* The daemon: options, configuration, signals; everything else is gateway.h. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dsp/dsp.h"
#include "gateway/control.h"
#include "gateway/gateway.h"
#include "gateway/log.h"
#include "gateway/reload.h"

#define DESCRIPTORS_SPARE 64
#define DESCRIPTORS_MAX   16384 /* that the loop has room for */

struct daemon {
	struct loop *loop;
	struct config *config;
	struct gateway *gateway;
	struct control *control;
	struct reload *reload;
	const char *path; /* of the configuration */
	int signal_fd;
	bool again; /* it begins anew when it has ended */
};

static int usage(FILE *out, int status)
{
	fputs("usage: tipringd [-c FILE] [-v]\n"
	      "       tipringd --check [FILE]\n"
	      "  -c, --config FILE  configuration (" TIPRING_SYSCONFDIR "/tipring.conf)\n"
	      "      --check        read the configuration, say what is wrong, and end\n"
	      "  -v, --verbose      log also what was expected\n"
	      "  -h, --help         this text\n", out);
	return status;
}

static void on_stopped(void *arg)
{
	struct daemon *daemon = arg;

	loop_stop(daemon->loop);
}

static void on_reload_due(void *arg)
{
	struct daemon *daemon = arg;

	gw_log(GW_LOG_NOTICE, NULL, "beginning anew with the changed configuration");
	daemon->again = true;
	gateway_stop(daemon->gateway, on_stopped, daemon);
}

static int on_reload(FILE *errors, void *arg)
{
	struct daemon *daemon = arg;

	return daemon->again ? EBUSY : reload_ask(daemon->reload, errors);
}

static void on_signal(int fd, void *arg)
{
	struct daemon *daemon = arg;
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP) {
		(void)on_reload(NULL, daemon);
		return;
	}
	daemon->again = false;
	gw_log(GW_LOG_NOTICE, NULL, "ending calls and registrations (signal %u)", info.ssi_signo);
	gateway_stop(daemon->gateway, on_stopped, daemon);
}

static int signals_open(struct daemon *daemon)
{
	sigset_t mask;

	sigemptyset(&mask);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &mask, NULL) != 0)
		return errno;
	signal(SIGPIPE, SIG_IGN);
	daemon->signal_fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	if (daemon->signal_fd < 0)
		return errno;
	return loop_watch(daemon->loop, daemon->signal_fd, on_signal, daemon);
}

static int control_open(struct daemon *daemon)
{
	const char *path = daemon->config->control.path.text;
	int err = control_alloc(&daemon->control, daemon->loop, path, daemon->gateway);

	if (err)
		gw_log(GW_LOG_ERROR, NULL, "the control socket %s cannot be opened: %s", path,
			strerror(err));
	return err;
}

/* A line has up to four, and two that wait for a call. The soft limit is low for the sake of programs that use select(2), which this is not. */
static void descriptors_allow(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* What the lines need is not all: strangers who connect and say nothing take descriptors too, and one beyond the loop's room cannot be served. */
static unsigned descriptors_max(const struct config *config)
{
	unsigned needed = 6 * (config->line_count + config->account_count) + DESCRIPTORS_SPARE;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return needed;
	if (limit.rlim_cur > DESCRIPTORS_MAX)
		limit.rlim_cur = DESCRIPTORS_MAX;
	return limit.rlim_cur > needed ? (unsigned)limit.rlim_cur : needed;
}

static int run(struct daemon *daemon)
{
	struct gateway_options options = {.threads = true, .reload = on_reload, .reload_arg = daemon};
	int err;

	/* A missing directory is the packaging's task; where it is allowed to, the daemon helps itself. */
	(void)mkdir(TIPRING_RUNDIR, 0750);
	(void)mkdir(TIPRING_STATEDIR, 0750);
	descriptors_allow();
	err = loop_alloc(&daemon->loop, descriptors_max(daemon->config));
	if (!err)
		err = signals_open(daemon);
	if (!err)
		err = gateway_alloc(&daemon->gateway, daemon->loop, daemon->config, &options);
	if (!err)
		err = reload_alloc(&daemon->reload, daemon->loop, daemon->path, daemon->gateway, on_reload_due, daemon);
	if (!err)
		err = control_open(daemon);
	if (err)
		return err;
	gw_log(GW_LOG_NOTICE, NULL, "ready: %u lines, %u accounts", daemon->config->line_count,
		daemon->config->account_count);
	return loop_run(daemon->loop);
}

static void shut(struct daemon *daemon)
{
	control_free(daemon->control);
	reload_free(daemon->reload);
	gateway_free(daemon->gateway);
	if (daemon->signal_fd >= 0) {
		loop_unwatch(daemon->loop, daemon->signal_fd);
		close(daemon->signal_fd);
	}
	loop_free(daemon->loop);
	config_free(daemon->config);
}

/* As from the start: under the same process id, and with the program that is installed now. Returns only when it cannot. */
static int begin_anew(char **argv)
{
	(void)close_range(STDERR_FILENO + 1, ~0u, 0);
	execvp(argv[0], argv);
	gw_log(GW_LOG_ERROR, NULL, "%s cannot be started anew: %s", argv[0], strerror(errno));
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'}, {"check", no_argument, NULL, 'C'},
		{"verbose", no_argument, NULL, 'v'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0},
	};
	struct daemon daemon = {.signal_fd = -1};
	const char *path = TIPRING_SYSCONFDIR "/tipring.conf";
	bool check = false;
	int option, err;

	while ((option = getopt_long(argc, argv, "c:vh", options, NULL)) != -1) {
		if (option == 'h')
			return usage(stdout, EXIT_SUCCESS);
		else if (option == 'c')
			path = optarg;
		else if (option == 'C')
			check = true;
		else if (option == 'v')
			gw_log_level_set(GW_LOG_DEBUG);
		else
			return usage(stderr, 2);
	}
	if (check && optind < argc)
		path = argv[optind++];
	if (optind != argc)
		return usage(stderr, 2);
	if (dsp_init() != 0) {
		gw_log(GW_LOG_ERROR, NULL, "the DTMF self-test failed: this build cannot be trusted");
		return EXIT_FAILURE;
	}
	if (config_load(&daemon.config, path, stderr) != 0)
		return EXIT_FAILURE;
	daemon.path = path;
	err = check ? 0 : run(&daemon);
	shut(&daemon);
	if (!err && daemon.again)
		return begin_anew(argv);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
