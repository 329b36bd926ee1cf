/* SPDX-License-Identifier: BSD-3-Clause */
/* Words for tests of one line with more than one call. */
#ifndef TIPRING_TESTS_GATEWAY_CALLS_H
#define TIPRING_TESTS_GATEWAY_CALLS_H

#include "tests/unit/gateway_line_world.h"

#define PCMU sdp_with("127.0.0.1", "0", "")

void assert_state(const char *name);
/* Streams that the telephone hears, and all that have a socket. */
unsigned streams_at_ear(void);
unsigned sockets(void);

void flash(void);
void hang_up_after_ms(unsigned ms); /* of the time that the flashes came at, which is 0 */

void lift(void);
void hang_up(void);

/* Calls 102. */
struct ua_invite *call_number(void);
/* ... and talks. */
struct ua_invite *talk(void);
struct ua_invite *talk_in_map(void); /* ... where the digit map knows that this is all */
/* The first is held, a second one, 103, was called and answered. */
struct ua_invite *talk_to_second(void);

/* The profile knows 112 and 911 as such. */
void emergency_numbers_are_known(void);
/* Calls 112 and talks. */
struct ua_invite *call_112(void);

#endif
