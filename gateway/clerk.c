/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/clerk.h"

struct clerk {
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	char path[PATH_MAX], beside[PATH_MAX], directory[PATH_MAX];
	char *text; /* that waits; NULL: none */
	size_t length;
	bool ends;
	int err; /* of the newest write */
};

static int write_all(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t count = write(fd, text, length);

		if (count < 0 && errno != EINTR)
			return errno;
		if (count > 0) {
			text += count;
			length -= (size_t)count;
		}
	}
	return fsync(fd) < 0 ? errno : 0;
}

static int directory_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return errno;
	if (fsync(fd) < 0)
		err = errno;
	close(fd);
	return err;
}

static int replace(const struct clerk *clerk, const char *text, size_t length)
{
	int fd = open(clerk->beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), err;

	if (fd < 0)
		return errno;
	err = write_all(fd, text, length);
	if (close(fd) < 0 && !err)
		err = errno;
	if (!err && rename(clerk->beside, clerk->path) < 0)
		err = errno;
	if (err) {
		unlink(clerk->beside);
		return err;
	}
	return directory_sync(clerk->directory);
}

static void *run(void *arg)
{
	struct clerk *clerk = arg;

	pthread_mutex_lock(&clerk->mutex);
	while (clerk->text || !clerk->ends) {
		char *text = clerk->text;
		size_t length = clerk->length;
		int err;

		if (!text) {
			pthread_cond_wait(&clerk->woken, &clerk->mutex);
			continue;
		}
		clerk->text = NULL;
		pthread_mutex_unlock(&clerk->mutex);
		err = replace(clerk, text, length);
		free(text);
		pthread_mutex_lock(&clerk->mutex);
		clerk->err = err;
	}
	pthread_mutex_unlock(&clerk->mutex);
	return NULL;
}

static int paths_make(struct clerk *clerk, const char *path)
{
	char copy[PATH_MAX];

	if (strlen(path) + sizeof(".new") > sizeof(clerk->beside))
		return ENAMETOOLONG;
	strcpy(clerk->path, path);
	snprintf(clerk->beside, sizeof(clerk->beside), "%.*s.new", PATH_MAX - 5, path);
	strcpy(copy, path);
	strcpy(clerk->directory, dirname(copy));
	return 0;
}

int clerk_alloc(struct clerk **clerkp, const char *path)
{
	struct clerk *clerk = calloc(1, sizeof(*clerk));
	int err;

	if (!clerk)
		return ENOMEM;
	err = paths_make(clerk, path);
	if (!err) {
		pthread_mutex_init(&clerk->mutex, NULL);
		pthread_cond_init(&clerk->woken, NULL);
		err = pthread_create(&clerk->thread, NULL, run, clerk);
	}
	if (err) {
		free(clerk);
		return err;
	}
	*clerkp = clerk;
	return 0;
}

void clerk_free(struct clerk *clerk)
{
	if (!clerk)
		return;
	pthread_mutex_lock(&clerk->mutex);
	clerk->ends = true;
	pthread_cond_signal(&clerk->woken);
	pthread_mutex_unlock(&clerk->mutex);
	pthread_join(clerk->thread, NULL);
	pthread_cond_destroy(&clerk->woken);
	pthread_mutex_destroy(&clerk->mutex);
	free(clerk);
}

void clerk_write(struct clerk *clerk, char *text, size_t length)
{
	char *before;

	pthread_mutex_lock(&clerk->mutex);
	before = clerk->text;
	clerk->text = text;
	clerk->length = length;
	pthread_cond_signal(&clerk->woken);
	pthread_mutex_unlock(&clerk->mutex);
	free(before);
}

int clerk_error(struct clerk *clerk)
{
	int err;

	pthread_mutex_lock(&clerk->mutex);
	err = clerk->err;
	pthread_mutex_unlock(&clerk->mutex);
	return err;
}
