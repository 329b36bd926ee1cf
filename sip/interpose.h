/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Functions that libre calls and that we give it: gettimeofday, which its timers read, runs on
 * CLOCK_MONOTONIC, so that a step of the wall clock neither freezes nor fires them; re_fprintf, with
 * which it complains on stderr about every message that it cannot read, says nothing and counts;
 * net_sockopt_blocking_set, which every socket passes before it is bound or connected, is where ours get their mark and interface.
 * tls_start_tcp does what libre's does, by calling it, and tells meanwhile whose connection it is that gets TLS, which libre tells nobody;
 * udp_listen likewise, and tells which sockets it makes, of which libre's DNS client tells nobody.
 *
 * tmr_start, tmr_cancel, tmr_poll and tmr_next_timeout (interpose_timers.c) do what libre's do: whole milliseconds, in the order of
 * being due, among equals in that of being started, each thread for itself. But libre searches a sorted list from its end at
 * each start, past all timers that wait longer: thousands, where each transaction has one of 32 s. Here a start costs the same
 * whatever waits. tmr_debug and tmr_status, which walk libre's list, show none. A later libre that makes them macros keeps its own.
 *
 * rand_u32 (interpose_random.c), on which rand_u16 and rand_u64 stand, takes the kernel's random numbers by the 64, where libre asks OpenSSL
 * for each: a message that is read takes two, at 6 600 instructions each.
 *
 * All must be defined in the executable itself to be found before libre's and libc's own: they are in
 * libsip.a and come along with transport.c. Private to sip/ and to the tests.
 */
#ifndef TIPRING_SIP_INTERPOSE_H
#define TIPRING_SIP_INTERPOSE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/* Of a socket that libre makes. */
struct ua_socket_options {
	uint8_t dscp;                /* of what is sent (RFC 2474), 0..63 */
	char interface[IF_NAMESIZE]; /* that it is bound to; "": to none */
};

/* Those that are made from now on; NULL: are as the system has them. Where the interface is not there the socket is not made
 * (ENODEV). Control thread. */
void ua_interpose_sockets(const struct ua_socket_options *options);

struct tcp_conn;
struct tls;
/* From within what OpenSSL calls when a handle is made: libre's connection that it is for; NULL: none of libre's. Control thread. */
const struct tcp_conn *ua_interpose_tls_starting(const struct tls **tlsp);

struct udp_sock;
/* Of each that udp_listen makes from now on; NULL: nobody is told. Not 0: it is not made after all. Control thread. */
typedef int ua_udp_made_h(struct udp_sock *socket, void *arg);
void ua_interpose_udp(ua_udp_made_h *handler, void *arg);

/* How many lines were swallowed. With a listener for every request and response, what is left for
 * libre to complain about are datagrams that are no SIP message. */
uint64_t ua_interpose_swallowed(void);

/* For tests: all timers of this process come due that much earlier. */
void ua_interpose_skip(uint64_t ms);
/* ... and while the clock is stopped only so: a machine that stands still for a while repeats no message. */
void ua_interpose_stop_clock(bool stop);

#endif
