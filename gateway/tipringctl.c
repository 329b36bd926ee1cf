/* SPDX-License-Identifier: BSD-3-Clause */
/* The operator's tool: sends one request to the daemon and shows the answer. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/control.h"

static int usage(FILE *out, int status)
{
	fputs("usage: tipringctl [-s SOCKET] status [--json] | calls [--json] | sip | accounts | media | reload | show LINE | set LINE ITEM VALUE | clear LINE ITEM\n"
	      "  -s SOCKET  the daemon's control socket (" TIPRING_RUNDIR "/control)\n"
	      "  -h         this text\n", out);
	return status;
}

/* Shows the answer, its last line, which says how it went, only when it did not go well. */
static int answer_show(char *text)
{
	size_t length = strlen(text);
	char *last;

	if (length > 0 && text[length - 1] == '\n')
		text[length - 1] = 0;
	last = strrchr(text, '\n');
	last = last ? last + 1 : text;
	if (strcmp(last, "ok") == 0) {
		*last = 0;
		fputs(text, stdout);
		return EXIT_SUCCESS;
	}
	fprintf(stderr, "%.*stipringctl: %s\n", (int)(last - text), text, *last ? last : "the daemon closed without an answer");
	return EXIT_FAILURE;
}

static int request(const char *path, const char *words)
{
	char *text = NULL, chunk[4096];
	size_t size = 0;
	ssize_t count;
	FILE *answer;
	int fd, status, err = control_connect(&fd, path);

	if (err) {
		fprintf(stderr, "tipringctl: %s: %s; is tipringd running?\n", path, strerror(err));
		return EXIT_FAILURE;
	}
	answer = open_memstream(&text, &size);
	if (!answer || dprintf(fd, "%s\n", words) < 0) {
		perror("tipringctl");
		return EXIT_FAILURE;
	}
	while ((count = read(fd, chunk, sizeof(chunk))) > 0)
		fwrite(chunk, 1, (size_t)count, answer);
	fclose(answer);
	close(fd);
	status = answer_show(text);
	free(text);
	return status;
}

int main(int argc, char **argv)
{
	const char *path = TIPRING_RUNDIR "/control";
	char words[256] = "";
	int option;

	/* "+": what follows the request's name is the daemon's to understand. */
	while ((option = getopt(argc, argv, "+s:h")) != -1) {
		if (option == 'h')
			return usage(stdout, EXIT_SUCCESS);
		if (option != 's')
			return usage(stderr, 2);
		path = optarg;
	}
	if (optind == argc)
		return usage(stderr, 2);
	for (; optind < argc; optind++) {
		size_t length = strlen(words);

		bool quoted = strchr(argv[optind], ' ') || !*argv[optind];

		snprintf(words + length, sizeof(words) - length, quoted ? "%s\"%s\"" : "%s%s", length ? " " : "", argv[optind]);
	}
	return request(path, words);
}
