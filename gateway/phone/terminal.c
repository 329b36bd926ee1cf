/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "gateway/phone/terminal.h"

#define FLASH_MS   500
#define SEED       1
#define CTRL_C     3
#define STATUS_MAX 160

struct terminal {
	struct phone *phone;
	int input;
	FILE *output;
	struct termios before;
	uint64_t event;   /* the next one to show */
	uint64_t start_ns;
	char status[STATUS_MAX];
	bool talking;
};

int terminal_alloc(struct terminal **terminalp, struct phone *phone, int input, FILE *output)
{
	struct terminal *terminal = calloc(1, sizeof *terminal);
	struct termios raw;

	if (!terminal)
		return ENOMEM;
	*terminal = (struct terminal){.phone = phone, .input = input, .output = output};
	if (tcgetattr(input, &terminal->before)) {
		free(terminal);
		return ENOTTY;
	}
	raw = terminal->before;
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	tcsetattr(input, TCSANOW, &raw);
	fputs("l lift  h hang up  0-9 * # digits  f flash  t talk or be silent  q quit\n", output);
	*terminalp = terminal;
	return 0;
}

void terminal_free(struct terminal *terminal)
{
	if (!terminal)
		return;
	tcsetattr(terminal->input, TCSANOW, &terminal->before);
	fputs("\n", terminal->output);
	free(terminal);
}

static void talk(struct terminal *terminal, uint64_t now_ns)
{
	struct mouth *mouth = phone_mouth(terminal->phone);

	if (terminal->talking)
		mouth_hush(mouth, now_ns);
	else if (phone_is_off_hook(terminal->phone))
		mouth_say_seed(mouth, SEED, 0);
	terminal->talking = !terminal->talking && phone_is_off_hook(terminal->phone);
}

static bool key(struct terminal *terminal, char pressed, uint64_t now_ns)
{
	struct mouth *mouth = phone_mouth(terminal->phone);
	char digit[2] = {pressed, '\0'};
	bool off_hook = phone_is_off_hook(terminal->phone);

	if (pressed == 'q' || pressed == CTRL_C)
		return false;
	if (pressed == 'l')
		phone_lift(terminal->phone, now_ns);
	else if (pressed == 'h')
		phone_hangup(terminal->phone, now_ns);
	else if (pressed == 't')
		talk(terminal, now_ns);
	else if (pressed == 'f' && off_hook)
		mouth_flash(mouth, FLASH_MS, now_ns);
	else if (off_hook)
		mouth_dial(mouth, digit, now_ns); /* what is no digit does nothing */
	if (pressed == 'h')
		terminal->talking = false;
	return true;
}

static void status_make(const struct terminal *terminal, char *status)
{
	const struct phone *phone = terminal->phone;
	const char *heard = "silence";
	enum tones_name tone;

	if (phone_tone(phone, &tone))
		heard = tones_name_text(tone);
	else if (phone_silent_since_ns(phone) == UINT64_MAX)
		heard = "sound";
	snprintf(status, STATUS_MAX, "[%u] %s%s%s | hears %s%s%s", phone_number(phone),
		phone_is_off_hook(phone) ? "off-hook" : "on-hook",
		phone_is_ringing(phone) ? ", RINGING" : "", phone_is_up(phone) ? "" : ", wires cut",
		heard, heard[0] == 's' ? "" : phone_tone(phone, &tone) && tone != TONES_VOICE ? " tone" : "",
		terminal->talking ? " | talks" : "");
}

static void events_show(struct terminal *terminal)
{
	for (; terminal->event < phone_event_count(terminal->phone); terminal->event++) {
		const struct phone_event *event = phone_event(terminal->phone, terminal->event);
		char text[80];

		if (!event || event->kind == PHONE_FLOW || event->kind == PHONE_FLOW_END)
			continue;
		if (!terminal->start_ns)
			terminal->start_ns = event->at_ns;
		fprintf(terminal->output, "\r\033[K%9.3f  %s\n",
			((double)event->at_ns - (double)terminal->start_ns) / 1e9,
			phone_event_text(text, sizeof text, event));
		terminal->status[0] = '\0';
	}
}

static void status_show(struct terminal *terminal)
{
	char status[STATUS_MAX];

	status_make(terminal, status);
	if (!strcmp(status, terminal->status))
		return;
	strcpy(terminal->status, status);
	fprintf(terminal->output, "\r\033[K%s", status);
	fflush(terminal->output);
}

bool terminal_step(struct terminal *terminal, uint64_t now_ns)
{
	struct pollfd ready = {terminal->input, POLLIN, 0};
	char pressed;

	while (poll(&ready, 1, 0) > 0) {
		ssize_t length = read(terminal->input, &pressed, 1);

		if (length <= 0 || !key(terminal, pressed, now_ns))
			return false;
	}
	events_show(terminal);
	status_show(terminal);
	return phone_is_up(terminal->phone);
}
