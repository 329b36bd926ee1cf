/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A leg: one SIP dialog seen from a line, with its socket for sound. It turns what sip/ tells into the line's events
 * and what the line wishes into sip/'s calls; it knows nothing of telephones. Control thread.
 */
#ifndef TIPRING_GATEWAY_LEG_H
#define TIPRING_GATEWAY_LEG_H

#include <stdbool.h>

#include "gateway/codecs.h"
#include "gateway/leg/leg_handshake.h"
#include "gateway/leg/leg_keypad.h"
#include "gateway/leg/leg_keys.h"
#include "gateway/line/line_fsm.h"
#include "gateway/mapper.h"
#include "gateway/media/media.h"
#include "gateway/media/stream.h"
#include "sip/refer.h"

struct leg;

/* What all legs of a line share. */
struct leg_config {
	const char *addr, *interface; /* of the sockets for sound */
	const char *told_addr; /* where the peer shall send; NULL: addr */
	struct mapper *mapper; /* whose sockets have an outer address that takes told_addr's place; NULL: none */
	/* Whose addr, told_addr and mapper a call over that account has, for as long as the call lasts; NULL: these. */
	const struct leg_config *(*config_of)(const struct ua_account *account);
	uint16_t port_min, port_max;
	uint8_t dscp;       /* of what is sent (RFC 2474) */
	int buffer_bytes;   /* of what has come; 0: as the system has it */
	struct playout_config playout;
	uint16_t playout_machine_ms; /* its start_ms where it is fixed */
	uint8_t symmetric_rtp; /* enum stream_symmetric */
	uint8_t ptime_ms;   /* of what is sent, where the peer wishes none; 10, 20 .. 60 */
	struct codecs codecs;
	bool redundancy;    /* taken when it is offered (RFC 2198) */
	bool hold_plays;    /* a held peer hears the hold sound */
	bool hold_inactive; /* ... is offered inactive rather than sendonly */
	struct leg_security security;
	const struct leg_handshakes *handshakes; /* where security has them */
	uint8_t dtmf;     /* enum leg_dtmf */
};

/* event is one of ALERTED, EARLY_MEDIA, EARLY_ENDED, ANSWERED, TRANSFERRED, TRANSFER_FAILED, FLASH, ENDED*, or LINE_EVENT_COUNT when only the stream changed. After an ENDED
 * the leg is dead to sip/, and may be freed from within unless the media thread knows its socket. */
typedef void leg_event_h(struct leg *leg, enum line_event event, void *arg);
/* The peer asks for a transfer; as refer of struct ua_invite_handlers. */
typedef unsigned leg_refer_h(struct leg *leg, const struct ua_refer_request *request,
	struct ua_referral *referral, void *arg);

/* As the configuration has it. */
struct stream_socket_config leg_sockets(const struct leg_config *config);

struct leg_handlers {
	leg_event_h *event;
	leg_refer_h *refer;
};

/* EADDRINUSE: no port for sound is free. EINVAL: to names no address that we can call. */
int leg_call(struct leg **legp, const struct leg_config *config, struct ua_account *account,
	const struct ua_call_to *to, const struct leg_handlers *handlers, void *arg);

/* Takes a call that came in, from within sip/'s incoming handler: EPROTO no codec in common (refused 488),
 * EADDRINUSE (refused 503). After an error the invite is gone. */
int leg_take(struct leg **legp, const struct leg_config *config, struct ua_invite *invite,
	const struct ua_incoming *incoming, const struct leg_handlers *handlers, void *arg);

/* A call that came in and rings gets another owner: another leg, with a socket of its own at the same port, takes it over, and the
 * first is dead as after an ENDED event. ENOTCONN: it has ended; EMFILE; then nothing has changed. */
int leg_move(struct leg **legp, struct leg *from, const struct leg_config *config, const struct leg_handlers *handlers, void *arg);

/* waiting: the subscriber hears the call waiting tone rather than a bell; the caller may be told. */
int leg_ring(struct leg *leg, bool waiting);
/* 183: the caller hears from now on what is sent to it. EINVAL: its INVITE had no offer. */
int leg_ring_early(struct leg *leg);
/* 181: the call goes on by another one. */
void leg_tell_forwarded(struct leg *leg);
int leg_answer(struct leg *leg);

/* Holds the call (the peer need not talk, and may hear us or not, as hold_inactive says) or takes it up again. The offer waits for one that is under
 * way; whatever the peer says to it, the stream obeys the line's wish. */
void leg_hold(struct leg *leg, bool held);
bool leg_is_held(const struct leg *leg);

