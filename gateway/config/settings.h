/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to configuration: the table of all settings. */
#ifndef TIPRING_GATEWAY_SETTINGS_H
#define TIPRING_GATEWAY_SETTINGS_H

#include <stddef.h>

enum settings_section {
	SECTION_SIP,
	SECTION_MEDIA,
	SECTION_DUMMY,
	SECTION_CONTROL,
	SECTION_STATE,
	SECTION_ACCOUNT,
	SECTION_PROFILE,
	SECTION_LINE,
	SECTION_GROUP,
	SECTION_COUNT,
};

enum settings_kind {
	KIND_TEXT,    /* min..max bytes */
	KIND_NUMBER,  /* min..max */
	KIND_SIGNED,  /* min..max, as int */
	KIND_SWITCH,  /* on or off */
	KIND_LISTEN,  /* several of the next kind; struct listen */
	KIND_ADDR,    /* numeric, IPv4 or IPv6 */
	KIND_PEERS,   /* addresses, networks and names, as of sip/peers.h */
	KIND_STRANGERS, /* refuse, silence, challenge or allow; enum ua_strangers as uint8_t */
	KIND_SERVER,  /* one or several of these, or names, with or without :port; struct servers */
	KIND_NAMESERVERS, /* several of these or none, likewise */
	KIND_STUN,    /* one of these or none, likewise; struct servers_stun */
	KIND_TRANSPORT, /* udp, tcp or tls; enum ua_protocol as uint8_t */
	KIND_DIGITS,  /* a number as dialled, min..max digits */
	KIND_DIGITMAP,
	KIND_HOURS,   /* digit maps by time of day */
	KIND_COUNTRY,
	KIND_RELEASE, /* busy, congestion or none; enum fxs_tone as uint8_t */
	KIND_FEATURES, /* nanp, etsi, cn or network; enum features_set as uint8_t */
	KIND_EMERGENCY, /* dialled or urn; enum config_emergency_uri as uint8_t */
	KIND_IDENTITY, /* from, preferred, asserted or remote-party; enum ua_identity as uint8_t */
	KIND_REACH, /* off, domain or on; enum config_reach as uint8_t */
	KIND_DSCP,   /* a name as ef, cs3, af31, or a number to 63; uint8_t */
	KIND_SYMMETRIC, /* off, private or on; enum stream_symmetric as uint8_t */
	KIND_STRATEGY, /* all, next or turn; enum config_strategy as uint8_t */
	KIND_RING,    /* country or dr1 to dr8; uint8_t as of ring_pattern.h */
	KIND_HOLD,    /* sendonly or inactive; enum config_hold_offer as uint8_t */
	KIND_FORWARD, /* redirect or bridge; enum config_forward as uint8_t */
	KIND_FALLBACK, /* ring-back or bridge; enum config_fallback as uint8_t */
	KIND_LOSS,    /* enum loss_plan as uint8_t */
	KIND_ECHO,    /* off, software or kernel; enum media_echo as uint8_t */
	KIND_SRTP,    /* off, optional or required; enum ua_srtp_policy as uint8_t */
	KIND_DTMF,    /* auto, info or inband; enum leg_dtmf as uint8_t */
	KIND_KEYS,    /* sdes or dtls; enum config_keys as uint8_t */
	KIND_STYLE,   /* bellcore, etsi or network; enum config_flash_style as uint8_t */
	KIND_USE,     /* phone, fax, modem, alarm or tty; enum use as uint8_t */
	KIND_MWI,     /* off, unsolicited or subscribe; enum config_mwi as uint8_t */
	KIND_DRIVER,
	KIND_BLOCK,   /* 5, 10 or 20 */
	KIND_PTIME,   /* 10, 20 .. 60 */
	KIND_CODECS,  /* struct codecs */
	KIND_COUNT,
};

struct setting {
	enum settings_section section;
	const char *name;
	enum settings_kind kind;
	size_t offset;        /* in the section's struct */
	long min, max;
	const char *unit;     /* "" where it has none */
	const char *value;    /* default; NULL: must be set */
	const char *meaning;
};

#define SETTINGS_WORDS_MAX 1024 /* what is allowed, at its longest: all countries */

extern const struct setting settings[];
extern const size_t settings_count;

struct settings_section_info {
	const char *name;
	int titled; /* stands as often as wanted, each with a name of its own */
	const char *meaning;
};

extern const struct settings_section_info settings_sections[SECTION_COUNT];

const struct setting *settings_find(enum settings_section section, const char *name);

/* Words of a kind that is a choice: "busy, congestion or none"; NULL for the others. */
const char *settings_choices(enum settings_kind kind);

/* Converts text into the field at base + offset. NULL when well, else what is allowed, in words (static or
 * in the buffer). */
const char *settings_convert(const struct setting *setting, const char *text, void *base, char *words,
	size_t words_size);

#endif
