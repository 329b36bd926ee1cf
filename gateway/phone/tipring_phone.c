/* SPDX-License-Identifier: BSD-3-Clause */
/* Simulated telephones for the command line: many in one process, told what to do by a script or by
 * keys. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "gateway/phone/player.h"
#include "gateway/phone/terminal.h"

#define MS_NS       UINT64_C(1000000)
#define LINE_BUFFER 1024

struct options {
	const char *wires, *country;
	const struct wires_ops *ops;
	bool interactive, quiet;
};

struct app {
	struct options options;
	struct player player;
	uint64_t start_ns;
	int input;             /* where lines come from */
	const char *file;
	unsigned line;
	char buffer[LINE_BUFFER];
	size_t buffered;
	bool input_over;
	struct script_command *command; /* in progress */
	struct script played;           /* "never" goes on looking at its line */
};

static const struct script_verb *const verbs[] = {
	player_verbs, player_expect_verbs, player_judge_verbs, NULL};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int usage(FILE *out, int status)
{
	fputs("usage: tipring-phone [--wires PATH | --dahdi] [--country us] [-i] N=LINE... [SCRIPT]\n"
	      "  N=LINE           telephone N on that line: a dummy line's name or a DAHDI channel's number\n"
	      "  -w, --wires PATH the dummy driver's socket (" TIPRING_RUNDIR "/wires)\n"
	      "  -d, --dahdi      the wires are DAHDI channels\n"
	      "  -c, --country XX whose tones the telephones know: us, uk, de, fr, cn, it, nl, es,\n"
	      "                   se, ch, at, in\n"
	      "  -i, --interactive  by keys: l lift, h hang up, 0-9 * #, f flash, t talk, Tab next, q quit\n"
	      "  -q, --quiet      do not print what happens\n"
	      "SCRIPT is a file, or without one lines are read from standard input. Verbs:\n", out);
	for (const struct script_verb *const *table = verbs; *table; table++) {
		for (const struct script_verb *verb = *table; verb->name; verb++)
			fprintf(out, "  %s%s %s\n", verb->phone ? "[N] " : "", verb->name, verb->usage);
	}
	return status;
}

static void on_event(const struct phone *phone, const struct phone_event *event, void *arg)
{
	struct app *app = arg;
	char text[80];

	if (app->options.quiet || event->kind == PHONE_FLOW || event->kind == PHONE_FLOW_END)
		return;
	printf("%10.3f  %u %s\n", ((double)event->at_ns - (double)app->start_ns) / 1e9,
		phone_number(phone), phone_event_text(text, sizeof text, event));
	fflush(stdout);
}

/* N=LINE */
static int phone_open(struct app *app, const char *text)
{
	char word[8];
	const char *line = strchr(text, '=');
	struct phone_config config = {
		.country = app->options.country,
		.wires = app->options.ops,
		.wires_config = {.path = app->options.wires, .line = line ? line + 1 : ""},
	};
	struct phone *phone;
	int err = EINVAL;

	snprintf(word, sizeof word, "%.*s", line ? (int)(line - text) : 0, text);
	if (script_number(word, 1, SCRIPT_PHONE_MAX, &config.number))
		err = phone_alloc(&phone, &config, now(), app->options.interactive ? NULL : on_event,
			app);
	if (!err) {
		err = player_phone_add(&app->player, phone);
		if (err)
			phone_free(phone);
	}
	if (err)
		fprintf(stderr, "tipring-phone: telephone \"%s\" over %s: %s\n", text,
			app->options.wires ? app->options.wires : app->options.ops->name,
			strerror(err));
	return err;
}

static uint64_t next_ns(const struct app *app)
{
	uint64_t next = app->command ? app->player.wake_ns : UINT64_MAX;

	for (size_t i = 0; i < app->player.phone_count; i++) {
		uint64_t phone_ns = phone_next_ns(app->player.phones[i].phone);

		next = phone_ns < next ? phone_ns : next;
	}
	return next;
}

