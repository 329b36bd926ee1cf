/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The operator's socket: AF_UNIX, a request of one line, an answer of text, closed by the daemon. The last line of an answer
 * is "ok" or "error: ...". Mode 0660. Control thread.
 */
#ifndef TIPRING_GATEWAY_CONTROL_H
#define TIPRING_GATEWAY_CONTROL_H

#include "gateway/gateway.h"

struct control;

/* A socket file that a dead daemon left is replaced; EADDRINUSE when a living one answers, EEXIST when the file is no
 * socket. */
int control_alloc(struct control **controlp, struct loop *loop, const char *path,
	struct gateway *gateway);
void control_free(struct control *control);

/* For both ends: a listening or a connected socket. */
int control_connect(int *fdp, const char *path);

#endif
