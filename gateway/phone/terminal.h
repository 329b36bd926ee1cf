/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Telephones by the keys of a terminal: the keys act on one of them, Tab goes to the next. The last
 * line of the screen shows how they are: hook, bell, what the one in hand hears; what happens
 * scrolls above it.
 */
#ifndef TIPRING_GATEWAY_PHONE_TERMINAL_H
#define TIPRING_GATEWAY_PHONE_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "gateway/phone/phone.h"

struct terminal;

#define TERMINAL_PHONES_MAX 8

/* Keys come at once from now on, without echo. ENOTTY no terminal, E2BIG more than
 * TERMINAL_PHONES_MAX. */
int terminal_alloc(struct terminal **terminalp, struct phone *const phones[], size_t count, int input,
	FILE *output);
void terminal_free(struct terminal *terminal); /* puts the terminal back as it was */

/* Takes keys and shows what changed; false: the user quits, or the exchange is gone. */
bool terminal_step(struct terminal *terminal, uint64_t now_ns);

#endif
