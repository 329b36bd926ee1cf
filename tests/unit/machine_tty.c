/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <spandsp.h>

#include "tests/unit/machine_tty.h"

#define TURN_MS   600 /* of silence before the other answers */
#define BEGINS_MS 1000
#define TURNS     4

static const char *const lines[TURNS] = {"HELLO GA", "THE TRAIN LEAVES AT 10:47 GA", "SEE YOU THERE AT 10:30 SK", "BYE SKSK"};

struct tty {
	struct tty_pair *pair;
	v18_state_t *v18;
	char heard[200];
	size_t count;
	unsigned quiet_ms; /* since it said anything */
};

struct tty_pair {
	struct tty ttys[LINES];
	unsigned turn;
	bool types;
	unsigned now_ms, turn_at_ms;
};

static void on_text(void *arg, const uint8_t *text, int count)
{
	struct tty *tty = arg;

	for (int i = 0; i < count && tty->count < sizeof(tty->heard) - 1; i++) {
		if (text[i] >= ' ')
			tty->heard[tty->count++] = (char)text[i];
	}
}

static void tty_hear(void *arg, const int16_t *samples, size_t count)
{
	struct tty *tty = arg;

	v18_rx(tty->v18, samples, (int)count);
}

static void turn_begin(struct tty *tty)
{
	struct tty_pair *pair = tty->pair;

	if (pair->types || pair->turn >= TURNS || pair->now_ms < pair->turn_at_ms || tty != &pair->ttys[pair->turn % LINES])
		return;
	pair->types = true;
	v18_put(tty->v18, lines[pair->turn], -1);
}

static void tty_say(void *arg, int16_t *samples, size_t count)
{
	struct tty *tty = arg;
	struct tty_pair *pair = tty->pair;

	if (tty == &pair->ttys[0])
		pair->now_ms += 10;
	turn_begin(tty);
	if (v18_tx(tty->v18, samples, (int)count) > 0 || !pair->types || tty != &pair->ttys[pair->turn % LINES])
		return;
	pair->types = false;
	pair->turn++;
	pair->turn_at_ms = pair->now_ms + TURN_MS;
}

void tty_make(struct tty_pair **pairp)
{
	struct tty_pair *pair = calloc(1, sizeof(*pair));

	assert_non_null(pair);
	pair->turn_at_ms = BEGINS_MS;
	for (int i = 0; i < LINES; i++) {
		pair->ttys[i].pair = pair;
		pair->ttys[i].v18 = v18_init(NULL, i == 0, V18_MODE_5BIT_45, on_text, &pair->ttys[i]);
		assert_non_null(pair->ttys[i].v18);
	}
	*pairp = pair;
}

void tty_machines(struct tty_pair *pair, struct machine machines[LINES])
{
	for (int i = 0; i < LINES; i++)
		machines[i] = (struct machine){tty_hear, tty_say, &pair->ttys[i]};
}

bool tty_is_over(void *arg)
{
	const struct tty_pair *pair = arg;

	return pair->turn == TURNS && pair->now_ms >= pair->turn_at_ms;
}

/* Characters that are in their place; what is left out or put in counts from there on. */
static unsigned right_in(const char *wanted, const char *heard)
{
	unsigned right = 0;

	while (wanted[right] && wanted[right] == heard[right])
		right++;
	return right;
}

void tty_result(const struct tty_pair *pair, struct tty_result *result)
{
	char wanted[LINES][200] = {"", ""};

	*result = (struct tty_result){0};
	for (unsigned i = 0; i < TURNS; i++)
		strcat(wanted[(i + 1) % LINES], lines[i]);
	for (int i = 0; i < LINES; i++) {
		result->sent += (unsigned)strlen(wanted[i]);
		result->right += right_in(wanted[i], pair->ttys[i].heard);
		memcpy(result->heard[i], pair->ttys[i].heard, sizeof(result->heard[i]));
	}
}

void tty_drop(struct tty_pair *pair)
{
	for (int i = 0; i < LINES; i++)
		v18_free(pair->ttys[i].v18);
	free(pair);
}
