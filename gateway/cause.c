/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdbool.h>
#include <stddef.h>

#include "gateway/cause.h"

struct cause_row {
	unsigned code;
	enum line_event event;
};

/* What is in neither table is congestion. */
static const struct cause_row q850[] = {
	{1, LINE_EV_ENDED_INFO},   /* unallocated number */
	{3, LINE_EV_ENDED_INFO},   /* no route to destination */
	{4, LINE_EV_ENDED_INFO},   /* send special information tone */
	{5, LINE_EV_ENDED_INFO},   /* misdialled trunk prefix */
	{17, LINE_EV_ENDED_BUSY},  /* user busy */
	{18, LINE_EV_ENDED_BUSY},  /* no user responding */
	{19, LINE_EV_ENDED_BUSY},  /* no answer */
	{20, LINE_EV_ENDED_BUSY},  /* subscriber absent */
	{21, LINE_EV_ENDED_BUSY},  /* call rejected */
	{22, LINE_EV_ENDED_INFO},  /* number changed */
	{28, LINE_EV_ENDED_INFO},  /* invalid number format */
};

static const struct cause_row sip[] = {
	{404, LINE_EV_ENDED_INFO}, {410, LINE_EV_ENDED_INFO}, {484, LINE_EV_ENDED_INFO},
	{604, LINE_EV_ENDED_INFO}, {408, LINE_EV_ENDED_BUSY}, {480, LINE_EV_ENDED_BUSY},
	{486, LINE_EV_ENDED_BUSY}, {487, LINE_EV_ENDED_BUSY}, {600, LINE_EV_ENDED_BUSY},
	{603, LINE_EV_ENDED_BUSY},
};

static enum line_event find(const struct cause_row *rows, size_t count, unsigned code)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].code == code)
			return rows[i].event;
	}
	return LINE_EV_ENDED_CONGESTION;
}

#define ROWS(table) (table), sizeof(table) / sizeof((table)[0])

/* Normal clearing, normal and interworking unspecified tell nothing about a call that was not answered. */
static bool says_nothing(unsigned q850_cause)
{
	return q850_cause == 0 || q850_cause == 16 || q850_cause == 31 || q850_cause == 127;
}

enum line_event cause_event(unsigned q850_cause, unsigned status)
{
	if (!says_nothing(q850_cause))
		return find(ROWS(q850), q850_cause);
	return find(ROWS(sip), status);
}