/* In a bridge, and not held by us any more: what the call's other end wants of this one. Offered to the peer as leg_hold offers. */
void leg_narrow(struct leg *leg, enum ua_direction direction);
/* What the peer wants by itself, whatever we made of it: sendrecv, or less while it holds the call. */
enum ua_direction leg_peer_direction(const struct leg *leg);

/* A key of the telephone that media told of, since it goes by signalling. False: it is lost. */
bool leg_key(struct leg *leg, char key, unsigned ms);

/* A flash of the telephone, for the peer to act upon (ua_invite_info). Where it refuses that a FLASH event comes: it acts here, as the next ones do. */
void leg_flash(struct leg *leg);
/* It has not refused one. */
bool leg_takes_flash(const struct leg *leg);

/* 302 to a call that rings; no event comes any more. */
void leg_forward(struct leg *leg, const struct ua_redirect *redirect);

/* A refusal of a call that was not answered yet, 300..699; no event comes any more, as after leg_hang_up. */
void leg_refuse(struct leg *leg, unsigned status, const char *phrase);

/* Asks the peer to call the far end of other instead of us; what comes of it is TRANSFERRED or TRANSFER_FAILED. */
int leg_transfer(struct leg *leg, const struct leg *other, bool by_address); /* as of struct ua_refer_to */
/* ... or the conference that other is a call to (RFC 4579). */
int leg_confer(struct leg *leg, const struct leg *other);
/* The peer, a conference, shall let go of whom uri names; what comes of it is told as of a transfer. */
int leg_confer_drop(struct leg *leg, const char *uri);
/* The far end's address, as leg_confer_drop takes it; "": none. */
void leg_far_uri(const struct leg *leg, char *uri, size_t size);
/* As leg_transfer, to a number. */
int leg_transfer_blind(struct leg *leg, const char *number);

/* What the media thread reports of silence (ids as stream_silent_id tells them). A leg whose signalling is dead too
 * ends: an ENDED event comes from within. */
void leg_silence(struct leg *leg, const uint32_t *silent_ids, size_t count);

/* ... of a fax, or a modem, on either side of the call. From then on until it ends the call is a machine's: its playout is fixed, keys
 * go as they sound, nothing is played while it is held, and of the codecs PCMU and PCMA alone are offered, at once where another one
 * is in use. Returns what is heard, when it is news; DSP_FAX_NONE: nothing, or the call is not answered yet. */
enum dsp_fax leg_fax(struct leg *leg, const struct media_fax *faxes, size_t count);
/* What a call is a machine's by; DSP_FAX_NONE: it is none's. */
enum dsp_fax leg_machine(const struct leg *leg);

/* ... of quiet, of early media that nobody makes: ALERTED comes from within, and EARLY_MEDIA when some comes after all. Of a report
 * that knows the leg's newest wish. */
void leg_quiet(struct leg *leg, const uint32_t *quiet_ids, size_t count);

/* It goes straight between two accounts of this gateway: no server knows it, so none can connect its far end with somebody else. */
bool leg_is_past_servers(const struct leg *leg);
/* It was answered, and has not ended. */
bool leg_is_up(const struct leg *leg);

/* What the media thread reports of packets that its key did not sign (ids as stream_forged_id tells them); true: such came, for
 * the first time. */
bool leg_forged(struct leg *leg, const uint32_t *forged_ids, size_t count);
/* Its sound is protected both ways. */
bool leg_is_secured(const struct leg *leg);

/* From now on its events go elsewhere. */
void leg_hand_over(struct leg *leg, const struct leg_handlers *handlers, void *arg);
/* To be named in struct ua_call_to; NULL once it ended. */
const struct ua_invite *leg_invite(const struct leg *leg);

/* What has been heard of a call from here that nobody has answered: ALERTED, EARLY_MEDIA, or LINE_EVENT_COUNT for nothing. */
enum line_event leg_progress(const struct leg *leg);

bool leg_is(const struct leg *leg, const struct ua_invite *invite);

/* Gives up a call that nobody has answered; an ENDED event comes when the peer has done so too. ENOTCONN: it is answered. */
int leg_give_up(struct leg *leg);

/* Ends the call if it has not ended; no event comes any more. The socket stays open, since the media thread may still use
 * it, until leg_free. */
void leg_hang_up(struct leg *leg, unsigned q850_cause);
void leg_free(struct leg *leg);

/* Why the call ended, after an ENDED event: SIP status and phrase; and where to (moved), within that event alone. */
const struct ua_end *leg_end(const struct leg *leg);

uint32_t leg_stream_id(const struct leg *leg);
/* Its name in a session description; "-": none was agreed on. */
const char *leg_codec(const struct leg *leg);

/* The stream that the media thread shall run; talks and hears are the line's wish, narrowed by what the peer agreed to. */
void leg_stream_wish(const struct leg *leg, bool talks, bool hears, struct stream_wish *wish);

#endif
