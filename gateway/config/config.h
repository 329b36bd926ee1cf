/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration as the daemon uses it: read once from tipring.conf and the files of lines.d beside it, checked as
 * a whole, then only read. Every setting is a row of the table in settings.c. Control thread.
 */
#ifndef TIPRING_GATEWAY_CONFIG_H
#define TIPRING_GATEWAY_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "gateway/address.h"
#include "gateway/codecs.h"
#include "gateway/digitmap.h"
#include "gateway/features.h"
#include "gateway/hours.h"
#include "gateway/leg/leg_keypad.h"
#include "gateway/leg/leg_keys.h"
#include "gateway/listen.h"
#include "gateway/prompts.h"
#include "gateway/ring_pattern.h"
#include "gateway/servers.h"
#include "gateway/loss_plan.h"
#include "gateway/use.h"

#define CONFIG_TEXT_MAX  127  /* bytes of a text without the final zero */
#define CONFIG_NAME_MAX  63   /* ... of the name of an account, profile or line */
#define CONFIG_DIGITS_MAX 40 /* of a number */
#define CONFIG_MEMBERS_MAX 32 /* of a group */
#define CONFIG_LIST_MAX  511  /* bytes of a list without the final zero */
#define CONFIG_LINES_MAX 2048 /* accounts, profiles, lines and groups, each */

struct config_text {
	char text[CONFIG_TEXT_MAX + 1];
};

struct config_list {
	char text[CONFIG_LIST_MAX + 1];
};

/* Where in the files something was said, for messages. */
struct config_place {
	char file[CONFIG_TEXT_MAX + 1]; /* a longer path is cut */
	int line;
	bool is_public; /* others can read the file */
};

struct config_sip {
	struct listen listen;
	unsigned port;
	struct config_text tls_ca_file, tls_certificate_file, tls_key_file;
	bool tls_verify;
	struct config_text user_agent;
	struct config_text interface; /* "": any */
	struct config_text rtp_addr; /* "": that of the socket */
	struct servers_stun stun_server;
	uint8_t sip_dscp, rtp_dscp;
	unsigned rtp_port_min, rtp_port_max, rtp_buffer_kb;
	uint8_t symmetric_rtp; /* enum stream_symmetric */
	bool large_by_tcp;
	struct config_list peers; /* as of sip/peers.h */
	uint8_t strangers; /* enum ua_strangers */
	unsigned failover_s, failback_s;
	struct servers nameservers; /* none: resolv.conf's */
};

struct config_media {
	unsigned block_ms;
	unsigned playout_ms, playout_min_ms, playout_max_ms, playout_machine_ms;
	bool realtime;
	unsigned workers;
	struct config_text prompts; /* folder; "": nothing is said */
};

struct config_socket {
	struct config_text path;
};

/* How an account hears of messages that wait. */
enum config_mwi {
	CONFIG_MWI_OFF,
	CONFIG_MWI_UNSOLICITED,
	CONFIG_MWI_SUBSCRIBE,
};

/* Whom somebody else may have us call. */
enum config_reach {
	CONFIG_REACH_OFF,
	CONFIG_REACH_DOMAIN, /* at the account's domain */
	CONFIG_REACH_ON,     /* anywhere that the account's server takes us */
};

/* Who makes the keys of protected sound. */
enum config_keys {
	CONFIG_KEYS_SDES,
	CONFIG_KEYS_DTLS,
};

struct config_account {
	char name[CONFIG_NAME_MAX + 1];
	struct config_place place;
	struct config_text user, domain, auth_user, password, password_file, display_name;
	struct config_list peers; /* as of sip/peers.h */
	struct servers server;
	struct servers_stun stun_server; /* not said: sip's */
	unsigned expires_s;
	unsigned qualify_s;
	unsigned session_expires_s;
	uint8_t transport; /* enum ua_protocol */
	struct config_text tls_name;
	bool sips;
	uint8_t accept_transfers, follow_redirects; /* enum config_reach */
	struct config_list redirect_hosts; /* with CONFIG_REACH_DOMAIN: others, with blanks between them */
	bool transfer_by_address;
	struct codecs codecs;
	unsigned ptime_ms;
	bool redundancy;
	uint8_t srtp; /* enum ua_srtp_policy */
	uint8_t srtp_keys; /* enum config_keys */
	struct config_text srtp_suites;
	bool srtp_keys_in_clear;
	struct leg_security security; /* of these */
	uint8_t identity; /* enum ua_identity */
	bool network_identity;
	bool reg_event;
	bool forward_shows_caller;
	bool contact_as_seen;
	bool outbound, gruu;
	unsigned keepalive_s;
	struct config_text access_network;
	uint8_t ring; /* pattern of ring_pattern.h */
	uint8_t mwi; /* enum config_mwi */
	struct config_text mailbox; /* "": the user's */
};

/* What the flash key means (doc/flash.md). */
enum config_flash_style {
	CONFIG_FLASH_BELLCORE, /* one key, which acts at once */
	CONFIG_FLASH_ETSI,     /* with two calls a digit says what is meant */
	CONFIG_FLASH_NETWORK,  /* the server hears of it and acts */
};

/* What an emergency call asks the server for. */
enum config_emergency_uri {
	CONFIG_EMERGENCY_DIALLED, /* the number, as dialled */
	CONFIG_EMERGENCY_URN,     /* urn:service:sos */
};

