/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the subscriber of a line has set, by code or through the operator: a table of items, each a short text. Kept across
 * restarts by state.h. Control thread.
 */
#ifndef TIPRING_GATEWAY_SUBSCRIBER_H
#define TIPRING_GATEWAY_SUBSCRIBER_H

#include <stdbool.h>

#define SUBSCRIBER_TEXT_MAX 40 /* bytes of an item without the final zero: a number as dialled */
#define SUBSCRIBER_PLACES   10 /* speed dial numbers, and callers of each list */

enum subscriber_item {
	SUBSCRIBER_FORWARD_ALWAYS,    /* a number as dialled; "": not forwarded */
	SUBSCRIBER_FORWARD_BUSY,
	SUBSCRIBER_FORWARD_NO_ANSWER,
	SUBSCRIBER_DND,               /* "on", or "" */
	SUBSCRIBER_CALL_WAITING,      /* "on" or "off"; "": as the profile says */
	SUBSCRIBER_HIDE_NUMBER,       /* "on", or "" */
	SUBSCRIBER_REFUSE_ANONYMOUS,
	SUBSCRIBER_HOTLINE,           /* a number that is called when no digit follows lifting */
	SUBSCRIBER_FORWARD_SELECTIVE, /* a number: calls of the selected callers go there */
	SUBSCRIBER_ACCEPT_SELECTIVE,  /* "on": calls of the accepted callers alone are let through */
	SUBSCRIBER_WAKEUP,            /* a time, wakeup.h */
	SUBSCRIBER_SPEED,             /* and the places after it */
	SUBSCRIBER_BLOCKED = SUBSCRIBER_SPEED + SUBSCRIBER_PLACES, /* as the network tells callers */
	SUBSCRIBER_SELECTED = SUBSCRIBER_BLOCKED + SUBSCRIBER_PLACES,
	SUBSCRIBER_ACCEPTED = SUBSCRIBER_SELECTED + SUBSCRIBER_PLACES,
	SUBSCRIBER_ITEMS = SUBSCRIBER_ACCEPTED + SUBSCRIBER_PLACES,
};

struct subscriber {
	char texts[SUBSCRIBER_ITEMS][SUBSCRIBER_TEXT_MAX + 1];
	void (*changed)(void *arg); /* after each change; NULL: nobody needs to know */
	void *arg;
};

static inline const char *subscriber_get(const struct subscriber *subscriber, enum subscriber_item item)
{
	return subscriber->texts[item];
}

static inline bool subscriber_has(const struct subscriber *subscriber, enum subscriber_item item)
{
	return subscriber->texts[item][0] != 0;
}

/* EINVAL: not what subscriber_allowed says; "" is always allowed and takes the item away. */
int subscriber_set(struct subscriber *subscriber, enum subscriber_item item, const char *text);
const char *subscriber_allowed(enum subscriber_item item);

/* Names are those of the state file and of tipringctl: "forward_always", "speed_0". SUBSCRIBER_ITEMS: no such name. */
#define SUBSCRIBER_NAME_MAX 24
void subscriber_item_name(enum subscriber_item item, char name[SUBSCRIBER_NAME_MAX]);
enum subscriber_item subscriber_item_find(const char *name);

/* A list of callers, by its first item: SUBSCRIBER_BLOCKED, SUBSCRIBER_SELECTED or SUBSCRIBER_ACCEPTED. The caller is in it; the oldest one
 * leaves when all places are taken (EINVAL: no caller); nobody is in it any more. */
bool subscriber_lists(const struct subscriber *subscriber, enum subscriber_item list, const char *caller);
int subscriber_list_add(struct subscriber *subscriber, enum subscriber_item list, const char *caller);
void subscriber_list_clear(struct subscriber *subscriber, enum subscriber_item list);

#endif
