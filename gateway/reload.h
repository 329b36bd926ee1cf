/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A changed configuration comes in force without a call that is dropped: it is read and judged at once, and the daemon begins anew with it
 * as soon as no telephone is in use. Control thread; reading may take it some milliseconds.
 */
#ifndef TIPRING_GATEWAY_RELOAD_H
#define TIPRING_GATEWAY_RELOAD_H

#include <stdio.h>

#include "gateway/gateway.h"

#define RELOAD_REVIEW_MS 500 /* so often it is looked whether a telephone is in use */

struct reload;

/* due: the time has come; once. path and gateway outlive it. */
int reload_alloc(struct reload **reloadp, struct loop *loop, const char *path, const struct gateway *gateway, void (*due)(void *arg), void *arg);
void reload_free(struct reload *reload);

/* What is wrong goes to errors, a line each, and is returned: then all stays as it is, and nothing is waited for that was asked before. */
int reload_ask(struct reload *reload, FILE *errors);

#endif
