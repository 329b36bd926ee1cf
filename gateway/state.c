/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/instance.h"
#include "gateway/log.h"
#include "gateway/state.h"

#define FIRST_LINE "tipring 1"
#define INSTANCE   "instance" /* item of an account */
#define ROW_MAX    256        /* bytes */
#define KEPT_MAX   (16 << 20) /* bytes of rows that nobody here needs */

struct state {
	const struct config *config;
	struct clerk *clerk; /* NULL: nothing is kept */
	struct subscriber *subscribers; /* as config->lines */
	char (*instances)[INSTANCE_MAX]; /* as config->accounts; "": not needed yet */
	char *kept; /* rows as they were read, each with its end */
	size_t kept_length;
	int logged_err;
};

static int line_index(const struct state *state, const char *name)
{
	for (unsigned i = 0; i < state->config->line_count; i++) {
		if (!strcmp(state->config->lines[i].name, name))
			return (int)i;
	}
	return -1;
}

static int account_index(const struct state *state, const char *name)
{
	for (unsigned i = 0; i < state->config->account_count; i++) {
		if (!strcmp(state->config->accounts[i].name, name))
			return (int)i;
	}
	return -1;
}

static int keep(struct state *state, const char *row)
{
	size_t length = strlen(row);
	char *kept = state->kept_length + length < KEPT_MAX ? realloc(state->kept, state->kept_length + length + 2) : NULL;

	if (!kept)
		return ENOMEM;
	memcpy(kept + state->kept_length, row, length);
	state->kept = kept;
	state->kept_length += length;
	kept[state->kept_length++] = '\n';
	return 0;
}

static int instance_take(struct state *state, const char *row, const char *account, const char *value)
{
	int index = account_index(state, account);

	if (index < 0)
		return keep(state, row);
	if (!instance_is_valid(value))
		return EBADMSG;
	strcpy(state->instances[index], value);
	return 0;
}

/* EBADMSG: no row. ENOMEM: it cannot be kept. */
static int row_take(struct state *state, const char *row)
{
	char copy[ROW_MAX], *rest = copy;
	const char *name, *key, *value;
	enum subscriber_item item;
	int index;

	strcpy(copy, row);
	name = strsep(&rest, "\t");
	key = strsep(&rest, "\t");
	value = rest;
	if (!*name || !key || !*key || !value || !*value || strchr(value, '\t'))
		return EBADMSG;
	if (!strcmp(key, INSTANCE))
		return instance_take(state, row, name, value);
	item = subscriber_item_find(key);
	index = line_index(state, name);
	if (index < 0 || item == SUBSCRIBER_ITEMS)
		return keep(state, row);
	return subscriber_set(&state->subscribers[index], item, value) ? EBADMSG : 0;
}

/* Without its end; false: a row too long, or with a zero, or cut off. */
static bool row_read(char *row, ssize_t length)
{
	if (length <= 0 || row[length - 1] != '\n')
		return false;
	row[length - 1] = 0;
	return length <= ROW_MAX && strlen(row) == (size_t)length - 1;
}

/* Returns how many rows were none. */
static unsigned rows_take(struct state *state, FILE *file, const char *path)
{
	unsigned number = 0, bad = 0;
	char *row = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&row, &size, file)) > 0) {
		bool whole = row_read(row, length);
		int err = EBADMSG;

		number++;
		if (whole && number == 1)
			err = strcmp(row, FIRST_LINE) ? EBADMSG : 0;
		else if (whole)
			err = row_take(state, row);
		if (!err)
			continue;
		bad++;
		gw_log(GW_LOG_ERROR, NULL, number == 1 ? "%s:%u: not understood; allowed is \"" FIRST_LINE "\""
			: "%s:%u: not understood; allowed is line, item and value with tabs between them", path, number);
	}
	free(row);
	return bad + (number == 0);
}

