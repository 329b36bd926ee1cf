/* SPDX-License-Identifier: BSD-3-Clause */
/* What tells one user agent of an account from another one, for as long as both are (RFC 5626 s4.1): a URN with a random UUID
 * (RFC 4122 s3, s4.4). */
#ifndef TIPRING_GATEWAY_INSTANCE_H
#define TIPRING_GATEWAY_INSTANCE_H

#include <stdbool.h>

#define INSTANCE_MAX 46 /* bytes with the final zero: "urn:uuid:" and 36 characters */

/* errno of getrandom. */
int instance_make(char text[INSTANCE_MAX]);
bool instance_is_valid(const char *text);

#endif
