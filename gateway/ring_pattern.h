/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The patterns that a telephone rings in and that a waiting call sounds in, and which of them a call gets. Pure.
 *
 *   country      the country's own ring and call waiting tone
 *   dr1 to dr4   Telcordia GR-506's distinctive alerting, and its call waiting tones for dr2 to dr4
 *   dr5          GR-506's reminder, one burst; here it comes again after 20 s, since the call rings on
 *   dr6 to dr8   what adapters commonly have beyond GR-506
 */
#ifndef TIPRING_GATEWAY_RING_PATTERN_H
#define TIPRING_GATEWAY_RING_PATTERN_H

#include "fxs/fxs.h"

#define RING_COUNTRY  0
#define RING_PATTERNS 9
#define RING_WAITING_MAX 512 /* bytes of ring_waiting_text */

/* ENOENT: no pattern has that name. */
int ring_pattern_find(uint8_t *pattern, const char *name, size_t length);
const char *ring_pattern_name(uint8_t pattern);

/* The table of cadences, with its changes, "dr2=800/400/800/4000 dr5=500/9000" in ms, blanks between them; the country's own place
 * is left alone. Returns what is wrong, or NULL; at is the word that is. */
const char *ring_cadences_make(struct fxs_cadence cadences[RING_PATTERNS], const char *changes, const char **at);

/* The call waiting tone of a pattern in the notation of fxs/zone.h, in the country's frequencies; own is the country's, and where that
 * ends it begins anew after 5 s, since the call waits on. */
void ring_waiting_text(char text[RING_WAITING_MAX], uint8_t pattern, const char *own);

/* Rules, "WORD=PATTERN WORD=PATTERN", blanks between them: what is wrong, or NULL, and where. */
const char *ring_rules_check(const char *rules, const char **at);

/* What a call says of itself. */
struct ring_call {
	const char *caller;     /* user part; "": none */
	bool anonymous;
	const char *alert_info; /* values of Alert-Info with commas between them; "": none that can be trusted */
};

/* callers: rules whose words are caller's numbers, as in a shell (fnmatch: * ? []), or "anonymous". alerts: rules whose words are
 * parts of an Alert-Info: the urn behind urn:alert: (RFC 7462) or one that it belongs to, "source" for "source:external:vip", or
 * an info parameter.
 * Bellcore-dr1 to dr8 need no rule. The caller counts first, then Alert-Info's first value that says something, then account. */
struct ring_rules {
	const char *callers, *alerts;
	uint8_t account; /* pattern */
};
uint8_t ring_choose(const struct ring_rules *rules, const struct ring_call *call);

#endif
