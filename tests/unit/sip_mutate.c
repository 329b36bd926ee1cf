/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/sip_mutate.h"

#define OPERATIONS_MAX 4
#define BODY "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 8 0 101\r\n" \
	"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n"
#define IDS "From: \"A \\\"B\\\" <\" <sip:200@example.org;x>;tag=f%u\r\nTo: <sip:100@example.org>%s\r\nCall-ID: m%u@h\r\n"

/* A method, the tag of To, what follows the usual headers, and the body. */
static const struct seed {
	const char *method, *to_tag, *headers, *body;
} seeds[] = {
	{"INVITE", "", "Contact: <sip:200@127.0.0.1:9>\r\nContent-Type: application/sdp\r\n", BODY},
	{"INVITE", "", "Contact: <sip:200@127.0.0.1:9>\r\nRequire: 100rel, precondition\r\nSession-Expires: 90;refresher=uac\r\n", ""},
	{"INVITE", "", "m: <sip:2@127.0.0.1:9>\r\nReplaces: a;to-tag=b;from-tag=c;early-only\r\nRecord-Route: <sip:p;lr>, <sip:q>\r\n"
		"Content-Type: multipart/mixed;boundary=\"=_1\"\r\n",
		"--=_1\r\nContent-Type: application/sdp\r\n\r\n" BODY "\r\n--=_1\r\nContent-Type: text/x\r\n"
		"Content-Disposition: render;handling=optional\r\n\r\nz\r\n--=_1--\r\n"},
	{"INVITE", "", "Contact: <sip:2@127.0.0.1:9>\r\nP-Asserted-Identity: \"\xc3\xa9\" <sip:+1555;verstat=TN-Validation-Passed@h>, <tel:+1555>\r\n"
		"Privacy: id;header\r\nDiversion: <sip:1@a>;counter=3\r\nHistory-Info: <sip:1@a?Reason=SIP%3Bcause%3D302>;index=1\r\n"
		"Alert-Info: <http://x/Bellcore-dr2>\r\nRemote-Party-ID: <sip:3@h>;privacy=full\r\n", ""},
	{"INVITE", ";tag=gone", "Contact: <sip:200@127.0.0.1:9>\r\nContent-Type: application/sdp\r\n", BODY},
	{"BYE", ";tag=gone", "Reason: Q.850;cause=16;text=\"a\"\r\n", ""},
	{"CANCEL", "", "Reason: SIP;cause=200\r\n", ""},
	{"ACK", ";tag=gone", "", BODY},
	{"PRACK", ";tag=gone", "RAck: 1 1 INVITE\r\n", ""},
	{"UPDATE", ";tag=gone", "Contact: <sip:2@127.0.0.1:9>\r\nSession-Expires: 1800\r\n", BODY},
	{"REFER", ";tag=gone", "Refer-To: <sip:3@h?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>\r\nReferred-By: <sip:2@h>\r\n", ""},
	{"NOTIFY", ";tag=gone", "Event: refer;id=2\r\nSubscription-State: active;expires=60\r\nContent-Type: message/sipfrag\r\n",
		"SIP/2.0 180 Ringing\r\n"},
	{"NOTIFY", "", "Event: message-summary\r\nSubscription-State: terminated\r\nContent-Type: application/simple-message-summary\r\n",
		"Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n"},
	{"SUBSCRIBE", "", "Event: dialog\r\nExpires: 600\r\nContact: <sip:2@127.0.0.1:9>\r\nAccept: application/dialog-info+xml\r\n", ""},
	{"OPTIONS", "", "Accept: application/sdp\r\nSubject: \r\n folded\r\n\t more\r\n", ""},
	{"INFO", ";tag=gone", "Content-Type: application/dtmf-relay\r\n", "Signal=5\r\nDuration=160\r\n"},
	{"MESSAGE", "", "Content-Type: text/plain\r\n", "x"},
	{"REGISTER", "", "Contact: *\r\nExpires: 0\r\n", ""},
	/* RFC 4475 s3.1.1.1, s3.1.2.5, s3.3.1: unusual and wrong, but with all that there must be. */
	{"!interesting-Method0123456789_*+`.%indeed'~", "", "TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n", ""},
	{"INVITE", "", "Content-Length: -999\r\nContact: <sip:\r\n", ""},
	{"OPTIONS", "", "CSeq: 36893488147419103232 OPTIONS\r\nMax-Forwards: 0300\r\nUnknownLongHeader: "
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n", ""},
};

static const char *const words[] = {
	"\r\n", "\r\n\r\n", "\r\n ", ":", ";", ",", "<", ">", "\"", "\\", "%", "%00", "%zz", "@", "=", "?", "&", "/", "-1", "0", "65536", "4294967296",
	"99999999999999999999", "sip:", "sips:", "tel:", "urn:", "SIP/2.0", "SIP/3.0", ";tag=", ";lr", ";branch=z9hG4bK", ";rport", ";received=", "[::1]", "[", "]",
	"\xff", "\xc3", "Content-Length: 9999\r\n", "Content-Length: 0\r\n", "Via: SIP/2.0/UDP [::1];branch=z9hG4bK\r\n", "l: 1\r\n", "To: <sip:100@h>\r\n",
	"Contact: *\r\n", "multipart/mixed;boundary=", "--=_1", "application/sdp", "m=audio 0 RTP/AVP\r\n", "c=IN IP4 0.0.0.0\r\n", "a=sendonly\r\n",
	"a=rtpmap:200 PCMU/8000\r\n",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static unsigned chance(struct mutator *mutator, unsigned below)
{
	mutator->state = mutator->state * 1664525u + 1013904223u;
	return (mutator->state >> 8) % below;
}

static size_t seed_write(struct mutator *mutator, char *text)
{
	const struct seed *seed = &seeds[chance(mutator, COUNT(seeds))];
	unsigned id = chance(mutator, 1u << 24);

	return (size_t)snprintf(text, MUTATED_MAX, "%s sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP %s;rport;branch=z9hG4bK%u\r\n" IDS
		"CSeq: %u %s\r\nMax-Forwards: 70\r\n%sContent-Length: %zu\r\n\r\n%s", seed->method, mutator->via, id, id, seed->to_tag, id,
		1 + chance(mutator, 9), seed->method, seed->headers, strlen(seed->body), seed->body);
}

/* Puts length bytes of what at a place, over or before what is there. */
static size_t put(char *text, size_t size, size_t at, const char *what, size_t length, size_t over)
{
	if (over > size - at)
		over = size - at;
	if (size - over + length > MUTATED_MAX)
		return size;
	memmove(text + at + length, text + at + over, size - at - over);
	memcpy(text + at, what, length);
	return size - over + length;
}

static size_t bytes_change(struct mutator *mutator, char *text, size_t size)
{
	for (unsigned i = 1 + chance(mutator, 8); i && size; i--)
		text[chance(mutator, (unsigned)size)] = (char)chance(mutator, 256);
	return size;
}

static size_t word_put(struct mutator *mutator, char *text, size_t size)
{
	const char *word = words[chance(mutator, COUNT(words))];

	return put(text, size, chance(mutator, (unsigned)size + 1), word, strlen(word), chance(mutator, 2) ? 0 : chance(mutator, 12));
}

static size_t span_drop(struct mutator *mutator, char *text, size_t size)
{
	return size ? put(text, size, chance(mutator, (unsigned)size), "", 0, 1 + chance(mutator, 40)) : size;
}

static size_t span_repeat(struct mutator *mutator, char *text, size_t size)
{
	char copy[256];
	size_t at, length;

	if (!size)
		return size;
	at = chance(mutator, (unsigned)size);
	length = 1 + chance(mutator, sizeof(copy));
	if (length > size - at)
		length = size - at;
	memcpy(copy, text + at, length);
	for (unsigned i = 1 + chance(mutator, 8); i; i--)
		size = put(text, size, at, copy, length, 0);
	return size;
}

static size_t end_cut(struct mutator *mutator, char *text, size_t size)
{
	(void)text;
	return size ? chance(mutator, (unsigned)size) : size;
}

static size_t line_move(struct mutator *mutator, char *text, size_t size)
{
	char line[512];
	size_t at = size ? chance(mutator, (unsigned)size) : 0, length;
	char *start = memchr(text + at, '\n', size - at), *end;

	if (!start++ || !(end = memchr(start, '\n', size - (size_t)(start - text))))
		return size;
	length = (size_t)(++end - start);
	if (length > sizeof(line))
		return size;
	memcpy(line, start, length);
	size = put(text, size, (size_t)(start - text), "", 0, length);
	return put(text, size, chance(mutator, (unsigned)size + 1), line, length, 0);
}

static size_t nothing(struct mutator *mutator, char *text, size_t size)
{
	(void)mutator;
	(void)text;
	return size;
}

size_t mutate(struct mutator *mutator, char *text)
{
	static size_t (*const operations[])(struct mutator *mutator, char *text, size_t size) = {
		bytes_change, word_put, word_put, span_drop, span_repeat, end_cut, line_move, nothing,
	};
	size_t size = seed_write(mutator, text);

	for (unsigned i = 1 + chance(mutator, OPERATIONS_MAX); i; i--)
		size = operations[chance(mutator, COUNT(operations))](mutator, text, size);
	return size;
}
