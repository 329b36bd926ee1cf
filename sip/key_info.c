/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sip/key_info.h"

#define DIGITS_MAX 6

void ua_key_info_print(const struct ua_key_info *info, char text[UA_KEY_INFO_TEXT_MAX])
{
	snprintf(text, UA_KEY_INFO_TEXT_MAX, "Signal=%c\r\nDuration=%u\r\n", info->key, info->ms % 100000);
}

static bool is_type(const char *type, size_t length, const char *wanted)
{
	return length == strlen(wanted) && strncasecmp(type, wanted, length) == 0;
}

/* What a line or its value is without blanks around it. */
static void trim(const char **text, size_t *length)
{
	while (*length && isspace((unsigned char)**text)) {
		(*text)++;
		(*length)--;
	}
	while (*length && isspace((unsigned char)(*text)[*length - 1]))
		(*length)--;
}

/* Some write 10 and 11 for * and #, as RFC 4733 numbers them. */
static bool read_key(struct ua_key_info *info, const char *text, size_t length)
{
	static const char keys[] = "0123456789*#ABCD";
	char key;

	trim(&text, &length);
	if (length == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') {
		info->key = keys[10 + text[1] - '0'];
		return true;
	}
	key = length == 1 ? (char)toupper((unsigned char)text[0]) : 0;
	if (!key || !strchr(keys, key))
		return false;
	info->key = key;
	return true;
}

static bool read_ms(struct ua_key_info *info, const char *text, size_t length)
{
	unsigned ms = 0;

	trim(&text, &length);
	if (!length || length > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		ms = 10 * ms + (unsigned)(text[i] - '0');
	}
	info->ms = ms < UA_KEY_INFO_MS_MIN ? UA_KEY_INFO_MS_MIN : ms > UA_KEY_INFO_MS_MAX ? UA_KEY_INFO_MS_MAX : ms;
	return true;
}

/* False: it is one of the two, and wrong. */
static bool read_line(struct ua_key_info *info, const char *line, size_t length)
{
	const char *equals = memchr(line, '=', length);
	const char *value = equals ? equals + 1 : NULL;
	size_t name_length = equals ? (size_t)(equals - line) : 0, value_length = length - name_length - 1;

	if (!equals)
		return true;
	trim(&line, &name_length);
	if (is_type(line, name_length, "Signal"))
		return read_key(info, value, value_length);
	if (is_type(line, name_length, "Duration"))
		return read_ms(info, value, value_length);
	return true;
}

static bool read_lines(struct ua_key_info *info, const char *body, size_t length)
{
	bool good = true;

	while (length && good) {
		const char *end = memchr(body, '\n', length);
		size_t line = end ? (size_t)(end - body) : length;

		good = read_line(info, body, line);
		length -= line + (end != NULL);
		body += line + (end != NULL);
	}
	return good && info->key;
}

int ua_key_info_parse(struct ua_key_info *info, const char *type, size_t type_length, const char *body, size_t length)
{
	struct ua_key_info result = {.ms = UA_KEY_INFO_MS_USUAL};
	bool good;

	trim(&type, &type_length);
	if (is_type(type, type_length, UA_KEY_INFO_TYPE))
		good = read_lines(&result, body, length);
	else if (is_type(type, type_length, "application/dtmf"))
		good = read_key(&result, body, length);
	else
		return ENOTSUP;
	if (!good)
		return EBADMSG;
	*info = result;
	return 0;
}
