/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>

#include <re.h>

#include "sip/interpose.h"

/*
 * A heap of trees of which each timer begins no later than its children (a pairing heap): to begin and to compare is all that a start costs,
 * to end costs the logarithm of their number in the mean. Its nodes are what libre keeps in a timer for its list:
 *
 *   prev  the parent of a first child, else the sibling before
 *   next  the next sibling
 *   list  the first child
 *   data  a number that tells who started first among equals
 */
#ifndef tmr_start

static _Thread_local struct le *soonest;
static _Thread_local uintptr_t starts;

static struct tmr *timer_of(const struct le *le)
{
	return (struct tmr *)(void *)((char *)(uintptr_t)le - offsetof(struct tmr, le));
}

static struct le *first_child(const struct le *le)
{
	return (struct le *)(void *)le->list;
}

static void first_child_set(struct le *le, struct le *child)
{
	le->list = (struct list *)(void *)child;
}

static bool is_before(const struct le *le, const struct le *other)
{
	uint64_t due = timer_of(le)->jfs, other_due = timer_of(other)->jfs;

	return due != other_due ? due < other_due : (intptr_t)((uintptr_t)le->data - (uintptr_t)other->data) < 0;
}

/* Two trees, whose roots have no siblings; NULL: none. */
static struct le *meld(struct le *root, struct le *other)
{
	struct le *child;

	if (!root || !other)
		return root ? root : other;
	if (is_before(other, root)) {
		child = root;
		root = other;
	} else {
		child = other;
	}
	child->prev = root;
	child->next = first_child(root);
	if (child->next)
		child->next->prev = child;
	first_child_set(root, child);
	return root;
}

static struct le *alone(struct le *le)
{
	if (le)
		le->prev = le->next = NULL;
	return le;
}

/* By pairs from the first, then all of these from the last: so the trees stay flat enough. */
static struct le *siblings_meld(struct le *le)
{
	struct le *pairs = NULL, *root = NULL;

	while (le) {
		struct le *other = le->next, *rest = other ? other->next : NULL;

		le = meld(alone(le), alone(other));
		le->next = pairs;
		pairs = le;
		le = rest;
	}
	while (pairs) {
		le = pairs;
		pairs = pairs->next;
		root = meld(root, alone(le));
	}
	return root;
}

static void cut(struct le *le)
{
	if (first_child(le->prev) == le)
		first_child_set(le->prev, le->next);
	else
		le->prev->next = le->next;
	if (le->next)
		le->next->prev = le->prev;
}

static void take_out(struct le *le)
{
	struct le *children = siblings_meld(first_child(le));

	if (le == soonest) {
		soonest = children;
	} else {
		cut(le);
		soonest = meld(soonest, children);
	}
	*le = (struct le){0};
}

void tmr_start(struct tmr *tmr, uint64_t delay, tmr_h *th, void *arg)
{
	if (!tmr)
		return;
	if (tmr->th)
		take_out(&tmr->le);
	tmr->th = th;
	tmr->arg = arg;
	if (!th)
		return;
	tmr->jfs = delay + tmr_jiffies();
	tmr->le = (struct le){.data = (void *)starts++};
	soonest = meld(soonest, &tmr->le);
}

void tmr_cancel(struct tmr *tmr)
{
	tmr_start(tmr, 0, NULL, NULL);
}

void tmr_poll(struct list *tmrl)
{
	uint64_t now = tmr_jiffies();

	(void)tmrl;
	while (soonest && timer_of(soonest)->jfs <= now) {
		struct tmr *tmr = timer_of(soonest);
		tmr_h *th = tmr->th;

		take_out(&tmr->le);
		tmr->th = NULL;
		th(tmr->arg);
	}
}

uint64_t tmr_next_timeout(struct list *tmrl)
{
	uint64_t now = tmr_jiffies();

	(void)tmrl;
	if (!soonest)
		return 0;
	return timer_of(soonest)->jfs <= now ? 1 : timer_of(soonest)->jfs - now;
}

#endif