enum config_hold_offer {
	CONFIG_HOLD_SENDONLY,
	CONFIG_HOLD_INACTIVE,
};

#define CONFIG_HOLD_SILENCE "silence"
#define CONFIG_HOLD_TONE    "tone"

/* How a call is forwarded. */
enum config_forward {
	CONFIG_FORWARD_REDIRECT, /* the caller's server is told to (302) */
	CONFIG_FORWARD_BRIDGE,   /* from here */
};

/* What becomes of a transfer that the far end refuses or fails to carry out. */
enum config_fallback {
	CONFIG_FALLBACK_RING_BACK,
	CONFIG_FALLBACK_BRIDGE, /* the two are connected from here */
};

struct config_profile {
	char name[CONFIG_NAME_MAX + 1];
	struct config_place place;
	struct config_text country;
	uint8_t use; /* enum use */
	int tone_level_dbm0;
	unsigned flash_min_ms, flash_max_ms, flash_bounce_ms;
	unsigned first_digit_s, inter_digit_s, complete_s, ring_s, tone_s, howler_s;
	uint8_t release_tone; /* enum fxs_tone, or FXS_TONE_COUNT for none */
	bool autoreoriginate;
	uint8_t flash_style; /* enum config_flash_style */
	unsigned r_digit_s;
	bool r_digit_tone;
	bool call_waiting, three_way, three_way_leave, transfer, transfer_blind;
	unsigned transfer_s;
	struct digitmap digit_map;
	struct digitmap emergency; /* without alternatives: no number is one */
	uint8_t emergency_uri; /* enum config_emergency_uri */
	uint8_t loss_plan; /* enum loss_plan */
	int rx_gain_db, tx_gain_db; /* its, where they are not set */
	bool high_pass, level_control;
	bool fax_detect;
	unsigned emergency_hold_s, emergency_callback_s, csh_s;
	struct digitmap barred; /* ... */
	struct config_list routes; /* as of dial_route.h */
	struct hours barred_hours;
	uint8_t features_set; /* enum features_set */
	struct config_text feature_codes;
	struct features features; /* of both */
	struct config_text voice_mail;
	struct config_text conference; /* "": none */
	unsigned dnd_code;
	unsigned forward_no_answer_s;
	uint8_t forward_by; /* enum config_forward */
	uint8_t transfer_fallback; /* enum config_fallback */
	unsigned max_call_s, max_call_warning_s;
	unsigned wakeup_ring_s, wakeup_late_s;
	bool hash_sends;
	uint8_t dtmf; /* enum leg_dtmf */
	struct config_list ring_cadences;
	struct fxs_cadence rings[RING_PATTERNS]; /* of it; the country's own place is empty */
	struct config_list ring_callers, ring_alerts; /* rules of ring_pattern.h */
	uint8_t recall_ring, emergency_ring; /* patterns */
	struct config_text hold_sound; /* one of the two, or a file */
	struct sound hold_file;        /* that file; config's */
	uint8_t hold_offer;            /* enum config_hold_offer */
	uint8_t echo; /* enum media_echo */
	unsigned echo_tail_ms;
	struct config_text hotline; /* at most CONFIG_DIGITS_MAX */
	unsigned hotline_s;
};

struct config_line {
	char name[CONFIG_NAME_MAX + 1];
	struct config_place place;
	struct config_text driver, channel, account_name, profile_name, number;
	struct config_list did; /* incoming numbers, as in a shell, with blanks between them; "": none */
	struct config_text pickup;
	const struct config_account *account; /* resolved; never NULL in a checked configuration */
	const struct config_profile *profile;
	bool calls_unregistered;
};

enum config_strategy {
	CONFIG_GROUP_ALL,  /* all members ring at once */
	CONFIG_GROUP_NEXT, /* one after the other, in their order */
	CONFIG_GROUP_TURN, /* ... in turn: each call begins at another one */
};

/* Lines that ring for the same calls. */
struct config_group {
	char name[CONFIG_NAME_MAX + 1];
	struct config_place place;
	struct config_list members_text, did;
	struct config_text account_name, number;
	uint8_t strategy; /* enum config_strategy */
	unsigned ring_s, step_s;
	const struct config_account *account; /* resolved, as of a line */
	const struct config_line *members[CONFIG_MEMBERS_MAX];
	unsigned member_count;
};

struct config {
	struct config_sip sip;
	struct config_media media;
	struct config_socket dummy;   /* the dummy driver's, for simulated telephones */
	struct config_socket control; /* the operator's */
	struct config_socket state;   /* the file of what subscribers set; "": nothing is kept */
	struct prompts prompts;       /* what of it there is */
	struct config_sound *sounds;  /* files of profiles */
	struct config_account *accounts;
	struct config_profile *profiles;
	struct config_line *lines;
	struct config_group *groups;
	unsigned account_count, profile_count, line_count, group_count;
};

/* dsp_init comes first. Reads path and, in name order, the files lines.d/<name>.conf beside it. Every complaint goes to errors as one line with file,
 * line, value and what is allowed; then EINVAL. Other errno: the file could not be read. */
int config_load(struct config **configp, const char *path, FILE *errors);
void config_free(struct config *config); /* wipes passwords */

#endif
