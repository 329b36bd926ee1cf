/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The short numbers of lines and groups, by which they call each other without any server. Control thread; does not change while
 * lines use it.
 */
#ifndef TIPRING_GATEWAY_DIRECTORY_H
#define TIPRING_GATEWAY_DIRECTORY_H

#include "gateway/config/config.h"
#include "gateway/digitmap.h"
#include "sip/agent.h"

struct line;

struct directory {
	const struct config *config;
	struct line *const *lines; /* of the house, the last one NULL; NULL: none is known */
	struct ua_account *const *accounts; /* of the configuration's accounts, in their order */
};

/* NEVER: no short number begins so. MORE: one does. COMPLETE: it is one, ENOUGH: and a longer one begins so. */
enum digitmap_verdict directory_match(const struct directory *directory, const char *digits);
/* The line with that short number; NULL: nobody has it. */
const struct config_line *directory_line(const struct directory *directory, const char *number);
/* The account of the line or group with that short number; NULL: nobody has it. */
const struct config_account *directory_account(const struct directory *directory, const char *number);
struct ua_account *directory_find(const struct directory *directory, const char *number);
/* What the configuration says of one of the accounts. */
const struct config_account *directory_config_of(const struct directory *directory, const struct ua_account *account);
/* Somebody else than this line has a short number. */
bool directory_has_others(const struct directory *directory, const struct config_line *line);

#endif