/* What could not be read may matter to somebody. */
static int set_aside(const char *path)
{
	char aside[PATH_MAX];

	if (snprintf(aside, sizeof(aside), "%s.damaged", path) >= (int)sizeof(aside))
		return ENAMETOOLONG;
	if (rename(path, aside) < 0)
		return errno;
	gw_log(GW_LOG_ERROR, NULL, "%s was damaged and is kept as %s; what could be read of it is in force", path, aside);
	return 0;
}

static int file_read(struct state *state, const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned bad;

	if (!file)
		return errno == ENOENT ? 0 : errno;
	bad = rows_take(state, file, path);
	if (ferror(file)) {
		fclose(file);
		return EIO;
	}
	fclose(file);
	return bad ? set_aside(path) : 0;
}

static void rows_print(const struct state *state, FILE *out)
{
	char name[SUBSCRIBER_NAME_MAX];

	fprintf(out, FIRST_LINE "\n");
	for (unsigned i = 0; i < state->config->line_count; i++) {
		for (enum subscriber_item item = 0; item < SUBSCRIBER_ITEMS; item++) {
			if (!subscriber_has(&state->subscribers[i], item))
				continue;
			subscriber_item_name(item, name);
			fprintf(out, "%s\t%s\t%s\n", state->config->lines[i].name, name,
				subscriber_get(&state->subscribers[i], item));
		}
	}
	for (unsigned i = 0; i < state->config->account_count; i++) {
		if (state->instances[i][0])
			fprintf(out, "%s\t" INSTANCE "\t%s\n", state->config->accounts[i].name, state->instances[i]);
	}
	if (state->kept)
		fwrite(state->kept, 1, state->kept_length, out);
}

static void on_change(void *arg)
{
	struct state *state = arg;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	bool whole;

	if (!out) {
		gw_log(GW_LOG_ERROR, NULL, "no memory to keep what was set");
		return;
	}
	rows_print(state, out);
	whole = !ferror(out);
	if (fclose(out) == 0 && whole)
		clerk_write(state->clerk, text, length);
	else
		free(text);
}

static void subscribers_watch(struct state *state)
{
	for (unsigned i = 0; i < state->config->line_count; i++) {
		state->subscribers[i].changed = on_change;
		state->subscribers[i].arg = state;
	}
}

int state_alloc(struct state **statep, const struct config *config)
{
	struct state *state = calloc(1, sizeof(*state));
	const char *path = config->state.path.text;
	int err = 0;

	if (!state)
		return ENOMEM;
	state->config = config;
	state->subscribers = calloc(config->line_count + 1, sizeof(*state->subscribers));
	state->instances = calloc(config->account_count + 1, sizeof(*state->instances));
	if (!state->subscribers || !state->instances)
		err = ENOMEM;
	if (!err && *path)
		err = file_read(state, path);
	if (!err && *path)
		err = clerk_alloc(&state->clerk, path);
	if (err) {
		state_free(state);
		return err;
	}
	if (state->clerk)
		subscribers_watch(state);
	*statep = state;
	return 0;
}

void state_free(struct state *state)
{
	if (!state)
		return;
	/* A disk that was full may have room again. */
	if (state->clerk && clerk_error(state->clerk))
		on_change(state);
	clerk_free(state->clerk);
	free(state->subscribers);
	free(state->instances);
	free(state->kept);
	free(state);
}

struct subscriber *state_subscriber(struct state *state, unsigned line)
{
	return &state->subscribers[line];
}

const char *state_instance(struct state *state, unsigned account)
{
	char *instance = state->instances[account];

	if (instance[0] || instance_make(instance))
		return instance;
	if (state->clerk)
		on_change(state);
	return instance;
}

void state_review(struct state *state)
{
	int err = state->clerk ? clerk_error(state->clerk) : 0;

	if (err && err != state->logged_err)
		gw_log(GW_LOG_ERROR, NULL, "%s cannot be written: %s; what subscribers set is forgotten at the end, until it can",
			state->config->state.path.text, strerror(err));
	else if (!err && state->logged_err)
		gw_log(GW_LOG_NOTICE, NULL, "%s can be written again", state->config->state.path.text);
	state->logged_err = err;
}
