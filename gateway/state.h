/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What all subscribers have set, and its file: a line "tipring 1", then a row for each item, "LINE<tab>ITEM<tab>VALUE". What the daemon
 * itself has to keep stands there too, "ACCOUNT<tab>instance<tab>URN". Rows of lines and accounts that are not configured, and of items that this version does not know, are kept as they are. A file with a row that is
 * none is kept aside (FILE.damaged) and what can be read of it is taken. Every change goes to the clerk. Control thread.
 */
#ifndef TIPRING_GATEWAY_STATE_H
#define TIPRING_GATEWAY_STATE_H

#include "gateway/clerk.h"
#include "gateway/config/config.h"
#include "gateway/subscriber.h"

struct state;

/* Reads the configured file, when there is one. What is wrong with it is logged; EACCES and the like: it is there and cannot
 * be read, and nothing is begun that would overwrite it. config outlives it. */
int state_alloc(struct state **statep, const struct config *config);
/* What was changed last has reached the disk when this returns. */
void state_free(struct state *state);

/* Of the configured line with that index. */
struct subscriber *state_subscriber(struct state *state, unsigned line);
/* Of the configured account with that index, as of instance.h: the one that is kept, or a new one, which is kept from now on where
 * anything is. "": none can be made. The state's. */
const char *state_instance(struct state *state, unsigned account);

/* Logs a write that failed, once; it is tried again with the next change and at the latest here. From time to time. */
void state_review(struct state *state);

#endif
