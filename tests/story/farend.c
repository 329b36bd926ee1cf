/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/story/farend.h"

#define WORDS_MAX 24
#define SAID_MAX  65536
#define LAST_MAX  400

extern char **environ;

struct farend {
	pid_t pid;  /* 0: waited for */
	int status; /* then */
	int in, out; /* its; -1: closed */
	char said[SAID_MAX + 1];
	size_t length, looked; /* looked: the lines before are over */
};

static int spawn(struct farend *end, const char *const *words, size_t count, const int in[2], const int out[2])
{
	posix_spawn_file_actions_t actions;
	char program[512], *argv[WORDS_MAX + 2] = {program};
	int err;

	if (count > WORDS_MAX || snprintf(program, sizeof program, "%s/%s", FAR_ENDS, words[0]) >= (int)sizeof program)
		return E2BIG;
	for (size_t i = 1; i < count; i++)
		argv[i] = (char *)words[i];
	err = posix_spawn_file_actions_init(&actions);
	if (err)
		return err;
	err = posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&actions, out[1], STDERR_FILENO);
	if (!err)
		err = posix_spawn(&end->pid, program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

static int start(struct farend *end, const char *const *words, size_t count)
{
	int in[2], out[2], err;

	if (pipe2(in, O_CLOEXEC))
		return errno;
	if (pipe2(out, O_CLOEXEC)) {
		err = errno;
		close(in[0]);
		close(in[1]);
		return err;
	}
	err = spawn(end, words, count, in, out);
	close(in[0]);
	close(out[1]);
	end->in = in[1];
	end->out = out[0];
	fcntl(end->out, F_SETFL, O_NONBLOCK);
	return err;
}

int farend_start(struct farend **endp, const char *const *words, size_t count)
{
	struct farend *end = calloc(1, sizeof *end);
	int err;

	if (!end)
		return ENOMEM;
	end->in = end->out = -1;
	err = start(end, words, count);
	if (err)
		farend_free(end);
	else
		*endp = end;
	return err;
}

/* Only the last of a long speech is kept. */
static void room_make(struct farend *end)
{
	if (end->length < SAID_MAX)
		return;
	memmove(end->said, end->said + SAID_MAX / 2, SAID_MAX - SAID_MAX / 2);
	end->length -= SAID_MAX / 2;
	end->looked = end->looked > SAID_MAX / 2 ? end->looked - SAID_MAX / 2 : 0;
}

void farend_step(struct farend *end)
{
	ssize_t size = 1;

	while (size > 0 && end->out >= 0) {
		room_make(end);
		size = read(end->out, end->said + end->length, SAID_MAX - end->length);
		if (size > 0)
			end->length += (size_t)size;
		end->said[end->length] = '\0';
	}
	if (size == 0) {
		close(end->out);
		end->out = -1;
	}
}

bool farend_said(struct farend *end, const char *text)
{
	char *line = end->said + end->looked, *stop;

	for (; (stop = strchr(line, '\n')); line = stop + 1) {
		const char *found = strstr(line, text);

		if (!found || found > stop)
			continue;
		end->looked = (size_t)(stop + 1 - end->said);
		return true;
	}
	return false;
}

bool farend_ended(struct farend *end, int *status)
{
	if (end->out >= 0)
		return false;
	if (end->pid && waitpid(end->pid, &end->status, WNOHANG) == end->pid)
		end->pid = 0;
	*status = WIFEXITED(end->status) ? WEXITSTATUS(end->status) : 128 + WTERMSIG(end->status);
	return !end->pid;
}

int farend_tell(struct farend *end, const char *line)
{
	char text[512];
	int length = snprintf(text, sizeof text, "%s\n", line);

	if (length >= (int)sizeof text)
		return E2BIG;
	return write(end->in, text, (size_t)length) == length ? 0 : errno;
}

const char *farend_last_words(const struct farend *end)
{
	return end->said + (end->length > LAST_MAX ? end->length - LAST_MAX : 0);
}

void farend_free(struct farend *end)
{
	if (!end)
		return;
	if (end->in >= 0)
		close(end->in);
	if (end->pid) {
		kill(end->pid, SIGTERM);
		waitpid(end->pid, &end->status, 0);
	}
	if (end->out >= 0)
		close(end->out);
	free(end);
}
