/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the sound files of a bed (sounds.h). usage: sounds DIRECTORY */
#include <stdio.h>
#include <string.h>

#include "tests/story/sounds.h"

int main(int argc, char **argv)
{
	int err = argc == 2 ? sounds_write(argv[1]) : 0;

	if (argc != 2)
		fputs("usage: sounds DIRECTORY\n", stderr);
	else if (err)
		fprintf(stderr, "%s: %s\n", argv[1], strerror(err));
	return argc != 2 || err;
}
