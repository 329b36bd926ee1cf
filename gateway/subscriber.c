/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gateway/subscriber.h"
#include "gateway/wakeup.h"

enum kind {
	KIND_NUMBER,
	KIND_MARK,   /* on, or not there */
	KIND_SWITCH,
	KIND_CALLER,
	KIND_WAKEUP,
};

static const struct {
	const char *name;
	enum kind kind;
} items[] = {
	[SUBSCRIBER_FORWARD_ALWAYS] = {"forward_always", KIND_NUMBER},
	[SUBSCRIBER_FORWARD_BUSY] = {"forward_busy", KIND_NUMBER},
	[SUBSCRIBER_FORWARD_NO_ANSWER] = {"forward_no_answer", KIND_NUMBER},
	[SUBSCRIBER_DND] = {"dnd", KIND_MARK},
	[SUBSCRIBER_CALL_WAITING] = {"call_waiting", KIND_SWITCH},
	[SUBSCRIBER_HIDE_NUMBER] = {"hide_number", KIND_MARK},
	[SUBSCRIBER_REFUSE_ANONYMOUS] = {"refuse_anonymous", KIND_MARK},
	[SUBSCRIBER_HOTLINE] = {"hotline", KIND_NUMBER},
	[SUBSCRIBER_FORWARD_SELECTIVE] = {"forward_selective", KIND_NUMBER},
	[SUBSCRIBER_ACCEPT_SELECTIVE] = {"accept_selective", KIND_MARK},
	[SUBSCRIBER_WAKEUP] = {"wakeup", KIND_WAKEUP},
	[SUBSCRIBER_SPEED] = {"speed", KIND_NUMBER},
	[SUBSCRIBER_BLOCKED] = {"blocked", KIND_CALLER},
	[SUBSCRIBER_SELECTED] = {"selected", KIND_CALLER},
	[SUBSCRIBER_ACCEPTED] = {"accepted", KIND_CALLER},
};

/* The row of the table, and the place behind its name. */
static enum subscriber_item row_of(enum subscriber_item item, int *place)
{
	enum subscriber_item row = item < SUBSCRIBER_SPEED ? item
		: SUBSCRIBER_SPEED + (item - SUBSCRIBER_SPEED) / SUBSCRIBER_PLACES * SUBSCRIBER_PLACES;

	*place = row >= SUBSCRIBER_SPEED ? (int)(item - row) : -1;
	return row;
}

static enum kind kind_of(enum subscriber_item item)
{
	int place;

	return items[row_of(item, &place)].kind;
}

const char *subscriber_allowed(enum subscriber_item item)
{
	static const char *const words[] = {
		[KIND_NUMBER] = "1 to 40 of 0-9 * # +", [KIND_MARK] = "on",
		[KIND_SWITCH] = "on or off", [KIND_CALLER] = "1 to 40 bytes without blanks, as the network tells callers",
		[KIND_WAKEUP] = "a time as 07:00, with a date before it (2026-03-02 07:00) or not, and \" daily\" behind it or not",
	};

	return words[kind_of(item)];
}

static bool is_allowed(enum subscriber_item item, const char *text)
{
	size_t length = strlen(text);
	struct wakeup wakeup;

	if (!length)
		return true;
	switch (kind_of(item)) {
	case KIND_NUMBER:
		return length <= SUBSCRIBER_TEXT_MAX && strspn(text, "0123456789*#+") == length;
	case KIND_MARK:
		return !strcmp(text, "on");
	case KIND_SWITCH:
		return !strcmp(text, "on") || !strcmp(text, "off");
	case KIND_WAKEUP:
		return wakeup_parse(&wakeup, text);
	case KIND_CALLER:
		break;
	}
	for (const char *c = text; *c; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return false;
	}
	return length <= SUBSCRIBER_TEXT_MAX;
}

int subscriber_set(struct subscriber *subscriber, enum subscriber_item item, const char *text)
{
	if (!is_allowed(item, text))
		return EINVAL;
	if (!strcmp(subscriber->texts[item], text))
		return 0;
	strcpy(subscriber->texts[item], text);
	if (subscriber->changed)
		subscriber->changed(subscriber->arg);
	return 0;
}

void subscriber_item_name(enum subscriber_item item, char name[SUBSCRIBER_NAME_MAX])
{
	int place;
	const char *row = items[row_of(item, &place)].name;

	if (place < 0)
		snprintf(name, SUBSCRIBER_NAME_MAX, "%s", row);
	else
		snprintf(name, SUBSCRIBER_NAME_MAX, "%s_%d", row, place);
}

enum subscriber_item subscriber_item_find(const char *name)
{
	enum subscriber_item item = 0;
	char other[SUBSCRIBER_NAME_MAX];

	for (; item < SUBSCRIBER_ITEMS; item++) {
		subscriber_item_name(item, other);
		if (!strcmp(name, other))
			break;
	}
	return item;
}

bool subscriber_lists(const struct subscriber *subscriber, enum subscriber_item list, const char *caller)
{
	for (int place = 0; place < SUBSCRIBER_PLACES && *caller; place++) {
		if (!strcmp(subscriber->texts[list + place], caller))
			return true;
	}
	return false;
}

int subscriber_list_add(struct subscriber *subscriber, enum subscriber_item list, const char *caller)
{
	int place = 0;

	if (!*caller || !is_allowed(list, caller))
		return EINVAL;
	if (subscriber_lists(subscriber, list, caller))
		return 0;
	while (place < SUBSCRIBER_PLACES && subscriber->texts[list + place][0])
		place++;
	if (place == SUBSCRIBER_PLACES) {
		memmove(subscriber->texts[list], subscriber->texts[list + 1], (SUBSCRIBER_PLACES - 1) * sizeof(subscriber->texts[0]));
		place--;
		subscriber->texts[list + place][0] = 0;
	}
	return subscriber_set(subscriber, list + place, caller);
}

void subscriber_list_clear(struct subscriber *subscriber, enum subscriber_item list)
{
	for (int place = 0; place < SUBSCRIBER_PLACES; place++)
		(void)subscriber_set(subscriber, list + place, "");
}
