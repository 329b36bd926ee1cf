/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One telephone by the keys of a terminal. The last line of the screen shows how it is: hook, bell, what is heard;
 * what happens scrolls above it.
 */
#ifndef TIPRING_GATEWAY_PHONE_TERMINAL_H
#define TIPRING_GATEWAY_PHONE_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "gateway/phone/phone.h"

struct terminal;

/* Keys come at once from now on, without echo. ENOTTY. */
int terminal_alloc(struct terminal **terminalp, struct phone *phone, int input, FILE *output);
void terminal_free(struct terminal *terminal); /* puts the terminal back as it was */

/* Takes keys and shows what changed; false: the user quits. */
bool terminal_step(struct terminal *terminal, uint64_t now_ns);

#endif
