/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The main of a fuzz target in a build without libFuzzer: feeds it each file of its corpus, whole and cut at
 * each length. The corpus is the directory in CORPUS that is named as the program, or the one that is said.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEED_BYTES_MAX 65536
#define CUTS_MAX       4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* From memory of exactly that size, so that the sanitizer sees a read beyond it. */
static void feed(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size ? size : 1);

	if (!exact)
		abort();
	memcpy(exact, data, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

static int replay(const char *directory, const char *name)
{
	static uint8_t data[SEED_BYTES_MAX];
	char path[4096];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "rb");
	if (!file) {
		perror(path);
		return 1;
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	feed(data, size);
	for (size_t cut = 0; cut < size && cut < CUTS_MAX; cut++)
		feed(data, cut);
	return 0;
}

/* The number of seeds, 0 when something could not be read. */
static unsigned replay_all(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	unsigned seeds = 0;
	int failed = 0;

	if (!dir) {
		perror(directory);
		return 0;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		failed |= replay(directory, entry->d_name);
		seeds++;
	}
	closedir(dir);
	return failed ? 0 : seeds;
}

int main(int argc, char *argv[])
{
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
	char directory[2048];
	unsigned seeds;

	snprintf(directory, sizeof(directory), "%s/%s", CORPUS, name);
	seeds = replay_all(argc > 1 ? argv[1] : directory);
	printf("1..1\n%s 1 - every seed, whole and cut short, is survived\n# %u seeds\n", seeds ? "ok" : "not ok",
		seeds);
	return !seeds;
}