/* Waits for the wires, the input or the next thing due. */
static void wait_for_something(struct app *app, bool input)
{
	struct pollfd fds[PLAYER_PHONES_MAX + 1];
	uint64_t now_ns = now(), next = next_ns(app);
	struct timespec timeout = {0, 0};
	size_t count = 0;

	for (; count < app->player.phone_count; count++) {
		const struct phone *phone = app->player.phones[count].phone;

		fds[count] = (struct pollfd){phone_fd(phone), phone_poll_events(phone), 0};
	}
	if (input)
		fds[count++] = (struct pollfd){app->input, POLLIN, 0};
	if (next > now_ns)
		timeout = (struct timespec){(time_t)((next - now_ns) / 1000000000),
			(long)((next - now_ns) % 1000000000)};
	ppoll(fds, count, next == UINT64_MAX ? NULL : &timeout, NULL);
}

static void phones_step(struct app *app)
{
	for (size_t i = 0; i < app->player.phone_count; i++)
		phone_step(app->player.phones[i].phone, now());
}

/* All telephones are known to the exchange; or one was refused. */
static int phones_connect(struct app *app)
{
	uint64_t until_ns = now() + 3000 * MS_NS;
	size_t up = 0;

	while (up < app->player.phone_count && !interrupted) {
		wait_for_something(app, false);
		phones_step(app);
		up = 0;
		for (size_t i = 0; i < app->player.phone_count; i++) {
			const struct phone *phone = app->player.phones[i].phone;

			up += phone_is_up(phone);
			if (phone_fd(phone) < 0 || now() > until_ns) {
				fprintf(stderr, "tipring-phone: telephone %u is not let in\n",
					phone_number(phone));
				return ENOTCONN;
			}
		}
	}
	return 0;
}

/* The next whole line of the input, or its rest at the end; NULL when there is none yet. */
static char *line_next(struct app *app, char *line)
{
	char *end = memchr(app->buffer, '\n', app->buffered);
	size_t length = end ? (size_t)(end - app->buffer) : app->buffered;
	size_t used = end ? length + 1 : length;

	if ((!end && !app->input_over && app->buffered < sizeof app->buffer) || !used)
		return NULL;
	memcpy(line, app->buffer, length);
	line[length] = '\0';
	app->buffered -= used;
	memmove(app->buffer, app->buffer + used, app->buffered);
	app->line++;
	return line;
}

static void input_read(struct app *app)
{
	struct pollfd ready = {app->input, POLLIN, 0};
	size_t room = sizeof app->buffer - app->buffered;
	ssize_t length;

	if (app->input_over || !room || poll(&ready, 1, 0) <= 0)
		return;
	length = read(app->input, app->buffer + app->buffered, room);
	if (length > 0)
		app->buffered += (size_t)length;
	else if (length == 0 || errno != EINTR)
		app->input_over = true;
}

/* Begins the next command; false when there is none at this moment. */
static bool command_next(struct app *app, int *err)
{
	char line[LINE_BUFFER + 1], error[1200];

	while (!app->command && !*err && line_next(app, line)) {
		*err = script_line(&app->command, app->file, app->line, line, verbs, error,
			sizeof error);
		if (*err)
			fprintf(stderr, "%s\n", error);
		else if (app->command)
			*err = script_add(&app->played, app->command);
	}
	if (*err)
		app->command = NULL;
	if (app->command)
		player_begin(&app->player, app->command, now());
	return app->command;
}

/* Tells how a command went. */
static void result_tell(const struct app *app, enum script_result result)
{
	if (result == SCRIPT_FAILED)
		fprintf(stderr, "%s:%u: %s: %s\n", app->file, app->player.failed->line,
			app->player.failed->source, app->player.failure);
	else if (app->player.note[0] && !app->options.quiet)
		printf("%12s%s: %s\n", "", app->command->source, app->player.note);
	fflush(stdout);
}

