/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "sip/dtls.h"
#include "sip/dtls_record.h"

#define HEADER_BYTES   13
#define VERSION_MAJOR  0xfe
#define MESSAGE_HEADER 12
#define TYPES_MAX      32
#define CLIENT_HELLO   1

enum { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22 };

struct record {
	uint8_t type;
	uint16_t epoch;
	const uint8_t *body;
	size_t length;
};

static size_t get_16(const uint8_t *bytes)
{
	return (size_t)bytes[0] << 8 | bytes[1];
}

static size_t get_24(const uint8_t *bytes)
{
	return (size_t)bytes[0] << 16 | get_16(bytes + 1);
}

/* False: what is left is none. */
static bool record_read(struct record *record, const uint8_t *bytes, size_t length)
{
	if (length < HEADER_BYTES || bytes[1] != VERSION_MAJOR || length - HEADER_BYTES < get_16(bytes + 11))
		return false;
	*record = (struct record){
		.type = bytes[0], .epoch = (uint16_t)get_16(bytes + 3), .body = bytes + HEADER_BYTES, .length = get_16(bytes + 11),
	};
	return true;
}

/* RFC 5246 s7.4 and RFC 6347 s4.3.2: hello request, server hello, hello verify request, ticket, certificate, key exchange, certificate request, done,
 * certificate status; client hello, certificate, verify, key exchange. */
static bool is_said_by(bool server, uint8_t type)
{
	static const uint32_t by_server = 1u << 0 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 11 | 1u << 12 | 1u << 13 | 1u << 14 | 1u << 22,
		by_client = 1u << 1 | 1u << 11 | 1u << 15 | 1u << 16;

	return type < TYPES_MAX && (server ? by_server : by_client) >> type & 1;
}

/* One message, or a piece of one, behind the other. */
static bool is_handshake(const struct record *record, bool from_server)
{
	const uint8_t *at = record->body;
	size_t left = record->length;

	while (left >= MESSAGE_HEADER) {
		size_t whole = get_24(at + 1), from = get_24(at + 6), piece = get_24(at + 9);

		if (!is_said_by(from_server, at[0]) || whole > DTLS_MESSAGE_MAX || from + piece > whole || piece > left - MESSAGE_HEADER)
			return false;
		at += MESSAGE_HEADER + piece;
		left -= MESSAGE_HEADER + piece;
	}
	return left == 0 && record->length > 0;
}

static bool counts(const struct record *record, bool from_server)
{
	if (record->epoch)
		return true; /* signed, as libssl sees to */
	if (record->type == CHANGE_CIPHER_SPEC)
		return record->length == 1 && record->body[0] == 1;
	return record->type == HANDSHAKE && is_handshake(record, from_server);
}

size_t dtls_records_sift(uint8_t *kept, const uint8_t *bytes, size_t length, bool from_server, int *alert)
{
	struct record record;
	size_t kept_length = 0;

	*alert = -1;
	while (record_read(&record, bytes, length)) {
		size_t whole = HEADER_BYTES + record.length;

		if (counts(&record, from_server)) {
			memcpy(kept + kept_length, bytes, whole);
			kept_length += whole;
		} else if (record.type == ALERT && record.length == 2) {
			*alert = record.body[1];
		}
		bytes += whole;
		length -= whole;
	}
	return kept_length;
}

/* Behind the header of the message stands the version, two bytes, and then they do (RFC 5246 s7.4.1.2). */
const uint8_t *dtls_records_hello(const uint8_t *bytes, size_t length)
{
	struct record record;
	const uint8_t *body;

	if (!record_read(&record, bytes, length) || record.epoch || record.type != HANDSHAKE || !is_handshake(&record, false))
		return NULL;
	body = record.body;
	if (body[0] != CLIENT_HELLO || get_24(body + 6) || get_24(body + 9) < 2 + UA_DTLS_HELLO_BYTES)
		return NULL;
	return body + MESSAGE_HEADER + 2;
}
