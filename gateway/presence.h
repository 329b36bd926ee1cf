/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether the address that SIP and sound are bound to is this machine's still. One that goes (a cable, a lease, a tunnel) takes all
 * calls along; when it is back the sockets work again by themselves, but the servers may have forgotten us. Control thread.
 */
#ifndef TIPRING_GATEWAY_PRESENCE_H
#define TIPRING_GATEWAY_PRESENCE_H

#include <stdbool.h>

struct presence {
	bool gone; /* at the last look */
};

enum presence_change {
	PRESENCE_SAME,
	PRESENCE_LOST,
	PRESENCE_BACK,
};

/* addr: numeric. Where the system does not say, nothing has changed. Some microseconds. */
enum presence_change presence_review(struct presence *presence, const char *addr);

#endif