/* Carries out the lines of the input until it ends. */
static int play(struct app *app)
{
	enum script_result result = SCRIPT_DONE;
	int err = 0;

	while (!interrupted) {
		phones_step(app);
		input_read(app);
		if (!app->command && !command_next(app, &err) && app->input_over && !app->buffered)
			break;
		if (err)
			break;
		result = player_step(&app->player, now());
		if (result == SCRIPT_WAIT || !app->command) {
			wait_for_something(app, !app->input_over && !app->command);
			if (result != SCRIPT_FAILED)
				continue;
		}
		result_tell(app, result);
		app->command = NULL;
		if (result != SCRIPT_DONE)
			break;
	}
	script_clear(&app->played);
	return result == SCRIPT_FAILED ? EIO : err;
}

static int input_open(struct app *app, const char *path)
{
	struct script script;
	char error[1200];

	app->input = STDIN_FILENO;
	app->file = "stdin";
	if (!path || !strcmp(path, "-"))
		return 0;
	/* Checked whole before anything is done. */
	if (script_read(&script, path, verbs, error, sizeof error)) {
		fprintf(stderr, "%s\n", error);
		return EINVAL;
	}
	script_clear(&script);
	app->file = path;
	app->input = open(path, O_RDONLY | O_CLOEXEC);
	return app->input < 0 ? errno : 0;
}

static int keys(struct app *app)
{
	struct phone *phones[PLAYER_PHONES_MAX];
	struct terminal *terminal;
	int err;

	for (size_t i = 0; i < app->player.phone_count; i++)
		phones[i] = app->player.phones[i].phone;
	app->input = STDIN_FILENO;
	err = terminal_alloc(&terminal, phones, app->player.phone_count, STDIN_FILENO, stdout);
	if (err) {
		fprintf(stderr, "tipring-phone: -i needs a terminal and 1 to %d telephones: %s\n",
			TERMINAL_PHONES_MAX, strerror(err));
		return err;
	}
	while (!interrupted && terminal_step(terminal, now())) {
		wait_for_something(app, true);
		phones_step(app);
	}
	terminal_free(terminal);
	return 0;
}

static int run(struct app *app, int argc, char **argv)
{
	const char *path = NULL;
	int err = 0;

	for (; optind < argc && !err; optind++) {
		if (strchr(argv[optind], '='))
			err = phone_open(app, argv[optind]);
		else if (optind + 1 == argc)
			path = argv[optind];
		else
			err = EINVAL;
	}
	if (!err && !app->player.phone_count)
		return usage(stderr, 2);
	if (!err)
		err = phones_connect(app);
	if (!err && app->options.interactive)
		err = keys(app);
	else if (!err)
		err = input_open(app, path) ? EINVAL : play(app);
	player_finish(&app->player);
	for (size_t i = 0; i < app->player.phone_count; i++)
		phone_free(app->player.phones[i].phone);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

static bool wires_choose(struct options *options)
{
#ifdef WITH_DAHDI
	options->ops = &wires_dahdi_ops;
	options->wires = NULL;
	return true;
#else
	(void)options;
	fputs("tipring-phone: this build has no DAHDI\n", stderr);
	return false;
#endif
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"wires", required_argument, NULL, 'w'},
		{"dahdi", no_argument, NULL, 'd'},
		{"country", required_argument, NULL, 'c'},
		{"interactive", no_argument, NULL, 'i'},
		{"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	static struct app app;
	struct sigaction action = {.sa_handler = on_signal};
	int option;

	app.options = (struct options){
		.wires = TIPRING_RUNDIR "/wires", .country = "us", .ops = &wires_dummy_ops};
	player_init(&app.player);
	player_realtime(&app.player);
	app.start_ns = now();
	while ((option = getopt_long(argc, argv, "w:dc:iqh", options, NULL)) != -1) {
		if (option == 'w')
			app.options.wires = optarg;
		else if (option == 'd' && !wires_choose(&app.options))
			return EXIT_FAILURE;
		else if (option == 'c')
			app.options.country = optarg;
		else if (option == 'i')
			app.options.interactive = true;
		else if (option == 'q')
			app.options.quiet = true;
		else if (option != 'd')
			return usage(option == 'h' ? stdout : stderr, option == 'h' ? EXIT_SUCCESS : 2);
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	return run(&app, argc, argv);
}
