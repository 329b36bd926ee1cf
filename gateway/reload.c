/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/log.h"
#include "gateway/reload.h"

struct reload {
	struct loop *loop;
	struct loop_timer *timer;
	const char *path;
	const struct gateway *gateway;
	void (*due)(void *arg);
	void *arg;
};

/* One event is one line, and of a text that somebody else wrote too. */
static void lines_log(char *text)
{
	for (char *line; (line = strsep(&text, "\n"));) {
		if (*line)
			gw_log(GW_LOG_ERROR, NULL, "%s", line);
	}
}

static int judge(const char *path, FILE *errors)
{
	struct config *config = NULL;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err = ENOMEM;

	if (out)
		err = config_load(&config, path, out);
	if (out && fclose(out) != 0)
		err = ENOMEM;
	config_free(config);
	if (err && text) {
		if (errors)
			fputs(text, errors);
		lines_log(text);
	}
	if (err)
		gw_log(GW_LOG_ERROR, NULL, "the configuration stays as it was: %s cannot be used", path);
	free(text);
	return err;
}

/* It may have been changed meanwhile. */
static void on_review(void *arg)
{
	struct reload *reload = arg;

	if (gateway_lines_in_use(reload->gateway))
		loop_timer_start(reload->timer, RELOAD_REVIEW_MS);
	else if (judge(reload->path, NULL) == 0)
		reload->due(reload->arg);
}

int reload_alloc(struct reload **reloadp, struct loop *loop, const char *path, const struct gateway *gateway, void (*due)(void *arg), void *arg)
{
	struct reload *reload = calloc(1, sizeof(*reload));
	int err;

	if (!reload)
		return ENOMEM;
	*reload = (struct reload){.loop = loop, .path = path, .gateway = gateway, .due = due, .arg = arg};
	err = loop_timer_alloc(&reload->timer, loop, on_review, reload);
	if (err)
		free(reload);
	else
		*reloadp = reload;
	return err;
}

void reload_free(struct reload *reload)
{
	if (!reload)
		return;
	loop_timer_free(reload->timer);
	free(reload);
}

int reload_ask(struct reload *reload, FILE *errors)
{
	unsigned in_use = gateway_lines_in_use(reload->gateway);
	int err = judge(reload->path, errors);

	loop_timer_stop(reload->timer);
	if (err)
		return err;
	gw_log(GW_LOG_NOTICE, NULL, "the configuration %s comes in force as soon as no telephone is in use (%u are)", reload->path, in_use);
	loop_timer_start(reload->timer, in_use ? RELOAD_REVIEW_MS : 0);
	return 0;
}
