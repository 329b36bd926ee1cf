/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "gateway/instance.h"

#define START  "urn:uuid:"
#define FORMAT "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"

int instance_make(char text[INSTANCE_MAX])
{
	uint8_t bytes[16];
	char *p = text + sizeof(START) - 1;

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return errno;
	bytes[6] = (uint8_t)(0x40 | (bytes[6] & 0x0f)); /* version 4, at random */
	bytes[8] = (uint8_t)(0x80 | (bytes[8] & 0x3f));
	strcpy(text, START FORMAT);
	for (unsigned i = 0; i < 2 * sizeof(bytes); i++) {
		p += *p == '-';
		*p++ = "0123456789abcdef"[i % 2 ? bytes[i / 2] & 0x0f : bytes[i / 2] >> 4];
	}
	return 0;
}

bool instance_is_valid(const char *text)
{
	static const char form[] = START FORMAT;

	if (strlen(text) != sizeof(form) - 1)
		return false;
	for (size_t i = 0; form[i]; i++) {
		if (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	}
	return true;
}
