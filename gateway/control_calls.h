/* SPDX-License-Identifier: BSD-3-Clause */
/* What tipringctl shows of the calls that go on. Control thread. */
#ifndef TIPRING_GATEWAY_CONTROL_CALLS_H
#define TIPRING_GATEWAY_CONTROL_CALLS_H

#include <stdio.h>

#include "gateway/gateway.h"

void control_calls_print(const struct gateway *gateway, FILE *out);
void control_calls_json_print(const struct gateway *gateway, FILE *out);

/* A text of the configuration, which holds no control characters (settings_convert.c). */
void control_json_text_print(const char *text, FILE *out);

#endif
