/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "gateway/phone/terminal.h"

#define FLASH_MS   500
#define CTRL_C     3
#define STATUS_MAX 320

struct handset {
	struct phone *phone;
	uint64_t event; /* the next one to show */
	bool talking;
};

struct terminal {
	struct handset handsets[TERMINAL_PHONES_MAX];
	size_t count, in_hand;
	int input;
	FILE *output;
	struct termios before;
	uint64_t start_ns;
	char status[STATUS_MAX];
};

int terminal_alloc(struct terminal **terminalp, struct phone *const phones[], size_t count, int input,
	FILE *output)
{
	struct terminal *terminal = calloc(1, sizeof *terminal);
	struct termios raw;

	if (!terminal)
		return ENOMEM;
	*terminal = (struct terminal){.count = count, .input = input, .output = output};
	if (count > TERMINAL_PHONES_MAX) {
		free(terminal);
		return E2BIG;
	}
	for (size_t i = 0; i < count; i++)
		terminal->handsets[i].phone = phones[i];
	if (tcgetattr(input, &terminal->before)) {
		free(terminal);
		return ENOTTY;
	}
	raw = terminal->before;
	raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO | ISIG);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	tcsetattr(input, TCSANOW, &raw);
	fputs("l lift  h hang up  0-9 * # digits  f flash  t talk or be silent  Tab next telephone  q quit\n",
		output);
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

static void talk(struct handset *handset, uint64_t now_ns)
{
	struct mouth *mouth = phone_mouth(handset->phone);

	if (handset->talking)
		mouth_hush(mouth, now_ns);
	else if (phone_is_off_hook(handset->phone))
		mouth_say_seed(mouth, phone_number(handset->phone), 0);
	handset->talking = !handset->talking && phone_is_off_hook(handset->phone);
}

static bool key(struct terminal *terminal, char pressed, uint64_t now_ns)
{
	struct handset *handset = &terminal->handsets[terminal->in_hand];
	struct mouth *mouth = phone_mouth(handset->phone);
	char digit[2] = {pressed, '\0'};
	bool off_hook = phone_is_off_hook(handset->phone);

	if (pressed == 'q' || pressed == CTRL_C)
		return false;
	if (pressed == '\t')
		terminal->in_hand = (terminal->in_hand + 1) % terminal->count;
	else if (pressed == 'l')
		phone_lift(handset->phone, now_ns);
	else if (pressed == 'h')
		phone_hangup(handset->phone, now_ns);
	else if (pressed == 't')
		talk(handset, now_ns);
	else if (pressed == 'f' && off_hook)
		mouth_flash(mouth, FLASH_MS, now_ns);
	else if (off_hook)
		mouth_dial(mouth, digit, now_ns); /* what is no digit does nothing */
	if (pressed == 'h')
		handset->talking = false;
	return true;
}

static const char *heard(const struct phone *phone, char *text, size_t size)
{
	enum tones_name tone;

	if (phone_tone(phone, &tone))
		snprintf(text, size, "hears %s%s", tones_name_text(tone), tone == TONES_VOICE ? "" : " tone");
	else if (phone_silent_since_ns(phone) == UINT64_MAX)
		snprintf(text, size, "hears sound");
	else
		snprintf(text, size, "silence");
	return text;
}

static size_t handset_print(const struct handset *handset, bool in_hand, char *text, size_t size)
{
	const struct phone *phone = handset->phone;
	char sound[40];

	return (size_t)snprintf(text, size, in_hand ? "[%u %s%s%s%s%s]  " : " %u %s%s%s%s%s   ",
		phone_number(phone), phone_is_up(phone) ? "" : "wires cut, ",
		phone_is_ringing(phone) ? "RINGING" : phone_is_off_hook(phone) ? "off-hook" : "on-hook",
		phone_is_off_hook(phone) ? ", " : "",
		phone_is_off_hook(phone) ? heard(phone, sound, sizeof(sound)) : "",
		handset->talking ? ", talks" : "");
}

static void events_show(struct terminal *terminal, struct handset *handset)
{
	for (; handset->event < phone_event_count(handset->phone); handset->event++) {
		const struct phone_event *event = phone_event(handset->phone, handset->event);
		char text[80];

		if (!event || event->kind == PHONE_FLOW || event->kind == PHONE_FLOW_END)
			continue;
		if (!terminal->start_ns)
			terminal->start_ns = event->at_ns;
		fprintf(terminal->output, "\r\033[K%9.3f  %u %s\n",
			((double)event->at_ns - (double)terminal->start_ns) / 1e9,
			phone_number(handset->phone), phone_event_text(text, sizeof text, event));
		terminal->status[0] = '\0';
	}
}

static void status_show(struct terminal *terminal)
{
	char status[STATUS_MAX] = "";
	size_t length = 0;

	for (size_t i = 0; i < terminal->count && length < sizeof(status); i++)
		length += handset_print(&terminal->handsets[i], i == terminal->in_hand, status + length,
			sizeof(status) - length);
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
	for (size_t i = 0; i < terminal->count; i++)
		events_show(terminal, &terminal->handsets[i]);
	status_show(terminal);
	return phone_is_up(terminal->handsets[terminal->in_hand].phone);
}
