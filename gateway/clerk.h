/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The clerk: a thread that writes a file, so that nobody else waits for a disk. The file is replaced as a whole (written
 * beside it, fsync, rename, fsync of the directory): whoever reads it, also after a crash, finds the old text or the
 * new one. Of several texts that wait the newest is written.
 */
#ifndef TIPRING_GATEWAY_CLERK_H
#define TIPRING_GATEWAY_CLERK_H

#include <stddef.h>

struct clerk;

int clerk_alloc(struct clerk **clerkp, const char *path);
/* Writes what waits, then ends. */
void clerk_free(struct clerk *clerk);

/* Takes the text, which free() frees, and returns at once. Control thread. */
void clerk_write(struct clerk *clerk, char *text, size_t length);

/* What came of the newest write: 0 or errno. Control thread. */
int clerk_error(struct clerk *clerk);

#endif
