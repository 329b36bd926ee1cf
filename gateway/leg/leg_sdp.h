/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Private to the leg: what is offered and answered (RFC 3264), and what both sides agree on by that: where sound goes, in which codecs,
 * with which keys, and who hears whom. It keeps our description and the peer's newest one; it sends nothing and knows no call: the leg
 * carries the descriptions to sip/ and back. Control thread.
 *
 *   the peer offers    leg_sdp_answer, then leg_sdp_take_offer when the answer is on its way
 *   we offer           leg_sdp_offer or leg_sdp_offer_again, then leg_sdp_take_answer
 *   while it goes on   a hold, or a machine's call, makes an offer due (leg_sdp_is_due): leg_sdp_offer_again, and leg_sdp_told
 */
#ifndef TIPRING_GATEWAY_LEG_SDP_H
#define TIPRING_GATEWAY_LEG_SDP_H

#include "dsp/fax_tone.h"
#include "gateway/leg/leg_codecs.h"
#include "gateway/leg/leg_handshake.h"
#include "gateway/leg/leg_keys.h"
#include "sip/sdp.h"

struct leg_config;

/* What the leg itself writes is said; the rest is leg_sdp.c's. */
struct leg_sdp {
	const struct leg_config *config;
	struct ua_sdp_local local;  /* what we are ready for; the leg writes where the peer shall send */
	struct ua_sdp remote;       /* what the peer said last */
	bool has_remote;
	bool offered;               /* written by the leg: the INVITE that came in had an offer */
	bool described;             /* ...: the peer has our description, or is about to have it */
	bool up;                    /* ...: answered; a handshake must come to its end */
	bool held;                  /* ...: as the line wishes */
	enum ua_direction narrowed; /* ...: as the other end of a bridge wishes */
	enum ua_direction told;     /* what the peer was offered last */
	enum ua_direction peer;     /* what it wants by itself */
	enum dsp_fax machine;       /* what was heard of one; NONE: people talk */
	bool narrows;               /* the codec that is in use is to be changed for one that keeps a machine's signals */
	struct leg_codecs codecs;
	struct leg_keys keys;
	struct leg_handshake *handshake; /* NULL: none may be */
	int aside_fd;               /* where the media thread writes what is of a handshake; 0: none */
};

/* With what the line wishes; no protection yet. */
void leg_sdp_init(struct leg_sdp *sdp, const struct leg_config *config);

/* Fresh keys to offer, and a handshake over the socket of sound, where config has them. The handler is as leg_handshake_own has it. As
 * leg_keys_prepare and leg_handshake_alloc; EMFILE. */
int leg_sdp_protect(struct leg_sdp *sdp, int rtp_fd, leg_handshake_h *handler, void *arg);

/* Takes over what a call that is not answered yet has agreed on, since the peer may know it already: keys, handshake and its offer.
 * EMFILE: from has them still. */
int leg_sdp_move(struct leg_sdp *sdp, struct leg_sdp *from, int rtp_fd, leg_handshake_h *handler, void *arg);

/* When the media thread does not know the leg any more. Wipes what is secret. */
void leg_sdp_free(struct leg_sdp *sdp);

/* All that we are ready for. */
void leg_sdp_offer(const struct leg_sdp *sdp, struct ua_sdp *offer);
/* ... or less, in a machine's call. */
void leg_sdp_offer_again(const struct leg_sdp *sdp, struct ua_sdp *offer);
/* What can be said to that offer; as ua_sdp_answer. Nothing is agreed on by that. */
int leg_sdp_answer(const struct leg_sdp *sdp, const struct ua_sdp *offer, struct ua_sdp *answer);

/* Why no sound can go to where an answer says; NULL: it can. No port is a pause ... */
const char *leg_sdp_fault(const struct leg_sdp *sdp, const struct ua_sdp *answer);
/* ... but where a call begins with it it stays without sound. */
const char *leg_sdp_first_fault(const struct leg_sdp *sdp, const struct ua_sdp *answer);

void leg_sdp_take_offer(struct leg_sdp *sdp, const struct ua_sdp *offer);
/* An errno: it has not the protection that it must have, and is silent from then on. */
int leg_sdp_take_answer(struct leg_sdp *sdp, const struct ua_sdp *answer);

/* Starts the handshake that was agreed on, once the peer is described to. */
void leg_sdp_handshake_go(struct leg_sdp *sdp);
/* It is done: its keys count. NULL, or why not. */
const char *leg_sdp_handshake_take(struct leg_sdp *sdp);

/* A fax, or a modem, was heard: the rest of the call is its. */
void leg_sdp_set_machine(struct leg_sdp *sdp, enum dsp_fax machine);

/* The peer does not know yet what the line wishes, or what the machine needs. Our description says it from now on. */
bool leg_sdp_is_due(struct leg_sdp *sdp);
/* The offer of that was sent. */
void leg_sdp_told(struct leg_sdp *sdp);

bool leg_sdp_is_secured(const struct leg_sdp *sdp);
/* What sound is sent in; NULL: nothing was agreed on. */
const struct ua_format *leg_sdp_format(const struct leg_sdp *sdp);

/* What the stream does by what was agreed on; talks and hears as leg_stream_wish has them. */
void leg_sdp_wish(const struct leg_sdp *sdp, bool talks, bool hears, struct stream_wish *wish);

#endif
