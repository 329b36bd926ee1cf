/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a story happens: in one process over virtual time (flow), among real processes over dummy
 * lines (live), or among real processes over DAHDI channels (dahdi). A bed gives time, telephones
 * and the SIP messages at the gateway's socket; the story runner does all else. One thread.
 *
 * Functions return 0 or a positive errno. Time is CLOCK_MONOTONIC in ns, virtual or not.
 */
#ifndef TIPRING_TESTS_STORY_BED_H
#define TIPRING_TESTS_STORY_BED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/phone/phone.h"

#define BED_TEXT_MAX   79
#define BED_METHOD_MAX 15
#define BED_LINES_MAX  16

/* A SIP message at the gateway's socket. Texts that were too long are cut. */
struct bed_sip {
	uint64_t at_ns;
	bool out;        /* sent by the gateway */
	bool repeated;   /* a retransmission */
	char method[BED_METHOD_MAX + 1]; /* of the request, or that a response answers */
	unsigned status; /* 0: a request */
	char from[BED_TEXT_MAX + 1], to[BED_TEXT_MAX + 1]; /* users of the headers of these names */
	int expires_s;   /* -1: not said */
	char reason[BED_TEXT_MAX + 1];  /* the Reason header, or empty */
	unsigned call;   /* counts Call-IDs from 1 */
	char open[BED_METHOD_MAX + 1];  /* the last place with a sip: URI, "Request-URI" or a header's name in small letters; empty: all of them are sips: */
};

struct bed_handlers {
	void (*sip)(const struct bed_sip *sip, void *arg);
	phone_h *phone;
};

struct bed_config {
	unsigned lines;      /* line N is "N", has the account 100+N and telephone N */
	const char *country;
	const char *profile; /* further settings of the lines' profiles, as in tipring.conf, or "" (flow) */
	const char *line_profile[BED_LINES_MAX]; /* line N's own settings besides, at N - 1, or NULL (flow) */
	const char *line_settings[BED_LINES_MAX]; /* ... of the line itself, or NULL (flow) */
	const char *sections; /* whole sections besides, or "" (flow) */
	unsigned account_of[BED_LINES_MAX]; /* at N - 1 the line whose account line N uses; 0: its own (flow) */
	unsigned wrong_password; /* the line whose account has one; 0: none (flow) */
	const char *wires;   /* the dummy driver's socket (live) */
	const char *dahdi_channels; /* "5,6,7": the telephones' channels, in order (dahdi) */
	unsigned sip_port;   /* the gateway's (live, dahdi) */
	int daemon_pid;      /* the gateway's (live, dahdi); 0: it cannot be stopped */
	int server_pid;      /* who stops and starts the SIP server by SIGUSR1 and SIGUSR2 (live, dahdi); 0: nobody */
};

struct bed {
	const struct bed_ops *ops;
};

struct bed_ops {
	const char *name;
	bool realtime; /* its time is that of the world outside */

	/* Returns when the gateway's lines, but for the one with the wrong password, are registered. Handlers are called from within run.
	 * What went wrong is said on stderr. */
	int (*open)(struct bed **bedp, const struct bed_config *config,
		const struct bed_handlers *handlers, void *arg);
	void (*close)(struct bed *bed); /* the telephones go with it; NULL is fine */

	uint64_t (*now_ns)(const struct bed *bed);
	/* Connects telephone 1..lines to its line; it is the bed's. */
	int (*phone_add)(struct bed *bed, struct phone **phonep, unsigned number);
	/* Lets time pass, telephones and gateway served, until until_ns or until done says so,
	 * which is asked each time that something was served. */
	int (*run)(struct bed *bed, uint64_t until_ns, bool (*done)(void *arg), void *arg);
	/* Asks the gateway to end, as SIGTERM does; what follows is seen by run. ENOTSUP. */
	int (*stop)(struct bed *bed);
	/* Ends the SIP server, which forgets all, or starts it again. ENOTSUP. */
	int (*server)(struct bed *bed, bool up);
	/* Sets the gateway's clock on the wall. ENOTSUP. */
	int (*clock)(struct bed *bed, int64_t wall_s);
	/* A "sip" line of the story that is for a scripted peer: ENOTSUP in beds with real ones. */
	int (*command)(struct bed *bed, const char *text, char *reason, size_t reason_size);
};

extern const struct bed_ops bed_flow_ops; /* tests/flow; not there in a runner without it */
extern const struct bed_ops bed_live_ops;
extern const struct bed_ops bed_dahdi_ops;

#endif
