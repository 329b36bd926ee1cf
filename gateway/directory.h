/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lines' short numbers, by which they call each other without any server. Control thread; does not change while lines use it.
 */
#ifndef TIPRING_GATEWAY_DIRECTORY_H
#define TIPRING_GATEWAY_DIRECTORY_H

#include "gateway/config.h"
#include "gateway/digitmap.h"
#include "sip/agent.h"

struct directory {
	const struct config *config;
	struct ua_account *const *accounts; /* of the configuration's accounts, in their order */
};

/* NEVER: no short number begins so. MORE: one does. COMPLETE: it is one, ENOUGH: and a longer one begins so. */
enum digitmap_verdict directory_match(const struct directory *directory, const char *digits);
/* The line with that short number; NULL: nobody has it. */
const struct config_line *directory_line(const struct directory *directory, const char *number);
/* The account of the line with that short number; NULL: nobody has it. */
struct ua_account *directory_find(const struct directory *directory, const char *number);
/* Somebody else than this line has a short number. */
bool directory_has_others(const struct directory *directory, const struct config_line *line);

#endif
