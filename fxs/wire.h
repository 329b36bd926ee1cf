/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The two wires of a dummy line, as messages over an AF_UNIX SOCK_SEQPACKET socket: loop, battery,
 * polarity, ring voltage and sound, nothing else. Both ends use this: the dummy driver (exchange
 * end) and simulated telephones. One datagram is one message; a message that breaks a rule
 * closes the connection.
 *
 * A telephone connects and says FXS_WIRE_HELLO with the line's name. The exchange answers FXS_WIRE_FEED
 * with the state of the line, or FXS_WIRE_REFUSED and closes. No telephone connected is on-hook.
 * While sound is on the exchange sends one FXS_WIRE_SOUND per block and the telephone answers each with
 * one of the same length: the exchange's clock is the only one. A telephone that is on-hook sends silence.
 *
 * FXS_WIRE_HOOK carries a time of the wire: sample counts the samples that the telephone had received
 * since sound went on (FXS_WIRE_SOUND_ON) when the contact moved, or FXS_WIRE_SAMPLE_NOW when no sound is on.
 *
 * The first byte of a message is its kind; numbers are little-endian; nothing is padded:
 *
 *   HELLO      version (1 byte), the name: 1..63 visible ASCII characters up to the datagram's end
 *   REFUSED    errno (2 bytes, not 0)
 *   FEED       enum fxs_feed (1 byte)
 *   RING       0 off, 1 on (1 byte)
 *   SOUND_ON   -
 *   SOUND_OFF  -
 *   SOUND      1..160 samples (2 bytes each, signed)
 *   HOOK       0 open (on-hook), 1 closed (1 byte), sample (8 bytes)
 *
 * Pure code, any thread.
 */
#ifndef TIPRING_FXS_WIRE_H
#define TIPRING_FXS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fxs/fxs.h"

#define FXS_WIRE_SAMPLE_NOW  UINT64_MAX
#define FXS_WIRE_BYTES_MAX   512 /* no message is longer */
#define FXS_WIRE_VERSION     1

enum fxs_wire_kind {
	FXS_WIRE_HELLO = 1, /* telephone: version, name of the line */
	FXS_WIRE_REFUSED,   /* exchange: errno as a number (ENODEV, EBUSY, EPROTO) */
	FXS_WIRE_FEED,      /* exchange: enum fxs_feed */
	FXS_WIRE_RING,      /* exchange: ring voltage on or off */
	FXS_WIRE_SOUND_ON,  /* exchange: sample counting starts at 0 */
	FXS_WIRE_SOUND_OFF, /* exchange */
	FXS_WIRE_SOUND,     /* both: samples */
	FXS_WIRE_HOOK,      /* telephone: loop closed or open, and when */
};

struct fxs_wire_message {
	enum fxs_wire_kind kind;
	union {
		struct {
			unsigned version;
			char line[FXS_CHANNEL_NAME_MAX + 1];
		} hello;
		int refused_errno;
		enum fxs_feed feed;
		bool ring_on;
		struct {
			size_t count; /* 1..FXS_BLOCK_SAMPLES_MAX */
			int16_t samples[FXS_BLOCK_SAMPLES_MAX];
		} sound;
		struct {
			bool off_hook;
			uint64_t sample;
		} hook;
	};
};

/* Whether the name can be said in a HELLO. */
bool fxs_wire_line_valid(const char *line);

/* Encodes a message that keeps the rules above into at most FXS_WIRE_BYTES_MAX bytes; returns the length. */
size_t fxs_wire_encode(const struct fxs_wire_message *message, uint8_t bytes[FXS_WIRE_BYTES_MAX]);

/* EBADMSG unless the bytes are exactly one good message. A HELLO of another version is good: answer it by EPROTO. */
int fxs_wire_decode(struct fxs_wire_message *message, const uint8_t *bytes, size_t length);

#endif
